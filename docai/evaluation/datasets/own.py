"""A set of your own documents and questions; docs/own_sets.md has its format."""

from __future__ import annotations

from collections.abc import Iterator

from docai.errors import DatasetMissing
from docai.evaluation.datasets.dataset import Dataset, Source
from docai.evaluation.own_sets.questions import OwnQuestion
from docai.evaluation.own_sets.set_folder import SetFolder, open_set
from docai.evaluation.samples import Sample, SampleFile, Task
from docai.evaluation.scoring.evidence_pages import EvidencePage
from docai.evaluation.scoring.own_answers import OwnAnswers, OwnTruth
from docai.sealing import Seal, open_seal
from docai.settings import load_settings

CONFIRMED, ALL = "confirmed", "all"


def seal_of_settings() -> Seal:
    """The deployment's seal, by its key or the one kept in its home."""
    settings = load_settings()
    return open_seal(settings.secret_key.get_secret_value() if settings.secret_key else None, settings.home_path)


def _load(source: Source) -> Iterator[Sample]:
    """Questions that a person confirmed; with the split `all`, those too that nobody has looked at."""
    folder = open_set(source.folder, seal_of_settings)
    kept = [question for question in folder.questions() if not question.rejected]
    wanted = [question for question in kept if question.confirmed or source.split == ALL]
    if not wanted:
        raise DatasetMissing(
            f"None of the {len(kept)} questions in {source.folder} is confirmed: `docai eval confirm {source.folder}` "
            "does that. With `--split all`, unconfirmed ones are asked too; what comes of that is no measurement."
            if kept
            else f"{source.folder} has no questions.",
            folder=str(source.folder),
        )
    return (_sample(folder, question) for question in wanted)


def _sample(folder: SetFolder, question: OwnQuestion) -> Sample:
    files = tuple(_file(folder, name) for name in question.files)
    truth = OwnTruth(
        answers=list(question.answers),
        answer_format=question.answer_format,
        evidence=[EvidencePage(file=question.files[0], page=page) for page in question.pages],
        box=question.box,
        fields=question.fields,
    )
    return Sample(
        id=question.id,
        task=Task.ANSWER if question.json_schema is None else Task.EXTRACT,
        files=files,
        truth=truth.model_dump(mode="json"),
        question=question.question,
        schema=question.json_schema,
        group=question.files[0],
        categories={"kind": question.kind or "other", "confirmed": "yes" if question.confirmed else "no"},
    )


def _file(folder: SetFolder, name: str) -> SampleFile:
    folder.document_path(name)  # a missing file is told before anything is asked
    return SampleFile(name, lambda: folder.document(name))


DATASET = Dataset(
    name="own",
    title="Your own documents",
    task=Task.ANSWER,
    splits=(CONFIRMED, ALL),
    load=_load,
    scorer=OwnAnswers(),
    layout="`questions.jsonl`, `documents/*` and, where it is not all by default, `set.json`; sealed or not.",
    obtain="docai eval init FOLDER",
    licence="yours",
)
