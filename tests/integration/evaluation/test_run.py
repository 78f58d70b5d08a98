"""A whole evaluation over a small folder of sets, made of a document that is drawn here; no picture is read."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from docai.cli.evaluate import evaluate
from docai.engines.ocr import RapidOcrReader
from docai.errors import InvalidRequest
from docai.evaluation.fault_injection.drawn_charts import measure_charts
from docai.evaluation.fault_injection.drawn_truth import drawn_pages
from docai.evaluation.fault_injection.faults import FaultKind
from docai.evaluation.fault_injection.figures import Miss, Report, Row
from docai.evaluation.fault_injection.kept import keep
from docai.evaluation.fault_injection.measuring import Outcome
from docai.evaluation.fault_injection.opening import Opener
from docai.evaluation.fault_injection.run import Evaluated
from docai.evaluation.fault_injection.truth import TruthPage
from docai.grounding.calibration import CalibrationTable
from docai.pdf.draw_sheet import A4
from docai.pdf.sandbox import PdfSandbox


@pytest.fixture(scope="module")
def opener() -> Iterator[Opener]:
    with PdfSandbox() as sandbox:
        yield Opener(sandbox, RapidOcrReader(1))


@pytest.fixture(scope="module")
def drawn(opener: Opener, tmp_path_factory: pytest.TempPathFactory) -> TruthPage:
    (page,) = drawn_pages(1, 5, tmp_path_factory.mktemp("drawn"), opener, as_scans=False)
    return page


@pytest.fixture(scope="module")
def data(drawn: TruthPage, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Sets laid out as the public ones are, and a file that is no PDF."""
    folder = tmp_path_factory.mktemp("data")
    tables = [{"regions": [{"page": 1, "cells": cells_of(drawn, n)}]} for n in tables_of(drawn)]
    write(folder / "tables" / "icdar2013", drawn, {"tables": tables})
    (folder / "tables" / "icdar2013" / "broken.pdf").write_bytes(b"not a PDF")
    items = [item("icdar2013/drawn"), {"file": "icdar2013/broken.pdf", "gt": "icdar2013/drawn.gt.json"}]
    (folder / "tables" / "manifest.json").write_text(json.dumps({"items": items}))
    blocks = [{"type": "para", "text": b.text} for b in drawn.blocks if b.table is None]
    write(folder / "pages" / "pmc", drawn, {"blocks": [*blocks, {"type": "para", "text": "Printed nowhere at all."}]})
    (folder / "pages" / "manifest.json").write_text(json.dumps({"items": [item("pmc/drawn")]}))
    return folder


def item(name: str) -> dict[str, str]:
    return {"file": f"{name}.pdf", "gt": f"{name}.gt.json"}


def write(folder: Path, page: TruthPage, truth: dict[str, Any]) -> None:
    folder.mkdir(parents=True)
    (folder / "drawn.pdf").write_bytes(page.path.read_bytes())
    (folder / "drawn.gt.json").write_text(json.dumps(truth))


def tables_of(page: TruthPage) -> list[int]:
    return [n for n, block in enumerate(page.blocks) if block.table]


def cells_of(page: TruthPage, block: int) -> list[dict[str, Any]]:
    """As the competition has them: points from the bottom left, empty cells left out."""
    table = page.blocks[block].table
    assert table is not None
    cells = []
    for cell in table.cells:
        if cell.box is not None:
            x0, y0, x1, y1 = cell.box.to_points(A4)
            box = [x0, A4.height_pt - y1, x1, A4.height_pt - y0]
            place = {"row": cell.row, "col": cell.col, "row_end": cell.row, "col_end": cell.col}
            cells.append({**place, "text": cell.text, "bbox_pdf_bl": box})
    return cells


@dataclass(frozen=True)
class Ran:
    """What the command printed and left."""

    report: Report
    folder: Path


@pytest.fixture(scope="module")
def ran(data: Path, tmp_path_factory: pytest.TempPathFactory) -> Ran:
    folder = tmp_path_factory.mktemp("out")
    only = [option for part in ("tables", "pages", "citations") for option in ("--only", part)]
    given = ["--data", str(data), *only, "--seed", "3", "--share", "0.2", "--rounds", "1", "--json"]
    kept = ["--out", str(folder), "--fit", str(folder / "fit.json"), "--curve", str(folder / "curve.svg")]
    result = CliRunner().invoke(evaluate, ["evidence", *given, *kept])
    assert result.exit_code == 0, result.output
    return Ran(Report.model_validate_json(result.stdout), folder)


def rows_of(ran: Ran) -> dict[tuple[str, str], Row]:
    return {(row.source, row.kind): row for row in ran.report.rows}


def test_the_truth_of_both_sets_stands_where_it_was_drawn(ran: Ran) -> None:
    rows = rows_of(ran)
    assert rows["icdar2013", "cell_boxes"].found.value == 1.0
    assert rows["icdar2013", "clean_cells"].false.hits == 0
    assert rows["pmc", "clean_text"].false.hits == 0


def test_faults_are_found_and_right_answers_are_kept(ran: Ran) -> None:
    rows = rows_of(ran)
    assert rows["icdar2013", "cell_digits"].found.value == 1.0
    assert rows["icdar2013", "wrong_value_given"].found.value == 1.0
    assert rows["icdar2013", "right_answer"].false.hits == 0
    assert rows["pmc", "invented_sentence"].found.n > 0


def test_what_cannot_be_read_is_counted(ran: Ran) -> None:
    assert ran.report.n_unreadable == 1
    assert ran.report.n_pages == 2


def test_report_confidences_and_curve_are_left_in_files(ran: Ran) -> None:
    assert Report.model_validate_json((ran.folder / "report.json").read_bytes()) == ran.report
    table = CalibrationTable.model_validate_json((ran.folder / "fit.json").read_bytes())
    assert table.share == 0.2
    assert (ran.folder / "curve.svg").read_text().startswith("<svg")


def test_another_part_than_there_is_is_refused() -> None:
    result = CliRunner().invoke(evaluate, ["evidence", "--only", "music"])
    assert isinstance(result.exception, InvalidRequest)


def test_misses_are_kept_with_a_picture(opener: Opener, drawn: TruthPage, tmp_path: Path) -> None:
    report = Report(seed=1, share=0.05, rounds=1, n_pages=1, seconds=0.0, rows=())
    miss = Miss(
        source="pmc",
        name="drawn",
        page_number=1,
        kind=FaultKind.TEXT_DIGITS,
        is_false_flag=False,
        was="1",
        now="2",
        box=(0.1, 0.1, 0.3, 0.2),
    )
    keep(Evaluated(report, [miss], Outcome(), {("pmc", "drawn"): drawn.path}), tmp_path, opener)
    (kept,) = (tmp_path / "misses.jsonl").read_text().splitlines()
    assert (tmp_path / json.loads(kept)["crop"]).read_bytes().startswith(b"\x89PNG")


def test_charts_are_read_from_their_drawing_and_wrong_values_are_named(opener: Opener, tmp_path: Path) -> None:
    done: list[None] = []
    rows = measure_charts([1], 0.2, tmp_path, opener, on_chart=lambda: done.append(None), kinds=["bars"])
    by_kind = {row.kind: row for row in rows}
    assert by_kind["points_read"].found.value == 1.0
    assert by_kind["wrong_values"].found.value == 1.0
    assert by_kind["wrong_values"].false.hits == 0
    assert len(done) == 1


def test_drawn_documents_are_read_as_they_were_drawn(drawn: TruthPage) -> None:
    printed = [word.text for word in drawn.words.words]
    said = [piece for block in drawn.blocks for piece in block.text.split()]
    assert sorted(printed) == sorted(said)
