"""What a person says of proposed questions: by ids, in the terminal, and on a sheet."""

from collections.abc import Iterator
from io import StringIO
from pathlib import Path

import pytest
from lxml import html
from rich.console import Console

from docai.cli.confirming import walk
from docai.domain.geometry import Box
from docai.errors import InvalidRequest
from docai.evaluation.own_sets.confirming import edit, judge
from docai.evaluation.own_sets.questions import OwnQuestion
from docai.evaluation.own_sets.set_folder import SetFolder, new_set
from docai.evaluation.own_sets.set_record import SetRecord
from docai.evaluation.own_sets.sheet import place_pictures, sheet_html
from docai.pdf.from_pictures import pdf_of_pictures
from docai.pdf.sandbox import PdfSandbox
from docai.sealing import Seal
from tests.unit.evaluation.datasets.laid_out import drawn_picture

PLACE = Box(x0=0.1, y0=0.1, x1=0.4, y1=0.2)


def no_seal() -> Seal:
    raise AssertionError("the key of a plain set was asked for")


def own(folder: Path, n: int = 4) -> SetFolder:
    found = new_set(folder, SetRecord(), no_seal)
    found.save(
        OwnQuestion(
            id=f"q{i}",
            files=("a.pdf",),
            question=f"What is {i}?",
            answers=(str(i),),
            pages=(1,),
            box=PLACE,
            quote=f"<{i}>",
        )
        for i in range(1, n + 1)
    )
    return found


def walked(folder: SetFolder, *answers: str) -> str:
    left: Iterator[str] = iter(answers)
    out = StringIO()
    walk(folder, ask=lambda question: next(left), console=Console(file=out, width=100, markup=False, highlight=False))
    assert next(left, None) is None, "fewer questions than answers"
    return out.getvalue()


def states(folder: SetFolder) -> str:
    return "".join("c" if q.confirmed else "r" if q.rejected else "o" for q in folder.questions())


def test_ids_are_accepted_and_rejected_and_what_was_said_last_counts(tmp_path: Path) -> None:
    folder = own(tmp_path)
    judge(folder, accepted=["q1", "q2"], rejected=["q3"])
    assert states(folder) == "ccro"
    judge(folder, accepted=["q3"], rejected=["q1"])
    assert states(folder) == "rcco"
    for accepted, rejected, said in ((["q4", "q9"], [], "no question q9"), (["q4"], ["q4"], "at once: q4")):
        with pytest.raises(InvalidRequest, match=said):
            judge(folder, accepted=accepted, rejected=rejected)
    assert states(folder) == "rcco"


def test_a_walk_keeps_each_answer_and_goes_on_where_it_stopped(tmp_path: Path) -> None:
    folder = own(tmp_path)
    said = walked(folder, "x", "A", "r", "q")
    assert "1 of 4  q1" in said
    assert "a.pdf, page 1, 10% to 40% across" in said
    assert states(folder) == "croo"
    assert "1 of 2  q3" in walked(folder, "s", "a")
    assert states(folder) == "croc"
    assert walked(folder, "a").count("q3") == 1
    assert states(folder) == "crcc"
    assert walked(folder) == ""


def test_questions_are_edited(tmp_path: Path) -> None:
    folder = own(tmp_path)
    walked(folder, "e", "How much is it?", "1 | one", "e", "", "-", "e", "", "", "q")
    first, second, third, _ = folder.questions()
    assert (first.question, first.answers, first.confirmed) == ("How much is it?", ("1", "one"), True)
    assert (second.question, second.answerable, second.answers) == ("What is 2?", False, ())
    assert (second.pages, second.box, second.quote) == ((), None, None)
    assert (third.answers, third.pages, third.confirmed) == (("3",), (1,), True)


def test_fields_are_not_edited_in_the_terminal(tmp_path: Path) -> None:
    folder = new_set(tmp_path, SetRecord(), no_seal)
    folder.save([OwnQuestion.model_validate({"id": "1", "file": "a.pdf", "schema": {}, "fields": {"total": 3}})])
    said = walked(folder, "e", "a")
    assert "total: 3" in said
    assert "edited in the file" in said
    with pytest.raises(InvalidRequest, match="no question any more"):
        edit(folder.questions()[0], text="Who?", answers=("a",))


def test_a_sheet_shows_the_places_and_loads_nothing(tmp_path: Path) -> None:
    folder = own(tmp_path)
    content = pdf_of_pictures([drawn_picture(200)])
    folder.add_document("a.pdf", content)
    folder.add_document("b.pdf", b"no PDF")
    lost = OwnQuestion(id="q9", files=("b.pdf",), question="What is <b>?", answers=("x",), pages=(1,))
    questions = [*folder.questions(), lost]
    paths = {name: folder.document_path(name) for name in ("a.pdf", "b.pdf")}
    with PdfSandbox() as sandbox:
        pictures = place_pictures(questions, paths, sandbox)
    assert set(pictures) == {"q1", "q2", "q3", "q4"}
    page = html.fromstring(sheet_html("own & mine", questions, pictures))
    assert len(page.findall(".//section")) == 5
    assert len(page.findall(".//img")) == 4
    assert all(image.get("src", "").startswith("data:image/png;base64,") for image in page.findall(".//img"))
    assert not page.findall(".//script")
    assert "What is <b>?" in page.text_content()
    assert "own & mine" in page.text_content()
