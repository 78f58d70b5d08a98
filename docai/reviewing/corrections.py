"""What a person says of a page's values, brought into its result; nothing is stored here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from docai.checks.persons import person
from docai.checks.verify import EvidencePolicy, verify
from docai.dialects.charts import chart_text, value_of
from docai.dialects.spans import table_text
from docai.domain.charts import Chart
from docai.domain.documents import Page
from docai.domain.evidence import Evidence
from docai.domain.flags import ValuePlace
from docai.domain.parses import Block, PageParse
from docai.domain.revisions import Correction
from docai.domain.tables import Table
from docai.domain.words import PageWords
from docai.errors import InvalidCorrection, NothingToReview

_Place = tuple[int, int] | None
"""A cell's row and column or a point's series and number; None: the block itself."""


def reviewed(page: Page, corrections: Sequence[Correction], *, author: str, policy: EvidencePolicy) -> PageParse:
    """The page's result with what a person says of its values.

    A value that the person names is the person's from then on: its text is what they say, its evidence names them as
    its reader and is held against the witnesses again, its row, table or chart says the same, and the page's checks are
    made anew. All other values keep their evidence.

    Args:
        page: as it was looked at.
        corrections: one for each value; a table or chart as a whole can only be found right.
        author: who says so.
        policy: what becomes of what the witnesses say; a person is never overruled by the text layer.

    Raises:
        NothingToReview: the page has no result.
        InvalidCorrection: there is none, one names no value of the page, or two name the same.
    """
    parse = page.parse
    if parse is None or page.revision is None:
        raise NothingToReview(f"Page {page.number} has no result to correct.", page=page.number)
    by_block = _by_block(parse, corrections)
    policy = replace(policy, prefers_text_layer=False)
    words = page.words or PageWords(witness=None)
    said = [_corrected(parse.blocks[index], texts) for index, texts in by_block.items()]
    looked_at = verify(
        parse.model_copy(update={"blocks": tuple(said), "checks": (), "coverage": None}),
        words,
        reader=person(author),
        policy=policy,
        second=page.second_words,
    )
    blocks = list(parse.blocks)
    for (index, texts), new in zip(by_block.items(), looked_at.blocks, strict=True):
        blocks[index] = _joined(parse.blocks[index], new, texts)
    whole = parse.model_copy(update={"blocks": tuple(blocks)})
    freed = {i for index, texts in by_block.items() for i in _word_ids(parse.blocks[index], texts)}
    unsaid = set(parse.coverage.omitted_word_ids if parse.coverage else ()) - freed
    return verify(whole, words, reader=parse.engine, policy=policy, second=page.second_words, unsaid=unsaid)


def _by_block(parse: PageParse, corrections: Sequence[Correction]) -> dict[int, dict[_Place, str]]:
    """The texts that are given, by block and by place in it, each of which is there."""
    found: dict[int, dict[_Place, str]] = {}
    for correction in corrections:
        place = correction.place
        if not 0 <= place.block < len(parse.blocks):
            raise InvalidCorrection(f"The page has no block {place.block}.", place=_named(place))
        within: _Place = (place.cell.row, place.cell.col) if place.cell else place.point
        problem = _problem(parse.blocks[place.block], place, correction.text)
        if problem is None and within in found.get(place.block, {}):
            problem = "The same value is corrected twice."
        if problem is not None:
            raise InvalidCorrection(problem, place=_named(place))
        found.setdefault(place.block, {})[within] = correction.text
    if not found:
        raise InvalidCorrection("There is no correction.")
    return found


def _problem(block: Block, place: ValuePlace, text: str) -> str | None:
    """Why a place cannot be given a text; None if it can."""
    if place.cell is not None and place.point is not None:
        return "A value is a cell or a chart's value, not both."
    if place.cell is not None:
        cells = block.table.cells if block.table else ()
        is_there = any((cell.row, cell.col) == (place.cell.row, place.cell.col) for cell in cells)
        return None if is_there else f"No cell of block {place.block} begins there."
    if place.point is not None:
        return None if _has_point(block.chart, *place.point) else f"Block {place.block} has no such value."
    if (block.table or block.chart) and text != block.text:
        return f"Block {place.block} is a table or chart: correct its cells or values."
    return None


def _has_point(chart: Chart | None, series: int, point: int) -> bool:
    if chart is None or not 0 <= series < len(chart.series):
        return False
    return 0 <= point < len(chart.series[series].points)


def _named(place: ValuePlace) -> Mapping[str, object]:
    return place.model_dump(mode="json")


def _corrected(block: Block, texts: Mapping[_Place, str]) -> Block:
    """The block with what is said of it, all of it without evidence."""
    changes: dict[str, object] = {"evidence": None, "reader_confidence": None}
    if block.table is not None:
        table = _corrected_table(block.table, texts)
        changes |= {"table": table, "text": table_text(table) if table != block.table else block.text}
    elif block.chart is not None:
        chart = _corrected_chart(block.chart, texts)
        is_all = block.text == chart_text(block.chart)
        changes |= {"chart": chart, "text": chart_text(chart) if is_all else block.text}
    else:
        changes["text"] = texts[None]
    return block.model_copy(update=changes)


def _corrected_table(table: Table, texts: Mapping[_Place, str]) -> Table:
    cells = tuple(cell.model_copy(update={"text": texts.get((cell.row, cell.col), cell.text)}) for cell in table.cells)
    return table.model_copy(update={"cells": cells})


def _corrected_chart(chart: Chart, texts: Mapping[_Place, str]) -> Chart:
    series = tuple(
        each.model_copy(
            update={
                "points": tuple(
                    point.model_copy(update={"text": text, "value": value_of(text)})
                    if (text := texts.get((s, p), point.text)) != point.text
                    else point
                    for p, point in enumerate(each.points)
                )
            }
        )
        for s, each in enumerate(chart.series)
    )
    return chart.model_copy(update={"series": series})


def _joined(old: Block, new: Block, texts: Mapping[_Place, str]) -> Block:
    """The block as it was looked at, in which values that nobody spoke of have the evidence that they had."""
    if None in texts:
        return new
    kept = {"reader_confidence": old.reader_confidence, "evidence": _by_its_reader(old.evidence, new.evidence)}
    if old.table is not None and new.table is not None:
        cells = tuple(
            mine if (mine.row, mine.col) in texts else theirs
            for mine, theirs in zip(new.table.cells, old.table.cells, strict=True)
        )
        return new.model_copy(update={**kept, "table": new.table.model_copy(update={"cells": cells})})
    assert old.chart is not None
    assert new.chart is not None
    series = tuple(
        mine.model_copy(
            update={
                "points": tuple(point if (s, p) in texts else theirs.points[p] for p, point in enumerate(mine.points))
            }
        )
        for s, (mine, theirs) in enumerate(zip(new.chart.series, old.chart.series, strict=True))
    )
    return new.model_copy(update={**kept, "chart": new.chart.model_copy(update={"series": series})})


def _by_its_reader(old: Evidence | None, new: Evidence | None) -> Evidence | None:
    """Evidence of a table or chart of which a person gave some values and an engine the others."""
    if old is None or new is None:
        return new
    return new.model_copy(update={"reader": old.reader, "reader_confidence": old.reader_confidence})


def _word_ids(block: Block, texts: Mapping[_Place, str]) -> set[int]:
    """The words of the values that a person gives: whether one was said before does not matter any more."""
    if None in texts:
        return set(block.word_ids)
    cells = block.table.cells if block.table else ()
    return {i for cell in cells if (cell.row, cell.col) in texts for i in cell.word_ids}
