"""Answers to questions about documents, one JSON line per question, for the scorers of answers and of forms.

The whole system reads the files and is asked, within each question's document, as the service would be. A folder with
`qa.jsonl` is asked its questions; else each form is asked `What is the <key>?`. With `--home` what was read is kept.
"""

from __future__ import annotations

import argparse
import json
import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from docai.assembly.local import open_local
from docai.assembly.parts import Assembled
from docai.domain.answers import Answer, Question
from docai.domain.ids import DocumentId
from docai.settings import AnswerSettings, Settings

NOT_ANSWERABLE = "Not answerable"
LONGEST_READ_S = 3600.0


def read(local: Assembled, path: Path) -> DocumentId:
    """Have a file read unless it was before."""
    with path.open("rb") as stream:
        submission = local.system.submit(local.tenant.id, stream, path.name)
    job = local.system.wait(local.tenant.id, submission.job.id, LONGEST_READ_S)
    print(f"{path.name}: {job.state.value}, {job.pages_done} pages", flush=True)
    return submission.document.id


def answers_to_questions(
    local: Assembled, data: Path, n_files: int | None, seconds: list[float]
) -> Iterator[dict[str, Any]]:
    questions = [json.loads(line) for line in (data / "qa.jsonl").read_text().splitlines()]
    files = list(dict.fromkeys(question["file"] for question in questions))[:n_files]
    known = {file: read(local, data / file) for file in files}
    for question in questions:
        if question["file"] in known:
            given = ask(local, question["question"], known[question["file"]], seconds)
            yield {"id": question["id"], **prediction(given)}


def values_of_forms(
    local: Assembled, data: Path, n_files: int | None, seconds: list[float]
) -> Iterator[dict[str, Any]]:
    items = json.loads((data / "manifest.json").read_text())["items"][:n_files]
    known = {item["file"]: read(local, data / item["file"]) for item in items}
    for item in items:
        pairs = json.loads((data / item["gt"]).read_text())["key_values"]
        found = []
        for key in dict.fromkeys(pair["key"] for pair in pairs):
            given = ask(local, f"What is the {key.strip(' :')}?", known[item["file"]], seconds)
            found.append({"key": key, "values": [given.text] if given.text else []})
        yield {"item": item["file"], "key_values": found}


def ask(local: Assembled, text: str, document_id: DocumentId, seconds: list[float]) -> Answer:
    start = time.perf_counter()
    given = local.system.answer(local.tenant.id, Question(text=text, document_ids=(document_id,)))
    seconds.append(time.perf_counter() - start)
    return given


def prediction(given: Answer) -> dict[str, Any]:
    citation = given.citations[0] if given.citations else None
    return {
        "answer": given.text if given.answerable else NOT_ANSWERABLE,
        "confidence": given.confidence,
        "kind": given.kind,
        "page": citation and citation.page_number,
        "quote": citation and citation.quote,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--data", type=Path, required=True, help="folder with qa.jsonl, or with forms and manifest.json"
    )
    parser.add_argument("--out", type=Path, required=True, help="predictions, JSON lines")
    parser.add_argument("--home", type=Path, default=None, help="keep what was read here")
    parser.add_argument("--first", type=int, default=None, help="only so many files")
    parser.add_argument("--min-confidence", type=float, default=None, help="instead of the setting's default")
    args = parser.parse_args()
    answering = {} if args.min_confidence is None else {"min_confidence": args.min_confidence}
    seconds: list[float] = []
    with ExitStack() as stack:
        home = args.home or Path(stack.enter_context(tempfile.TemporaryDirectory()))
        local = stack.enter_context(open_local(Settings(home=home, answer=AnswerSettings(**answering))))
        run = answers_to_questions if (args.data / "qa.jsonl").exists() else values_of_forms
        with args.out.open("w") as out:
            for line in run(local, args.data, args.first, seconds):
                out.write(json.dumps(line, ensure_ascii=False) + "\n")
    if seconds:
        print(f"{len(seconds)} questions, median {statistics.median(seconds):.2f} s, slowest {max(seconds):.2f} s")


if __name__ == "__main__":
    main()
