"""A small set held against folders that hold parts of it, in other forms, and much that is not of it."""

from __future__ import annotations

import json
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image
from typer.testing import CliRunner

from docai.cli.evaluate import evaluate
from docai.errors import DatasetDamaged, DatasetMissing
from docai.evaluation.contamination.checking import check
from docai.evaluation.contamination.findings import ContaminatedItem, Contamination, OverlapKind
from docai.evaluation.samples import Sample, SampleFile, Task
from docai.pdf.draw_needles_text import Chance
from docai.pdf.draw_sheet import A4, Sheet, Style, finished, new_pdf
from docai.pdf.from_pictures import pdf_of_pictures

LONG = "In the table of deliveries by place, how many tonnes of gravel were taken to Tarnelmoor in 1987?"
SHORT = "Who signed the letter?"
OTHER = "Which of the harbours that the report lists had more ferries in summer than in the whole winter before it?"


def picture(seed: int) -> Image.Image:
    chance = Chance(seed)
    pdf = new_pdf()
    sheet, y = Sheet(pdf[0], 1), 80.0
    for _ in range(4):
        sheet.text(60, y, chance.sentence()[:30], Style(14, "hebo"))
        y = sheet.paragraph(60, y + 24, 470, chance.prose(chance.number(2, 5)), Style(10.5, "tiro")) + 16
    drawn = pdf[0].get_pixmap(dpi=72)
    pdf.close()
    return Image.frombytes("RGB", (drawn.width, drawn.height), drawn.samples)


def encoded(image: Image.Image, form: str, **options: int) -> bytes:
    buffer = BytesIO()
    image.save(buffer, form, **options)
    return buffer.getvalue()


def pdf(*seeds: int) -> bytes:
    return pdf_of_pictures([encoded(picture(seed), "PNG") for seed in seeds], dpi=72)


def sample(name: str, question: str, *contents: bytes) -> Sample:
    suffix = {b"%PDF": ".pdf", b"\x89PNG": ".png"}
    files = tuple(
        SampleFile(f"{name}-{i}{suffix[content[:4]]}", lambda content=content: content)
        for i, content in enumerate(contents)
    )
    return Sample(id=name, task=Task.ANSWER, files=files, truth={}, question=question)


@pytest.fixture(scope="module")
def items() -> list[Sample]:
    return [
        sample("pdf", LONG, pdf(1, 2, 3)),
        sample("picture", SHORT, encoded(picture(4), "PNG")),
        sample("clean", OTHER, pdf(5)),
    ]


@pytest.fixture
def against(tmp_path: Path) -> Path:
    """Pages of other documents, a blank one, questions about them, and files that are read by no one."""
    folder = tmp_path / "training"
    (folder / "pages").mkdir(parents=True)
    (folder / "pages" / "other.pdf").write_bytes(pdf(20, 21))
    (folder / "pages" / "other.jpg").write_bytes(encoded(picture(22), "JPEG"))
    blank = new_pdf(size=A4)
    (folder / "pages" / "blank.pdf").write_bytes(finished(blank, "blank.pdf").pdf)
    (folder / "notes.md").write_text(LONG)
    lines(folder / "questions.jsonl", {"question": "Where does the ferry go?"}, {"question": "Who wrote it?"})
    return folder


def lines(path: Path, *values: object) -> None:
    path.write_text("".join(json.dumps(value) + "\n" for value in values))


def item(found: Contamination, name: str) -> ContaminatedItem:
    return next(item for item in found.items if item.id == name)


def test_other_data_leave_every_item_clean(items: list[Sample], against: Path) -> None:
    found = check(items, against)
    assert (found.n_contaminated, found.items) == (0, ())
    assert found.clean_ids == ("pdf", "picture", "clean")
    assert (found.n_files_searched, found.n_pages_searched, found.n_texts_searched) == (3, 4, 2)
    assert found.unreadable == ()


def test_the_same_bytes_under_another_name_are_found(items: list[Sample], against: Path) -> None:
    (against / "renamed.pdf").write_bytes(items[0].files[0].read())
    found = check(items, against)
    assert item(found, "pdf").n_overlaps == {OverlapKind.FILE: 1, OverlapKind.PAGE: 3}
    (overlap,) = (each for each in item(found, "pdf").overlaps if each.kind is OverlapKind.FILE)
    assert (overlap.what, overlap.against) == ("pdf-0.pdf", "renamed.pdf")
    assert found.clean_ids == ("picture", "clean")


def test_a_page_as_another_picture_is_found_with_its_place(items: list[Sample], against: Path) -> None:
    half = picture(2).resize((300, 424), Image.Resampling.LANCZOS)
    (against / "pages" / "p2.jpg").write_bytes(encoded(half, "JPEG", quality=50))
    found = check(items, against)
    (overlap,) = item(found, "pdf").overlaps
    assert (overlap.kind, overlap.what) == (OverlapKind.PAGE, "pdf-0.pdf, page 2")
    assert overlap.against == "pages/p2.jpg, page 1"
    assert overlap.likeness is not None
    assert overlap.likeness > 0.94


def test_a_picture_inside_a_pdf_is_found(items: list[Sample], against: Path) -> None:
    (against / "scan.pdf").write_bytes(pdf(30, 4))
    (overlap,) = item(check(items, against), "picture").overlaps
    assert overlap.against == "scan.pdf, page 2"


def test_questions_are_found_however_deep_they_stand(items: list[Sample], against: Path) -> None:
    chat = {"messages": [{"role": "user", "content": [{"text": f"<image> {LONG}"}]}]}
    lines(against / "train.jsonl", {"id": 7}, chat, {"q": SHORT.upper()})
    found = check(items, against)
    assert item(found, "pdf").question_share == 1.0
    assert item(found, "pdf").n_overlaps == {OverlapKind.WORDS: 6}
    assert len(item(found, "pdf").overlaps) == found.methods.most_overlaps == 5
    assert item(found, "pdf").overlaps[0].against == "train.jsonl, entry 2"
    assert item(found, "picture").n_overlaps == {OverlapKind.QUESTION: 1}
    assert found.by_kind == {
        OverlapKind.FILE: 0,
        OverlapKind.PAGE: 0,
        OverlapKind.WORDS: 1,
        OverlapKind.QUESTION: 1,
    }
    assert found.clean_ids == ("clean",)


def test_a_single_file_may_be_given(items: list[Sample], tmp_path: Path) -> None:
    lines(tmp_path / "few.jsonl", {"question": SHORT})
    assert [each.id for each in check(items, tmp_path / "few.jsonl").items] == ["picture"]


def test_items_of_one_document_are_contaminated_together(tmp_path: Path) -> None:
    shared = SampleFile("shared.pdf", lambda: pdf(1))
    items = [Sample(id=str(i), task=Task.ANSWER, files=(shared,), truth={}, question=None) for i in range(3)]
    (tmp_path / "same.pdf").write_bytes(pdf(1))
    assert check(items, tmp_path).clean_ids == ()


def test_damaged_files_are_named_and_hide_nothing(items: list[Sample], against: Path) -> None:
    (against / "broken.pdf").write_bytes(b"%PDF-1.7 and nothing more")
    (against / "broken.png").write_bytes(b"no picture")
    (against / "same.png").write_bytes(items[1].files[0].read())
    found = check([*items, sample("broken", OTHER, b"%PDF-1.4 damaged")], against)
    assert found.unreadable == ("broken-0.pdf", "broken.pdf", "broken.png")
    assert item(found, "picture").n_overlaps == {OverlapKind.FILE: 1, OverlapKind.PAGE: 1}


def test_what_is_missing_or_no_json_is_told(items: list[Sample], tmp_path: Path) -> None:
    with pytest.raises(DatasetMissing, match="There is no"):
        check(items, tmp_path / "nowhere")
    (tmp_path / "bad.jsonl").write_text('{"question": ')
    with pytest.raises(DatasetDamaged, match="line 1"):
        check(items, tmp_path)


def test_it_is_kept_with_a_run_as_json(items: list[Sample], against: Path) -> None:
    (against / "renamed.pdf").write_bytes(items[0].files[0].read())
    found = check(items, against)
    kept = json.loads(json.dumps(found.model_dump(mode="json")))
    assert Contamination.model_validate(kept) == found


def test_the_command_names_what_is_found_where(items: list[Sample], tmp_path: Path, against: Path) -> None:
    folder = tmp_path / "docvqa"
    (folder / "documents").mkdir(parents=True)
    (folder / "documents" / "p_1.png").write_bytes(items[1].files[0].read())
    question = {
        "questionId": 11,
        "question": SHORT,
        "image": "documents/p_1.png",
        "ucsf_document_id": "p",
        "ucsf_document_page_no": "1",
        "answers": ["nobody"],
    }
    (folder / "val_v1.0.json").write_text(json.dumps({"data": [question]}))
    lines(against / "few.jsonl", {"question": SHORT})
    options = ["contamination", "docvqa", "--data", str(folder), "--split", "val", "--against", str(against)]
    told = CliRunner().invoke(evaluate, options, env={"COLUMNS": "200"})
    assert told.exit_code == 0, told.output
    assert "few.jsonl, entry 1" in told.stdout
    assert "1 of 1 item in training (1 by question)" in told.stdout
    found = Contamination.model_validate_json(CliRunner().invoke(evaluate, [*options, "--json"]).stdout)
    assert (found.n_contaminated, found.clean_ids) == (1, ())
