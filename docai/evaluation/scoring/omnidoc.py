"""OmniDocBench: text, reading order, tables and formulas of a page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from docai.evaluation.metrics.block_matching import BlockMatch, quick_match, simple_match
from docai.evaluation.metrics.omnidoc_edit import edit_distances
from docai.evaluation.metrics.omnidoc_pieces import Piece, PieceKind, pieces
from docai.evaluation.metrics.omnidoc_text import plain_formula, plain_text
from docai.evaluation.metrics.reading_order import order_distance
from docai.evaluation.metrics.teds import TedsVariant, teds
from docai.evaluation.predictions import Prediction
from docai.evaluation.samples import Sample
from docai.evaluation.scoring.scorer import ItemScore, Scored, mean_figures

NOT_COMPARED = frozenset(
    {
        "figure_caption",
        "figure_footnote",
        "table_caption",
        "table_footnote",
        "code_algorithm",
        "code_algorithm_caption",
        "header",
        "footer",
        "page_footnote",
        "page_number",
        "equation_caption",
    }
)
"""Categories whose blocks are matched, so that what was read of them is no error, and then left out."""
TEXT_CATEGORIES = frozenset({"text_block", "title", "code_txt", "code_txt_caption", "reference"}) | NOT_COMPARED
_LONGEST_TEXT = 400
_WORST = 5


class TrueBlock(BaseModel):
    """A block of text."""

    model_config = ConfigDict(frozen=True)

    category: str
    """As the set names it."""
    text: str
    order: int | None = None
    """Its place in the reading order, from 1; None for blocks that have none."""


class OmnidocTruth(BaseModel):
    """What stands on a page."""

    model_config = ConfigDict(frozen=True)

    blocks: tuple[TrueBlock, ...] = ()
    """In reading order, those without a place first."""
    formulas: tuple[str, ...] = ()
    """Displayed ones, LaTeX."""
    tables: tuple[str, ...] = ()
    """HTML."""


@dataclass(frozen=True, slots=True)
class OmnidocScorer:
    """Scores pages by the measures of OmniDocBench's end-to-end evaluation, version 1.0 (`quick_match`).

    A page's values: `text_edit`, `formula_edit` and `order_edit`, normalised edit distances, 0 the best; `table_teds`
    and `table_teds_struct`, means over its tables. A measure that has nothing on a page is left out of it. Figures are
    means over pages (`ALL_page_avg`); `table_teds_per_table` is that over tables. `overall_edit_formula` is
    `((1 - text_edit) + table_teds + (1 - formula_edit)) / 3`. The Overall of version 1.5 has in its last place CDM,
    which compares rendered formulas and needs LaTeX and ImageMagick; it is not computed, and the two are not to be
    compared. Later versions also match formulas with text and cut stacked formulas into lines, which is not done here.
    """

    primary: str = "overall_edit_formula"

    def score(self, sample: Sample, prediction: Prediction) -> ItemScore:
        """See `Scorer`. A page that was not read is worth what an empty one is; the reference passes it over."""
        try:
            truth = OmnidocTruth.model_validate(sample.truth)
        except ValidationError as error:
            raise ValueError(f"{sample.id}: no truth of a page: {error}") from None
        found = pieces(_markdown(prediction))
        values, detail = _of_text(truth.blocks, [piece for piece in found if piece.kind is PieceKind.TEXT])
        formulas = [plain_formula(piece.content) for piece in found if piece.kind is PieceKind.FORMULA]
        values |= _of_formulas([plain_formula(latex) for latex in truth.formulas], [f for f in formulas if f])
        said_tables = [piece.content for piece in found if piece.kind is PieceKind.TABLE]
        tables, too_large = _of_tables(truth.tables, said_tables)
        if tables:
            values["table_teds"] = fmean(each for each, _ in tables)
            values["table_teds_struct"] = fmean(each for _, each in tables)
            detail["tables"] = tables
        if too_large:
            detail["too_large"] = too_large
        return ItemScore(values, detail)

    def figures(self, scored: Sequence[Scored]) -> dict[str, float]:
        """See `Scorer`."""
        found = mean_figures(scored)
        tables = [table for each in scored for table in each.score.detail.get("tables", ())]
        if tables:
            found["table_teds_per_table"] = fmean(table[0] for table in tables)
        if {"text_edit", "table_teds", "formula_edit"} <= found.keys():
            parts = (1.0 - found["text_edit"], found["table_teds"], 1.0 - found["formula_edit"])
            found["overall_edit_formula"] = fmean(parts)
        return found

    def truth_text(self, sample: Sample) -> str:
        """See `Scorer`."""
        truth = OmnidocTruth.model_validate(sample.truth)
        return " ".join(block.text for block in truth.blocks)[:_LONGEST_TEXT]

    def prediction_text(self, prediction: Prediction) -> str:
        """See `Scorer`."""
        return " ".join(_markdown(prediction).split())[:_LONGEST_TEXT]


def _markdown(prediction: Prediction) -> str:
    return "\n\n".join(page.markdown for page in prediction.pages)


def _of_text(blocks: Sequence[TrueBlock], said: Sequence[Piece]) -> tuple[dict[str, float], dict[str, Any]]:
    """The distances of text and of reading order, and the worst matches."""
    true = [(block, text) for block in blocks if (text := plain_text(block.text))]
    read = [(piece, text) for piece in said if (text := plain_text(piece.content))]
    if not true:
        return {}, {}  # the reference compares no text on a page without any
    matches = quick_match([text for _, text in read], [text for _, text in true])
    kept = [match for match in matches if not _is_left_out([true[i][0].category for i in match.truth])]
    pairs = [_joined(match, [text for _, text in read], [text for _, text in true]) for match in kept]
    values, detail = {}, {}
    if pairs:
        values["text_edit"] = edit_distances(("", said_text, text) for said_text, text in pairs).page_average
        worst = sorted(pairs, key=lambda pair: edit_distances([("", *pair)]).page_average, reverse=True)
        detail["worst"] = [{"read": one[:80], "true": other[:80]} for one, other in worst[:_WORST]]
    orders = {match: [order for i in match.truth if (order := true[i][0].order)] for match in kept}
    in_order = sorted((m for m in kept if m.read and m.truth), key=lambda m: (read[m.read[0]][0].position, m.truth))
    distance = order_distance(
        [order for match in in_order for order in orders[match]],
        sorted(order for match in kept for order in orders[match]),
    )
    if distance is not None:
        values["order_edit"] = distance
    return values, detail


def _is_left_out(categories: Sequence[str]) -> bool:
    """Whether all blocks of a match are of categories that are not compared."""
    return bool(categories) and all(category in NOT_COMPARED for category in categories)


def _joined(match: BlockMatch, read: Sequence[str], truth: Sequence[str]) -> tuple[str, str]:
    return "".join(read[j] for j in match.read), "".join(truth[i] for i in match.truth)


def _of_formulas(truth: Sequence[str], read: Sequence[str]) -> dict[str, float]:
    """The distance of formulas; those read beyond the true ones do not count."""
    true = [latex for latex in truth if latex]
    pairs = [_joined(match, read, true) for match in quick_match(read, true) if match.truth]
    return {"formula_edit": edit_distances(("", *pair) for pair in pairs).page_average} if pairs else {}


def _of_tables(truth: Sequence[str], read: Sequence[str]) -> tuple[list[tuple[float, float]], int]:
    """TEDS and TEDS-Struct of each true table, and how many were too large, which count 0."""
    values, too_large = [], 0
    for match in simple_match(read, truth):
        if not match.truth:
            continue
        said, true = read[match.read[0]] if match.read else "", truth[match.truth[0]]
        try:
            whole, structure = (
                teds(said, true, variant=TedsVariant.OMNIDOCBENCH, structure_only=only) for only in (False, True)
            )
        except ValueError:
            whole, structure, too_large = 0.0, 0.0, too_large + 1
        values.append((whole, structure))
    return values, too_large
