"""What a person should look at: which values, how bad, in which order, and in what words."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from docai.checks.flags import flags_of
from docai.checks.persons import person
from docai.domain.charts import Chart, DataPoint, Series
from docai.domain.checks import CellPlace, Check, CheckName, CheckResult
from docai.domain.evidence import (
    Coverage,
    Difference,
    Evidence,
    Omission,
    OmissionRole,
    Verdict,
    WitnessReading,
)
from docai.domain.flags import Flag, FlagKind, Severity, ValuePlace
from docai.domain.geometry import Box
from docai.domain.parses import Block, BlockKind, PageParse
from docai.domain.tables import Cell, Table
from docai.domain.words import Witness

BOX = Box(x0=0.1, y0=0.1, x1=0.9, y1=0.5)


def evidence(verdict: Verdict, **more: object) -> Evidence:
    witness = None if verdict in {Verdict.MODEL_ONLY, Verdict.EMPTY} else Witness.TEXT_LAYER
    fields = {"reader": "model", "witness": witness, "verdict": verdict, "page_number": 2, "box": BOX, **more}
    return Evidence.model_validate(fields)


def block(text: str, verdict: Verdict, kind: BlockKind = BlockKind.PARAGRAPH, **more: object) -> Block:
    return Block(kind=kind, text=text, box=BOX, evidence=evidence(verdict, **more))


def table(*rows: Sequence[tuple[str, Evidence]], verdict: Verdict = Verdict.CONFLICT) -> Block:
    cells = tuple(
        Cell(row=r, col=c, text=text, evidence=found)
        for r, row in enumerate(rows)
        for c, (text, found) in enumerate(row)
    )
    grid = Table(n_rows=len(rows), n_cols=len(rows[0]), cells=cells)
    text = "\n".join("\t".join(text for text, _ in row) for row in rows)
    return Block(kind=BlockKind.TABLE, text=text, box=BOX, table=grid, evidence=evidence(verdict))


def chart(*points: tuple[str, Evidence]) -> Block:
    series = Series(
        name="Sales", points=tuple(DataPoint(category=str(n), text=t, evidence=e) for n, (t, e) in enumerate(points))
    )
    return Block(
        kind=BlockKind.CHART, text="", box=BOX, chart=Chart(series=(series,)), evidence=evidence(Verdict.PARTIAL)
    )


def flags(*blocks: Block, checks: Sequence[Check] = (), omissions: Sequence[Omission] = ()) -> tuple[Flag, ...]:
    coverage = Coverage(n_words=10, n_covered=9, omissions=tuple(omissions))
    return flags_of(PageParse(page_number=2, engine="e", blocks=blocks, checks=tuple(checks), coverage=coverage))


EXACT = evidence(Verdict.EXACT)
SILENT = evidence(Verdict.MODEL_ONLY)


@pytest.mark.parametrize("verdict", [Verdict.EXACT, Verdict.NORMALISED, Verdict.OCR_AGREE, Verdict.EMPTY])
def test_what_a_witness_confirms_is_not_flagged(verdict: Verdict) -> None:
    found = evidence(verdict)
    assert flags(block("x", verdict), table([("1", found)]), chart(("1", found))) == ()


@pytest.mark.parametrize(
    ("verdict", "more", "kind", "severity"),
    [
        (Verdict.CONFLICT, {"witness_confidence": 1.0}, FlagKind.CONFLICT, Severity.HIGH),
        (Verdict.CONFLICT, {"witness_confidence": 0.6}, FlagKind.CONFLICT, Severity.MEDIUM),
        (Verdict.PARTIAL, {}, FlagKind.PARTIAL, Severity.MEDIUM),
        (Verdict.MODEL_ONLY, {}, FlagKind.MODEL_ONLY, Severity.MEDIUM),
        (Verdict.ILLEGIBLE, {}, FlagKind.ILLEGIBLE, Severity.LOW),
        (Verdict.EXACT, {"read_text": "Tota1 12"}, FlagKind.CORRECTED, Severity.LOW),
    ],
)
def test_each_doubt_has_its_kind_and_severity(
    verdict: Verdict, more: dict[str, object], kind: FlagKind, severity: Severity
) -> None:
    (flag,) = flags(block("Total 12", verdict, BlockKind.PARAGRAPH, **more))
    assert (flag.kind, flag.severity, flag.place, flag.page_number) == (kind, severity, ValuePlace(block=0), 2)


@pytest.mark.parametrize(("text", "severity"), [("1,234", Severity.HIGH), ("Apples", Severity.MEDIUM)])
def test_a_number_that_nobody_saw_is_worse_in_a_table_than_a_word(text: str, severity: Severity) -> None:
    (flag,) = flags(table([("Item", EXACT), (text, SILENT)]))
    assert (flag.kind, flag.severity) == (FlagKind.MODEL_ONLY, severity)
    assert flag.place == ValuePlace(block=0, cell=CellPlace(row=0, col=1))


def test_a_table_speaks_through_its_cells_and_once_where_nobody_saw_any() -> None:
    (of_cell,) = flags(table([("a", EXACT), ("12", evidence(Verdict.CONFLICT, witness_text="15"))]))
    assert of_cell.place == ValuePlace(block=0, cell=CellPlace(row=0, col=1))
    (of_table,) = flags(table([("a", SILENT), ("12", SILENT)], [("b", SILENT), ("15", SILENT)]))
    assert (of_table.place, of_table.severity) == (ValuePlace(block=0), Severity.HIGH)


def test_a_figures_description_and_a_formulas_latex_are_no_conflict() -> None:
    doubts = [Verdict.CONFLICT, Verdict.PARTIAL]
    assert flags(*(block("x", v, kind) for v in doubts for kind in (BlockKind.FIGURE, BlockKind.FORMULA))) == ()
    assert flags(block("A lake at night", Verdict.MODEL_ONLY, BlockKind.FIGURE)) == ()
    (invented,) = flags(block("E = mc^2", Verdict.MODEL_ONLY, BlockKind.FORMULA))
    assert invented.kind is FlagKind.MODEL_ONLY


def test_a_chart_that_prints_no_values_is_one_flag() -> None:
    (flag,) = flags(chart(*[("1", SILENT)] * 40))
    assert (flag.kind, flag.severity, flag.place) == (FlagKind.MODEL_ONLY, Severity.MEDIUM, ValuePlace(block=0))
    assert "40 of the chart's 40 values" in flag.message


def test_single_values_of_a_chart_that_prints_the_others_are_flagged_each() -> None:
    found = flags(chart(("1", EXACT), ("2", EXACT), ("3", SILENT), ("4", evidence(Verdict.CONFLICT, witness_text="5"))))
    assert [(f.kind, f.place and f.place.point) for f in found] == [
        (FlagKind.CONFLICT, (0, 3)),
        (FlagKind.MODEL_ONLY, (0, 2)),
    ]


def check(name: CheckName, result: CheckResult = CheckResult.FAILED, **more: object) -> Check:
    return Check.model_validate({"name": name, "result": result, "message": "It does not hold.", **more})


def test_values_that_the_drawing_confirms_are_not_flagged_and_those_it_denies_once() -> None:
    drawn = chart(*[("1", SILENT)] * 3)
    agrees = check(CheckName.DRAWING_AGREES, CheckResult.PASSED, block=0, points=((0, 0), (0, 1)))
    denies = check(CheckName.DRAWING_AGREES, block=0, points=((0, 2),))
    (flag,) = flags(drawn, checks=[agrees, denies])
    assert (flag.kind, flag.check, flag.said) == (FlagKind.CHECK_FAILED, CheckName.DRAWING_AGREES, "1")
    assert flag.place == ValuePlace(block=0, point=(0, 2))


@pytest.mark.parametrize(
    ("name", "severity"),
    [
        (CheckName.TOTALS, Severity.HIGH),
        (CheckName.REPETITION, Severity.HIGH),
        (CheckName.PROMPT_LEAK, Severity.HIGH),
        (CheckName.UNITS, Severity.MEDIUM),
        (CheckName.READING_ORDER, Severity.MEDIUM),
    ],
)
def test_a_failed_check_is_flagged_and_others_are_not(name: CheckName, severity: Severity) -> None:
    others = [check(name, CheckResult.PASSED), check(name, CheckResult.UNDECIDED)]
    (flag,) = flags(block("x", Verdict.EXACT), checks=[*others, check(name, block=0)])
    assert (flag.kind, flag.severity, flag.check) == (FlagKind.CHECK_FAILED, severity, name)
    assert (flag.message, flag.box) == ("It does not hold.", BOX)


def test_a_failed_check_names_each_cell_in_doubt() -> None:
    cells = (CellPlace(row=0, col=0), CellPlace(row=0, col=1))
    found = flags(table([("1", EXACT), ("2", EXACT)]), checks=[check(CheckName.TOTALS, block=0, cells=cells)])
    assert [(f.place and f.place.cell, f.said) for f in found] == [(cells[0], "1"), (cells[1], "2")]


def omission(text: str, role: OmissionRole = OmissionRole.CONTENT, box: Box = BOX) -> Omission:
    return Omission(role=role, box=box, word_ids=tuple(range(len(text.split()))), text=text)


@pytest.mark.parametrize(
    ("left_out", "severity"),
    [
        (omission("Net sales fell"), Severity.HIGH),
        (omission("1,234"), Severity.HIGH),
        (omission("Apples"), Severity.MEDIUM),
        (omission("Annual Report 2024", OmissionRole.HEADER), Severity.LOW),
        (omission("DRAFT", OmissionRole.WATERMARK), Severity.LOW),
    ],
)
def test_words_left_out_weigh_by_what_they_are(left_out: Omission, severity: Severity) -> None:
    (flag,) = flags(omissions=[left_out])
    assert (flag.kind, flag.severity, flag.heard, flag.box) == (FlagKind.OMISSION, severity, left_out.text, BOX)
    assert left_out.text in flag.message


def test_a_figures_labels_are_of_the_figure_and_many_words_in_it_more_than_labels() -> None:
    figure = block("A map", Verdict.MODEL_ONLY, BlockKind.FIGURE)
    labels, text = flags(figure, omissions=[omission("North"), omission("word " * 30)])[::-1]
    assert (labels.severity, labels.place) == (Severity.LOW, ValuePlace(block=0))
    assert text.severity is Severity.MEDIUM


def test_the_worst_come_first_and_the_least_sure_of_them() -> None:
    lower = Box(x0=0.1, y0=0.6, x1=0.9, y1=0.7)
    found = flags(
        block("a", Verdict.ILLEGIBLE, confidence=0.2),
        block("b", Verdict.CONFLICT, witness_confidence=1.0, confidence=0.4, box=lower),
        block("c", Verdict.CONFLICT, witness_confidence=1.0, confidence=0.1, box=lower),
        block("d", Verdict.CONFLICT, witness_confidence=1.0, confidence=0.4),
        block("e", Verdict.PARTIAL, confidence=0.0),
        omissions=[omission("left out words")],
    )
    assert [flag.said for flag in found] == [None, "c", "d", "b", "e", "a"]


def test_a_message_has_both_readings_and_of_long_ones_what_differs() -> None:
    (short,) = flags(block("Total 12", Verdict.CONFLICT, witness_text="Total 15"))
    assert short.message == 'The paragraph says "Total 12"; the text layer reads "Total 15".'
    differences = (Difference(said="12", heard="15", said_at=200),)
    (long,) = flags(block("word " * 50, Verdict.CONFLICT, witness_text="other " * 50, differences=differences))
    assert long.message == 'The paragraph says "12"; the text layer reads "15".'
    assert (long.said, long.heard, long.differences) == ("word " * 50, "other " * 50, differences)
    (corrected,) = flags(block("SZL15", Verdict.EXACT, read_text="SZE15"))
    assert corrected.message == 'The paragraph was read as "SZE15"; the text layer has "SZL15", which was taken.'
    assert (corrected.said, corrected.heard) == ("SZE15", "SZL15")


def test_witnesses_that_give_a_number_differently_are_worth_knowing() -> None:
    second = WitnessReading(
        witness=Witness.OCR, verdict=Verdict.CONFLICT, text="1,284", word_ids=(), box=None, confidence=0.98
    )
    (flag,) = flags(table([("1,234", evidence(Verdict.EXACT, second=second))]))
    assert (flag.kind, flag.severity, flag.heard) == (FlagKind.CONFLICT, Severity.LOW, "1,284")
    unsure = second.model_copy(update={"confidence": 0.5})
    assert flags(table([("1,234", evidence(Verdict.EXACT, second=unsure))])) == ()
    assert flags(block("About 1,234", Verdict.EXACT, second=second)) == ()


def test_what_a_person_looked_at_is_not_flagged() -> None:
    looked_at = evidence(Verdict.CONFLICT, reader=person("Ann"), witness_text="15")
    silent = evidence(Verdict.MODEL_ONLY, reader=person("Ann"))
    text = block("12", Verdict.CONFLICT, reader=person("Ann"), witness_text="15")
    assert flags(text, table([("12", looked_at), ("1", silent)]), chart(("1", silent))) == ()
