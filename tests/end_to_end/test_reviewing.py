"""What a person looks at and says: flags, pictures, corrections, revisions, by command and over REST."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import nullcontext
from io import BytesIO
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from fastapi.testclient import TestClient
from lxml import html
from PIL import Image

from docai.assembly.parts import Assembled
from docai.pdf import draw
from tests.end_to_end.commands import Run, Typing, running

CELL = "table 1, row 3, column 3"
RIGHT = {"44.8": "43.8", "102.7": "103.7"}
"""What makes the column add up, by the value that is flagged: the one that is wrong, or the total."""


@pytest.fixture(scope="module")
def run(local: Assembled, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Run]:
    """Commands on the one system that the whole suite shares; all else is as a user has it."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("DOCAI_HOME", str(tmp_path_factory.mktemp("home")))
        patched.setenv("COLUMNS", "100")
        patched.setattr("docai.cli.session._open", lambda settings: nullcontext(local))
        yield running


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A report that no other test touches."""
    path = tmp_path_factory.mktemp("documents") / "reviewed.pdf"
    path.write_bytes(draw.report().pdf + b"\n% another document than report.pdf\n")
    return path


@pytest.fixture(scope="module")
def report(run: Run, file: Path) -> str:
    """Its id."""
    done = run("ingest", file, "--json")
    assert done.code == 0, done.err
    return str(done.data["data"][0]["submission"]["document"]["id"])


def the_flag(run: Run, document_id: str) -> tuple[dict[str, Any], str]:
    """A document's one flag, and its place in words."""
    (flag,) = run("review", document_id, "--json").data["data"]
    cell = flag["place"]["cell"]
    return flag, f"table 1, row {cell['row'] + 1}, column {cell['col'] + 1}"


@pytest.fixture
def slipped(run: Run, report: str) -> Iterator[str]:
    """The report with a wrong value in a table, as a person got it wrong; put right afterwards."""
    assert run("correct", report, "--page", 1, "--place", CELL, "--text", "44.8", "--author", "eve").code == 0
    yield report
    assert run("correct", report, "--page", 1, "--place", CELL, "--text", "43.8", "--author", "eve").code == 0


def test_where_all_is_confirmed_there_is_nothing_to_look_at(run: Run, report: str) -> None:
    done = run("review", report)
    assert (done.code, done.out, done.err) == (0, "", "reviewed.pdf: nothing to look at.\n")
    shown = run("show", report)
    assert shown.err.startswith("Values: ")
    assert shown.err.endswith(" exact. Nothing to look at.\n")


def test_what_is_wrong_is_shown_with_its_place_and_the_command_that_shows_it_is_named(
    run: Run, slipped: str, file: Path
) -> None:
    done = run("review", slipped[:8])
    told = " ".join(done.out.split())
    assert "high" in told
    assert "4 values add up to 103.7; the total says 102.7." in told
    assert the_flag(run, slipped)[1].rpartition(" column")[0] in told
    assert done.err == "reviewed.pdf: 1 high.\n"
    assert f"1 thing to look at (1 high): docai review {slipped[:8]}\n" in run("show", slipped).err
    assert run("ingest", file).out.endswith(", was here already, 1 to look at\n")
    (flag,) = run("review", slipped, "--json", "--kind", "check_failed", "--severity", "high", "--page", "1").data[
        "data"
    ]
    assert (flag["kind"], flag["check"]) == ("check_failed", "totals")
    assert flag["said"] in RIGHT
    for other in (("--kind", "conflict"), ("--severity", "low"), ("--page", "2")):
        assert run("review", slipped, "--json", *other).data["data"] == []


def test_a_review_is_written_as_one_page_and_as_pictures(run: Run, slipped: str, tmp_path: Path) -> None:
    assert run("review", slipped, "--html", tmp_path / "a" / "review.html", "--crops", tmp_path / "crops").code == 0
    page = html.fromstring((tmp_path / "a" / "review.html").read_text())
    (section,) = page.xpath("//section")
    place = the_flag(run, slipped)[1]
    assert place in section.findtext(".//h2")
    assert section.find(".//img").get("src").startswith("data:image/png;base64,")
    (crop,) = (tmp_path / "crops").iterdir()
    assert crop.name == f"0001-page-1-{place.replace(',', '').replace(' ', '-')}.png"
    with Image.open(crop) as picture:
        assert picture.width >= 200


def test_the_flags_of_all_documents_are_told_since_when_one_asks(run: Run, slipped: str) -> None:
    done = run("flags", "--since", "1h", "--kind", "check_failed")
    assert slipped[:8] in done.out
    assert "reviewed.pdf" in done.out
    newest = run("flags", "--limit", 1, "--json").data
    assert newest["data"][0]["document_id"] == slipped
    assert run("flags", "--until", "1h", "--json").data["data"] == []
    assert run("flags", "--since", "yesterday").code == 1


def test_a_person_corrects_by_walking_through_the_flags(run: Run, slipped: str) -> None:
    flag, place = the_flag(run, slipped)
    right = RIGHT[flag["said"]]
    done = run("review", slipped, "--correct", "--author", "ada", "--note", "typed", typed=["t", right])
    assert done.code == 0, done.err
    assert "Page 1: 1 value kept as revision" in done.err
    assert "nothing to look at" in run("review", slipped).err
    newest = run("revisions", slipped, "--page", 1, "--json").data["data"][0]
    assert (newest["cause"], newest["author"], newest["note"]) == ("review", "ada", "typed")
    (change,) = [c for c in run("diff", slipped, "--page", 1, "--json").data["data"] if c["kind"] == "changed"]
    assert (change["before"], change["after"]) == (flag["said"], right)
    told = " ".join(run("diff", slipped, "--page", 1).out.split())
    assert f"{flag['said']} {right}" in told
    assert run("correct", slipped, "--page", 1, "--place", place, "--text", flag["said"]).code == 0


def test_a_script_corrects_by_a_flags_own_place_and_is_refused_if_it_looked_at_something_older(
    run: Run, slipped: str
) -> None:
    flag, _ = the_flag(run, slipped)
    place = json.dumps(flag["place"])
    assert (
        run("correct", slipped, "--page", 1, "--accept", place, "--author", "script", "--json").data["author"]
        == "script"
    )
    late = run("correct", slipped, "--page", 1, "--accept", place, "--base-revision", 1, "--json")
    assert (late.code, late.data["code"]) == (1, "revision_conflict")
    told = run("revisions", slipped, "--page", 1).out
    assert told.index("script") < told.index("eve") < told.index("read")


def test_questions_are_asked_of_people_only(run: Run, slipped: str) -> None:
    with patch.object(Typing, "isatty", lambda self: False):
        done = run("review", slipped, "--correct", typed=())
    assert done.code == 1
    assert "docai correct" in done.err


def test_a_page_is_drawn_by_verdict_by_command_and_over_rest(
    run: Run, client: TestClient, slipped: str, tmp_path: Path
) -> None:
    path = tmp_path / "verdicts.png"
    shown = run("show", slipped, "--page", 1, "--verdicts", path)
    assert shown.code == 0, shown.err
    response = client.get(f"/v1/documents/{slipped}/pages/1/verdicts")
    assert response.headers["Content-Type"] == "image/png"
    assert response.content == path.read_bytes()
    picture = Image.open(BytesIO(response.content))
    plain = Image.open(BytesIO(client.get(f"/v1/documents/{slipped}/pages/1/image").content))
    assert picture.width == plain.width
    assert picture.height > plain.height
    some = client.get(f"/v1/documents/{slipped}/pages/1/verdicts", params={"only": "conflict,check_failed"})
    assert some.status_code == 200
    assert some.content != response.content
    assert client.get(f"/v1/documents/{slipped}/pages/1/verdicts?only=wrong").status_code == 422
    assert client.get(f"/v1/documents/{slipped}/pages/3/verdicts").status_code == 404
    assert run("show", slipped, "--verdicts", path).code == 1, "which page is not said"
    assert run("show", slipped, "--page", 3).code == 1


def test_there_is_no_difference_before_a_second_result(run: Run, report: str) -> None:
    assert len(run("revisions", report, "--page", 2, "--json").data["data"]) == 1
    done = run("diff", report, "--page", 2)
    assert done.code == 1
    assert "one result only" in done.err
