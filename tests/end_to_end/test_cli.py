"""The commands as a user gives them, on a home of their own."""

from __future__ import annotations

import csv
import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from io import BytesIO, StringIO
from pathlib import Path

import httpx2
import pytest
from PIL import Image

from docai.assembly.local import open_local
from docai.errors import EngineUnavailable
from docai.pdf import draw
from docai.settings import Settings
from tests.end_to_end.commands import Run, running


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cli") / "home"


@pytest.fixture(scope="module")
def run(home: Path) -> Iterator[Run]:
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("DOCAI_HOME", str(home))
        environment.setenv("COLUMNS", "80")
        yield running


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("documents")
    for document in (draw.invoice(), draw.report()):
        (made / document.name).write_bytes(document.pdf)
    (made / "notes.txt").write_text("no document")
    (made.parent / "encrypted.pdf").write_bytes(draw.encrypted("s3cret").pdf)
    return made


@pytest.fixture(scope="module")
def ids(run: Run, folder: Path) -> dict[str, str]:
    """Document ids by name."""
    done = run("ingest", folder, "--json")
    assert done.code == 0, done.err
    return {Path(entry["path"]).name: entry["submission"]["document"]["id"] for entry in done.data["data"]}


def test_a_folder_is_read_and_told_line_by_line(run: Run, folder: Path, ids: dict[str, str], home: Path) -> None:
    done = run("ingest", folder)
    assert done.code == 0
    lines = sorted(done.out.splitlines())
    assert lines == [
        f"ready  invoice.pdf  {ids['invoice.pdf'][:8]}, 1 page, was here already",
        f"ready  report.pdf  {ids['report.pdf'][:8]}, 2 pages, was here already",
    ]
    assert done.err == "1 file of other formats passed over.\n"
    assert (home / "api-key").read_text().strip()


def test_what_cannot_be_read_is_said_and_the_rest_is_read(run: Run, folder: Path, ids: dict[str, str]) -> None:
    done = run("ingest", folder / "notes.txt", folder / "invoice.pdf", folder.parent / "encrypted.pdf", "--json")
    assert done.code == 1
    notes, invoice, encrypted = done.data["data"]
    assert notes["submission"] is None
    assert notes["problem"]["code"] == "unsupported_format"
    assert invoice["submission"]["deduplicated"] is True
    assert encrypted["submission"]["document"]["fault"]["code"] == "document_encrypted"
    assert run("ingest", folder.parent / "encrypted.pdf", "--password", "wrong").code == 1
    done = run("ingest", folder.parent / "encrypted.pdf", "--password", "s3cret")
    assert done.code == 0, done.out
    again = run("list", "--json").data["data"]
    [document] = [d for d in again if d["name"] == "encrypted.pdf"]
    assert document["status"] == "ready"
    assert run("delete", document["id"], "--yes").code == 0


def test_the_list_shows_every_document(run: Run, ids: dict[str, str]) -> None:
    done = run("list")
    assert all(name in done.out and id_[:8] in done.out for name, id_ in ids.items())
    assert {d["id"] for d in run("list", "--json").data["data"]} >= set(ids.values())


def test_a_document_is_shown_by_the_start_of_its_id(run: Run, ids: dict[str, str]) -> None:
    text = run("show", ids["report.pdf"][:8]).out
    assert text.startswith("<!-- page 1 -->")
    assert "<!-- page 2 -->" in text
    assert text.count("Ingrid Solheim") == 1
    html = run("show", ids["report.pdf"], "--format", "html").out
    assert html.startswith("<!doctype html>")
    assert "Ingrid Solheim" in html
    content = run("show", ids["report.pdf"], "--json").data
    assert [page["number"] for page in content["pages"]] == [1, 2]
    assert content == run("show", ids["report.pdf"], "--format", "json").data


def test_tables_come_as_json_csv_html_and_text(run: Run, ids: dict[str, str]) -> None:
    found = run("tables", ids["report.pdf"], "--json").data["data"]
    [number] = [t["number"] for t in found if any(cell["text"] == "Sweden" for cell in t["cells"])]
    rows = list(csv.reader(StringIO(run("tables", ids["report.pdf"], "--format", "csv", "--number", number).out)))
    [sweden] = [row for row in rows if row and row[0] == "Sweden"]
    assert sweden == ["Sweden", "28.4", "30.1", "27.6", "33.2", "34.9", "36.8", "35.5", "41.7"]
    assert "<table>" in run("tables", ids["report.pdf"], "--format", "html").out
    drawn = run("tables", ids["report.pdf"], "--number", number).out
    assert f"Table {number}, page 1" in drawn
    assert max(map(len, drawn.splitlines())) <= 80
    beyond = run("tables", ids["report.pdf"], "--number", 99, "--json")
    assert (beyond.code, beyond.data["code"]) == (1, "page_out_of_range")


def test_a_search_names_the_page_and_the_words(run: Run, ids: dict[str, str], tmp_path: Path) -> None:
    done = run("search", "spare-parts depot", "--picture", tmp_path / "new" / "hit.png")
    assert "report.pdf, page 1" in done.out.splitlines()[0]
    assert "because of:" in done.out
    assert _is_page(tmp_path / "new" / "hit.png")
    hits = run("search", "spare-parts depot", "--document", ids["invoice.pdf"][:8], "--json").data["hits"]
    assert {hit["document_id"] for hit in hits} <= {ids["invoice.pdf"]}
    text_only = run("search", "depot", "--mode", "text", "--top-k", "1", "--json").data
    assert (text_only["mode"], len(text_only["hits"])) == ("text", 1)


def test_a_search_is_narrowed_by_what_was_said_of_documents(run: Run, folder: Path, ids: dict[str, str]) -> None:
    said = run("ingest", folder / "report.pdf", "--metadata", "year=2025", "--metadata", "kind=report", "--json")
    assert said.data["data"][0]["submission"]["document"]["metadata"] == {"year": "2025", "kind": "report"}
    hits = run("search", "total revenue", "--filter", "year=2025", "--json").data["hits"]
    assert {hit["document_id"] for hit in hits} == {ids["report.pdf"]}
    assert run("search", "total revenue", "--filter", "year=2024", "--json").data["hits"] == []
    cited = run("ask", "What is the invoice number?", "--filter", "year=2025", "--json").data["citations"]
    assert ids["invoice.pdf"] not in {citation["document_id"] for citation in cited}
    wrong = run("search", "total", "--filter", "year")
    assert (wrong.code, "is not KEY=VALUE" in wrong.err) == (2, True)


def test_a_search_explains_its_scores(run: Run, ids: dict[str, str]) -> None:
    done = run("search", "spare-parts depot", "--document", ids["report.pdf"], "--top-k", "1", "--explain")
    assert "fused: late interaction 1. " in done.out
    assert "by the means of runs" in done.out
    assert "BM25" in done.out
    hit = run("search", "spare-parts depot", "--top-k", "1", "--explain", "--json").data["hits"][0]
    assert sum(part["score"] for part in hit["explanation"]["rankings"]) == pytest.approx(hit["score"])


def test_an_answer_says_where_it_stands(run: Run, ids: dict[str, str], tmp_path: Path) -> None:
    question = "What is the invoice number?"
    done = run("ask", question, "--picture", tmp_path / "answer.png")
    assert "HM-2026-0417" in done.out
    assert "invoice.pdf, page 1" in done.out
    assert max(map(len, done.out.splitlines())) <= 80
    assert "\x1b" not in done.out
    assert _is_page(tmp_path / "answer.png")
    answer = run("ask", question, "--document", ids["invoice.pdf"], "--json").data
    assert answer["answer"] == "HM-2026-0417"
    assert answer["citations"][0]["document_id"] == ids["invoice.pdf"]


def test_a_question_without_an_answer_is_told_so(run: Run, ids: dict[str, str]) -> None:
    done = run("ask", "What is the boiling point of mercury in kelvin?")
    assert done.code == 0
    assert "No answer" in done.out
    assert run("ask", "What is the boiling point of mercury in kelvin?", "--json").data["answer"] is None


def test_fields_are_extracted_from_a_file_or_a_document(
    run: Run, folder: Path, ids: dict[str, str], tmp_path: Path
) -> None:
    schema = tmp_path / "schema.json"
    leaves = {"invoiceNumber": {"type": "string"}, "vessel": {"type": "string"}}
    schema.write_text(json.dumps({"type": "object", "properties": leaves}))
    done = run("extract", folder / "invoice.pdf", "--schema", schema, "--json")
    assert done.data["data"] == {"invoiceNumber": "HM-2026-0417"}
    assert done.data["document_ids"] == [ids["invoice.pdf"]]
    text = run("extract", ids["invoice.pdf"][:12], "--schema", schema).out
    assert "HM-2026-0417" in text
    assert "exact" in text
    schema.write_text("[1]")
    refused = run("extract", ids["invoice.pdf"], "--schema", schema, "--json")
    assert (refused.code, refused.data["code"]) == (1, "invalid_schema")


def test_a_plan_tells_the_resolution_and_why(run: Run, folder: Path) -> None:
    done = run("plan", folder / "report.pdf", "--json")
    pages = done.data["pages"]
    assert [page["page"] for page in pages] == [1, 2]
    assert pages[0]["witness"] == "text_layer"
    assert pages[0]["dpi"] >= 150
    text = run("plan", folder / "report.pdf").out
    assert "210 x 297" in text
    assert "2 pages" in text
    assert max(map(len, text.splitlines())) <= 80


def test_a_plan_of_a_text_file_is_refused(run: Run, folder: Path) -> None:
    done = run("plan", folder / "notes.txt", "--json")
    assert (done.code, done.data["code"]) == (1, "unsupported_format")


def test_a_check_tells_what_is_there_and_what_is_misspelt(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOCAI_RASTR__FLOOR_DPI", "150")
    monkeypatch.setenv("DOCAI_RASTER__FLOOR_DPI", "160")
    done = run("check", "--json")
    assert done.code == 0, done.out
    assert done.data["is_ok"] is True
    assert done.data["unknown_variables"] == ["DOCAI_RASTR__FLOOR_DPI"]
    assert done.data["settings"]["DOCAI_RASTER__FLOOR_DPI"] == 160
    assert "DOCAI_RASTER__FLOOR_DPI" in done.data["set_variables"]
    assert done.data["sandbox_layers"]["resource_limits"] is True
    assert "is it misspelt" in run("check").out


def test_a_check_has_the_engines_read_a_page(run: Run) -> None:
    checks = {check["name"]: check for check in run("check", "--json").data["checks"]}
    assert list(checks) == ["records", "blobs", "index", "isolation", "reader", "ocr"]
    assert checks["reader"]["detail"].startswith("pymupdf ")
    assert checks["ocr"]["detail"].startswith("rapidocr ")
    assert all("read a page in" in checks[engine]["detail"] for engine in ("reader", "ocr"))


def test_an_engine_that_does_not_read_fails_the_check(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> dict[str, Path]:
        raise EngineUnavailable("its models are missing")

    monkeypatch.setattr("docai.engines.ocr.models.model_paths", broken)
    done = run("check")
    assert done.code == 1
    assert "its models are missing" in done.out
    assert "Something fails" in done.out


def test_a_further_key_opens_what_the_first_one_does(run: Run, home: Path, ids: dict[str, str]) -> None:
    first = (home / "api-key").read_text().strip()
    plain = run("key")
    assert (plain.code, plain.out.count("\n")) == (0, 1)
    made = run("key", "--json").data
    assert made["api_key"].startswith(f"{made['prefix']}_")
    assert (home / "api-key").read_text().strip() == first
    with open_local(Settings(home=home)) as local:
        keys = [first, plain.out.strip(), made["api_key"]]
        assert len(set(keys)) == 3
        assert [local.system.tenant_of_key(key) for key in keys] == [local.tenant] * 3
        assert local.system.tenant_of_key(made["api_key"][:-1] + "!") is None


def test_a_check_fails_where_the_home_cannot_be_used(run: Run, home: Path, tmp_path: Path) -> None:
    from docai.stores.home import HomeLock

    with HomeLock(home):
        done = run("check", "--json")
        listed = run("list")
    assert (done.code, done.data["is_ok"]) == (1, False)
    assert listed.code == 1
    assert "is in use by process" in listed.err


def test_deleting_needs_to_be_sure_and_is_final(run: Run, folder: Path, ids: dict[str, str]) -> None:
    unsure = run("delete", ids["invoice.pdf"], "--json")
    assert (unsure.code, unsure.data["code"]) == (1, "invalid_request")
    deleted = run("delete", ids["invoice.pdf"], "--yes", "--json").data
    assert (deleted["id"], deleted["name"]) == (ids["invoice.pdf"], "invoice.pdf")
    assert deleted["erasure"]["state"] == "verified"
    assert deleted["erasure"]["n_vectors_left"] == 0
    gone = run("show", ids["invoice.pdf"], "--json")
    assert (gone.code, gone.data["code"]) == (1, "document_not_found")
    anew = run("ingest", folder / "invoice.pdf", "--json").data["data"][0]["submission"]
    assert anew["deduplicated"] is False


@pytest.mark.parametrize("start", ["zzzz", "", "00000000-0000-0000-0000-000000000000", "g" * 32])
def test_an_id_that_nothing_has_is_not_found(run: Run, ids: dict[str, str], start: str) -> None:
    done = run("show", start, "--json")
    assert (done.code, done.data["code"]) == (1, "document_not_found")


def test_serving_announces_itself_and_stops_cleanly_when_asked(home: Path, ids: dict[str, str]) -> None:
    program = Path(sys.executable).with_name("docai")
    environment = {**os.environ, "DOCAI_HOME": str(home)}
    command = [program, "serve", "--port", "0", "--json"]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as served:
        try:
            assert served.stdout is not None
            where = json.loads(served.stdout.readline())
            key = Path(where["api_key_file"]).read_text().strip()
            listed = httpx2.get(f"{where['url']}/v1/documents", headers={"Authorization": f"Bearer {key}"}, timeout=60)
            served.terminate()
            assert served.wait(timeout=60) == 0
        finally:
            served.kill()  # nothing to an ended process; whatever failed, nothing waits for it
    assert listed.status_code == 200
    assert not (home / "postgres" / "data" / "postmaster.pid").exists()


def test_a_port_in_use_is_said_at_once(run: Run) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        done = run("serve", "--port", taken.getsockname()[1], "--json")
    assert (done.code, done.data["code"]) == (1, "misconfigured")
    assert "--port" in done.data["detail"]


def _is_page(path: Path) -> bool:
    with Image.open(BytesIO(path.read_bytes())) as image:
        return image.format == "PNG" and image.width > 1000
