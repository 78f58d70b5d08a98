"""Flags: what a person should look at on a page, from evidence, omissions and failed checks, worst first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from docai.checks.flag_messages import (
    message_of_chart,
    message_of_omission,
    message_of_second,
    message_of_silence,
    message_of_value,
)
from docai.checks.persons import is_of_person
from docai.domain.charts import Chart, DataPoint
from docai.domain.checks import CellPlace, Check, CheckName, CheckResult
from docai.domain.evidence import Evidence, Omission, OmissionRole, Verdict
from docai.domain.flags import Flag, FlagKind, Severity, ValuePlace
from docai.domain.geometry import Box
from docai.domain.parses import PICTURES, Block, BlockKind, PageParse
from docai.domain.tables import Cell, Table
from docai.grounding.omissions import WHOLE_PAGE

SURE = 0.9
"""0 to 1: a witness whose least sure word is above is believed against the reader."""

_ORDER = {Severity.HIGH: 0, Severity.MEDIUM: 1, Severity.LOW: 2}
_KINDS = {
    Verdict.CONFLICT: FlagKind.CONFLICT,
    Verdict.PARTIAL: FlagKind.PARTIAL,
    Verdict.MODEL_ONLY: FlagKind.MODEL_ONLY,
    Verdict.ILLEGIBLE: FlagKind.ILLEGIBLE,
}
_SUSPICIONS = frozenset({Verdict.CONFLICT, Verdict.PARTIAL})
_AGREEMENTS = frozenset({Verdict.EXACT, Verdict.NORMALISED, Verdict.OCR_AGREE})
_GRAVE_CHECKS = frozenset(
    {
        CheckName.TOTALS,
        CheckName.AXIS_FIT,
        CheckName.POINT_ON_AXIS,
        CheckName.DRAWING_AGREES,
        CheckName.REPETITION,
        CheckName.PROMPT_LEAK,
    }
)
_CONFIRMING_CHECKS = frozenset({CheckName.POINT_ON_AXIS, CheckName.DRAWING_AGREES})
"""What these find right needs no print that says it."""
_LABELS = 12
"""So many words within a picture are its labels; more are text that its description leaves out."""
_MOST = 0.5


@dataclass(frozen=True, slots=True)
class _Value:
    """A value with its evidence, and where the parse has it."""

    place: ValuePlace
    name: str
    """For a person, at the beginning of a sentence."""
    text: str
    evidence: Evidence
    is_cell: bool = False


@dataclass(frozen=True, slots=True)
class _Spot:
    """What a failed check is about."""

    place: ValuePlace | None
    box: Box | None = None
    said: str | None = None


def flags_of(parse: PageParse) -> tuple[Flag, ...]:
    """What a person should look at on a page, worst first: by severity, then the least sure, then down the page.

    A table speaks through its cells and a chart through its values: neither is told of as a block as well. Where no
    witness saw anything of a table, or print confirms few of a chart's values, one flag tells of the whole. A figure's
    description and a formula's LaTeX are not what is printed, and so never a conflict.
    """
    flags = [flag for index, block in enumerate(parse.blocks) for flag in _of_block(parse, index, block)]
    if parse.coverage is not None:
        flags += [_of_omission(omission, parse) for omission in parse.coverage.omissions]
    for check in parse.checks:
        if check.result is CheckResult.FAILED:
            flags += _of_check(check, parse)
    return tuple(sorted(flags, key=_rank))


def _rank(flag: Flag) -> tuple[int, float, float, float]:
    """Words that are missing and checks that failed have no confidence: nothing there can be right."""
    x, y = (flag.box.x0, flag.box.y0) if flag.box else (0.0, 0.0)
    return _ORDER[flag.severity], flag.confidence or 0.0, y, x


def _of_block(parse: PageParse, index: int, block: Block) -> Iterator[Flag]:
    if block.table is not None:
        yield from _of_table(index, block, block.table)
    elif block.chart is not None:
        yield from _of_chart(parse.checks, index, block, block.chart)
    elif block.evidence is not None and not _is_rendition(block, block.evidence):
        name = f"The {block.kind.value.replace('_', ' ')}"
        if block.kind is BlockKind.FIELD and block.label:
            name = f"The field {block.label!r}"
        yield from _of_value(_Value(ValuePlace(block=index), name, block.text, block.evidence))


def _is_rendition(block: Block, evidence: Evidence) -> bool:
    """Whether a block tells of what is printed in other characters than the print's."""
    if block.kind is BlockKind.FIGURE:
        return evidence.read_text is None
    return block.kind is BlockKind.FORMULA and evidence.verdict in _SUSPICIONS


def _of_table(index: int, block: Block, table: Table) -> Iterator[Flag]:
    seen = [cell.evidence for cell in table.cells if cell.evidence and cell.evidence.verdict is not Verdict.EMPTY]
    if len(seen) > 1 and all(each.verdict is Verdict.MODEL_ONLY and not is_of_person(each) for each in seen):
        yield _of_silence(index, block, f"The table of {table.n_rows} rows and {table.n_cols} columns")
        return
    for cell in table.cells:
        if cell.evidence is not None:
            place = ValuePlace(block=index, cell=CellPlace(row=cell.row, col=cell.col))
            name = f"Row {cell.row + 1}, column {cell.col + 1}"
            yield from _of_value(_Value(place, name, cell.text, cell.evidence, is_cell=True))


def _of_chart(checks: Sequence[Check], index: int, block: Block, chart: Chart) -> Iterator[Flag]:
    values = _points(index, chart)
    confirmed, doubted = _checked_points(checks, index)
    silent = [
        v
        for v in values
        if v.evidence.verdict is Verdict.MODEL_ONLY and v.place.point not in confirmed and v.place.point not in doubted
    ]
    is_unprinted = len(silent) > _MOST * len(values)
    if is_unprinted:
        yield Flag(
            kind=FlagKind.MODEL_ONLY,
            severity=Severity.MEDIUM,
            page_number=silent[0].evidence.page_number,
            message=message_of_chart(len(silent), len(values)),
            place=ValuePlace(block=index),
            box=block.box,
            confidence=min(v.evidence.confidence for v in silent),
        )
    for value in values:
        is_silent = value.evidence.verdict is Verdict.MODEL_ONLY
        if not is_silent or (value in silent and not is_unprinted):
            yield from _of_value(value)


def _points(index: int, chart: Chart) -> list[_Value]:
    return [
        _Value(
            ValuePlace(block=index, point=(s, p)), f"{series.name or 'The chart'}, {point.category}", point.text, seen
        )
        for s, series in enumerate(chart.series)
        for p, point in enumerate(series.points)
        if (seen := point.evidence) is not None and seen.verdict is not Verdict.EMPTY and not is_of_person(seen)
    ]


def _checked_points(checks: Sequence[Check], index: int) -> tuple[set[tuple[int, int]], set[tuple[int, int]]]:
    """The values of a chart that its drawing confirms, and those that a check has a flag for already."""
    of_chart = [check for check in checks if check.block == index]
    confirming = [c for c in of_chart if c.result is CheckResult.PASSED and c.name in _CONFIRMING_CHECKS]
    failed = [c for c in of_chart if c.result is CheckResult.FAILED]
    return {p for c in confirming for p in c.points}, {p for c in failed for p in c.points}


def _of_silence(index: int, block: Block, name: str) -> Flag:
    """One flag for a table of which no witness saw anything."""
    return Flag(
        kind=FlagKind.MODEL_ONLY,
        severity=Severity.HIGH if _has_digit(block.text) else Severity.MEDIUM,
        page_number=block.evidence.page_number if block.evidence else 1,
        message=message_of_silence(name),
        place=ValuePlace(block=index),
        box=block.box,
        said=block.text,
        confidence=block.evidence.confidence if block.evidence else None,
    )


def _of_value(value: _Value) -> Iterator[Flag]:
    evidence = value.evidence
    if is_of_person(evidence):
        return
    if evidence.read_text is not None:
        yield _flag(value, FlagKind.CORRECTED, Severity.LOW, evidence.read_text)
    elif evidence.verdict in _KINDS:
        yield _flag(value, _KINDS[evidence.verdict], _severity(value), evidence.witness_text)
    elif _parts_from_second(value) and evidence.second is not None:
        yield Flag(
            kind=FlagKind.CONFLICT,
            severity=Severity.LOW,
            page_number=evidence.page_number,
            message=message_of_second(value.name, value.text, evidence.second),
            place=value.place,
            box=evidence.second.box or evidence.box,
            said=value.text,
            heard=evidence.second.text,
            confidence=evidence.confidence,
        )


def _flag(value: _Value, kind: FlagKind, severity: Severity, heard: str | None) -> Flag:
    evidence = value.evidence
    is_corrected = kind is FlagKind.CORRECTED
    return Flag(
        kind=kind,
        severity=severity,
        page_number=evidence.page_number,
        message=message_of_value(value.name, value.text, evidence),
        place=value.place,
        box=evidence.box,
        said=heard if is_corrected else value.text,
        heard=value.text if is_corrected else heard,
        differences=evidence.differences,
        confidence=evidence.confidence,
    )


def _severity(value: _Value) -> Severity:
    verdict = value.evidence.verdict
    if verdict is Verdict.ILLEGIBLE:
        return Severity.LOW
    if verdict is Verdict.CONFLICT:
        sure = value.evidence.witness_confidence
        is_sure = (value.evidence.confidence if sure is None else sure) >= SURE
        return Severity.HIGH if is_sure else Severity.MEDIUM
    is_number = value.is_cell and _has_digit(value.text)
    return Severity.HIGH if verdict is Verdict.MODEL_ONLY and is_number else Severity.MEDIUM


def _parts_from_second(value: _Value) -> bool:
    """Whether the two witnesses give a number differently; of running text, OCR misreads something on every page."""
    second = value.evidence.second
    if second is None or value.evidence.verdict not in _AGREEMENTS:
        return False
    is_number = _has_digit(value.text) and (value.is_cell or value.place.point is not None)
    return is_number and second.verdict is Verdict.CONFLICT and second.confidence >= SURE


def _of_omission(omission: Omission, parse: PageParse) -> Flag:
    picture = _picture_around(omission.box, parse.blocks)
    return Flag(
        kind=FlagKind.OMISSION,
        severity=_severity_of_omission(omission, is_in_picture=picture is not None),
        page_number=parse.page_number,
        message=message_of_omission(omission, is_in_picture=picture is not None),
        place=None if picture is None else ValuePlace(block=picture),
        box=omission.box,
        heard=omission.text,
    )


def _severity_of_omission(omission: Omission, *, is_in_picture: bool) -> Severity:
    if omission.role is not OmissionRole.CONTENT:
        return Severity.LOW
    n_words = len(omission.word_ids)
    if is_in_picture:
        return Severity.LOW if n_words <= _LABELS else Severity.MEDIUM
    return Severity.HIGH if n_words > 1 or _has_digit(omission.text) else Severity.MEDIUM


def _picture_around(box: Box, blocks: Sequence[Block]) -> int | None:
    """The index of the figure or chart in which words stand; one without a place of its own has the whole page."""
    pictures = ((n, block.box) for n, block in enumerate(blocks) if block.kind in PICTURES)
    return next((n for n, place in pictures if place.area < WHOLE_PAGE and place.holds(box.centre)), None)


def _of_check(check: Check, parse: PageParse) -> list[Flag]:
    """One flag for each cell or chart value in doubt, so that each can be asked for; else one for block or page."""
    severity = Severity.HIGH if check.name in _GRAVE_CHECKS else Severity.MEDIUM
    block = parse.blocks[check.block] if check.block is not None and check.block < len(parse.blocks) else None
    around = Box.around(check.boxes) or (block.box if block else None)
    whole = _Spot(None if check.block is None else ValuePlace(block=check.block))
    return [
        Flag(
            kind=FlagKind.CHECK_FAILED,
            severity=severity,
            page_number=parse.page_number,
            message=check.message,
            place=spot.place,
            box=spot.box or around,
            said=spot.said,
            check=check.name,
        )
        for spot in _spots(check, block) or [whole]
    ]


def _spots(check: Check, block: Block | None) -> list[_Spot]:
    """The values that a check is about."""
    if block is None or check.block is None:
        return []
    found: list[_Spot] = []
    if block.table is not None:
        cells = {(cell.row, cell.col): cell for cell in block.table.cells}
        for at in check.cells:
            cell = cells.get((at.row, at.col))
            place = ValuePlace(block=check.block, cell=at)
            found.append(_Spot(place, _box_of(cell), cell.text) if cell else _Spot(place))
    if block.chart is not None:
        for s, p in check.points:
            point = block.chart.series[s].points[p]
            found.append(_Spot(ValuePlace(block=check.block, point=(s, p)), _box_of(point), point.text))
    return found


def _box_of(value: Cell | DataPoint) -> Box | None:
    return (value.evidence.box if value.evidence else None) or value.box


def _has_digit(text: str) -> bool:
    return any(character.isdigit() for character in text)
