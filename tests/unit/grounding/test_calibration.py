"""Confidences become probabilities by what the evidence is; what was not measured keeps its own."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from docai.domain.checks import CellPlace, Check, CheckName, CheckResult
from docai.domain.evidence import Difference, Evidence, Verdict
from docai.domain.geometry import Box
from docai.domain.parses import Block, BlockKind, PageParse
from docai.domain.tables import Cell, Table
from docai.domain.words import Witness
from docai.grounding.calibration import CalibrationTable, calibrated, fitted, keys_of, score_of

BOX = Box(x0=0.1, y0=0.1, x1=0.2, y1=0.2)
CURVES = {
    "text_layer exact": ((1.0, 0.999),),
    "ocr ocr_agree": ((0.5, 0.8), (0.9, 0.98)),
    "ocr conflict digits": ((0.0, 0.1), (1.0, 0.5)),
    "ocr conflict in doubt": ((0.0, 0.01),),
    "own ocr": ((0.5, 0.4), (1.0, 0.96)),
}
TABLE = CalibrationTable(version="7", share=0.05, curves=CURVES)


def evidence(verdict: Verdict, witness: Witness | None, sure: float | None, reader: str = "model") -> Evidence:
    differs = verdict is Verdict.CONFLICT
    return Evidence(
        reader=reader,
        witness=witness,
        verdict=verdict,
        page_number=1,
        box=BOX,
        witness_confidence=sure,
        confidence=0.25,
        differences=(Difference(said="3", heard="8", said_at=0),) if differs else (),
    )


def parse_of(*found: Evidence, kind: BlockKind = BlockKind.PARAGRAPH) -> PageParse:
    blocks = tuple(Block(kind=kind, text="x", box=BOX, evidence=each) for each in found)
    return PageParse(page_number=1, engine="model", blocks=blocks)


def confidence(found: Evidence, kind: BlockKind = BlockKind.PARAGRAPH) -> tuple[float, str | None]:
    block = calibrated(parse_of(found, kind=kind), word_reader="ocr 1", table=TABLE).blocks[0]
    assert block.evidence is not None
    return block.evidence.confidence, block.evidence.calibration


def test_a_value_takes_the_probability_of_its_like() -> None:
    assert confidence(evidence(Verdict.EXACT, Witness.TEXT_LAYER, 1.0)) == (0.999, "7")
    assert confidence(evidence(Verdict.OCR_AGREE, Witness.OCR, 0.7)) == (pytest.approx(0.89), "7")


def test_a_witness_that_is_sure_makes_a_contradicted_value_less_likely() -> None:
    sure, _ = confidence(evidence(Verdict.CONFLICT, Witness.OCR, 1.0))
    unsure, _ = confidence(evidence(Verdict.CONFLICT, Witness.OCR, 0.5))
    assert (sure, unsure) == (pytest.approx(0.1), pytest.approx(0.3))


def test_what_its_own_reader_read_is_not_confirmed_by_it() -> None:
    assert confidence(evidence(Verdict.OCR_AGREE, Witness.OCR, 0.75, reader="ocr 1")) == (pytest.approx(0.68), "7")
    assert confidence(evidence(Verdict.EXACT, Witness.TEXT_LAYER, 1.0, reader="ocr 1")) == (1.0, "7")


def test_what_was_not_measured_keeps_its_confidence_and_says_so() -> None:
    assert confidence(evidence(Verdict.PARTIAL, Witness.OCR, 0.9)) == (0.25, None)
    assert confidence(evidence(Verdict.EMPTY, None, None)) == (0.25, None)
    assert confidence(evidence(Verdict.EXACT, Witness.TEXT_LAYER, 1.0), BlockKind.FORMULA) == (0.25, None)


def test_cells_are_calibrated_and_those_that_a_failed_check_names_apart() -> None:
    found = evidence(Verdict.CONFLICT, Witness.OCR, 0.5)
    cells = tuple(Cell(row=0, col=c, text="3", evidence=found) for c in range(2))
    table = Table(n_rows=1, n_cols=2, cells=cells)
    block = Block(kind=BlockKind.TABLE, text="3\t3", box=BOX, table=table, evidence=found)
    failed = Check(
        name=CheckName.TOTALS, result=CheckResult.FAILED, message="", block=0, cells=(CellPlace(row=0, col=1),)
    )
    parse = PageParse(page_number=1, engine="model", blocks=(block,), checks=(failed,))
    (done,) = calibrated(parse, table=TABLE).blocks
    assert done.table is not None
    assert [cell.evidence.confidence for cell in done.table.cells if cell.evidence] == [pytest.approx(0.3), 0.01]
    assert done.evidence == found


@settings(max_examples=60, deadline=None)
@given(
    st.sampled_from([v for v in Verdict if v is not Verdict.EMPTY]),
    st.sampled_from([Witness.TEXT_LAYER, Witness.OCR, None]),
    st.floats(0, 1),
    st.booleans(),
)
def test_the_table_that_comes_with_docai_gives_probabilities(
    verdict: Verdict, witness: Witness | None, sure: float, is_own: bool
) -> None:
    reader = "ocr 1" if is_own else "model"
    found = evidence(verdict, witness, sure if witness else None, reader)
    (block,) = calibrated(parse_of(found), word_reader="ocr 1").blocks
    assert block.evidence is not None
    assert 0.0 <= block.evidence.confidence <= 1.0
    assert block.evidence.calibration in {None, fitted().version}


def test_agreement_with_the_text_layer_is_surer_than_with_ocr_and_both_than_a_conflict() -> None:
    exact, agree, conflict = (
        fitted().probability(keys_of(each, is_cell=True, is_in_doubt=False, is_own=False), score_of(each, is_own=False))
        for each in (
            evidence(Verdict.EXACT, Witness.TEXT_LAYER, 1.0),
            evidence(Verdict.OCR_AGREE, Witness.OCR, 0.9),
            evidence(Verdict.CONFLICT, Witness.TEXT_LAYER, 1.0),
        )
    )
    assert exact is not None
    assert agree is not None
    assert conflict is not None
    assert exact >= agree > conflict
