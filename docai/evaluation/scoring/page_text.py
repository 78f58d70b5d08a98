"""Running text of documents: its words, blocks, characters and reading order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from docai.domain.parses import BlockKind
from docai.evaluation.metrics.near_matches import fewest_edits
from docai.evaluation.metrics.reading_order import order_agreement
from docai.evaluation.metrics.word_bags import block_places, folded, order_kept, words_found, words_of
from docai.evaluation.predictions import PredictedPage, Prediction
from docai.evaluation.samples import Sample
from docai.evaluation.scoring.scorer import ItemScore, Scored, mean_figures

_FOUND = 0.8
"""Share of a block's characters that must stand in one place, in order."""
_LEFT_OUT = frozenset({BlockKind.HEADER, BlockKind.FOOTER})
_LONGEST_TEXT = 400
_WORST = 5


class PageTextTruth(BaseModel):
    """What a document says."""

    model_config = ConfigDict(frozen=True)

    blocks: tuple[str, ...] = Field(min_length=1)
    """Title, headings and paragraphs in reading order."""
    allowed: tuple[str, ...] = ()
    """What else stands on the pages, such as tables, captions and references: neither asked for nor wrong."""


@dataclass(frozen=True, slots=True)
class PageTextScorer:
    """Scores the text that docai read of a whole document, running heads and feet left out.

    `word_recall`: share of the words of blocks that were read; `word_precision`: share of the words read that the truth
    has anywhere; `word_f1` of both; `blocks_found`: share of blocks of which at least 80 % of the characters stand in
    one place; `character_error_rate`: edits of each block at its best place over its length, weighed by length, 0 the
    best; `order_agreement`: Kendall's tau of the blocks' places, -1 to 1; `order_kept`: the longest rising run of
    places. Where `words_of` folds, all of them do. Means over documents.
    """

    primary: str = "word_f1"

    def score(self, sample: Sample, prediction: Prediction) -> ItemScore:
        """See `Scorer`."""
        try:
            truth = PageTextTruth.model_validate(sample.truth)
        except ValidationError as error:
            raise ValueError(f"{sample.id}: no truth of a text: {error}") from None
        text = _text(prediction)
        read, blocks = words_of(text), [words_of(block) for block in truth.blocks]
        required = [word for block in blocks for word in block]
        recall = words_found(read, required).recall
        allowed = required + [word for other in truth.allowed for word in words_of(other)]
        precision = words_found(read, allowed).precision if read else 0.0
        values = {
            "word_recall": recall,
            "word_precision": precision,
            "word_f1": 2 * precision * recall / (precision + recall) if precision and recall else 0.0,
        }
        errors = _errors(text, truth.blocks)
        if errors:
            values["blocks_found"] = fmean(edits <= (1 - _FOUND) * n + 1e-9 for edits, n, _ in errors)
            values["character_error_rate"] = sum(edits for edits, _, _ in errors) / sum(n for _, n, _ in errors)
        places = {k: place for k, place in enumerate(block_places(read, blocks)) if place is not None}
        in_order = sorted(places, key=places.__getitem__)
        agreement = order_agreement(in_order, list(places))
        kept = order_kept(read, required)
        values |= {} if agreement is None else {"order_agreement": agreement}
        values |= {} if kept is None else {"order_kept": kept}
        worst = sorted(errors, key=lambda error: error[0] / error[1], reverse=True)[:_WORST]
        return ItemScore(values, {"worst": [{"edits": edits, "block": block[:80]} for edits, _, block in worst]})

    def figures(self, scored: Sequence[Scored]) -> dict[str, float]:
        """See `Scorer`."""
        return mean_figures(scored)

    def truth_text(self, sample: Sample) -> str:
        """See `Scorer`."""
        return " ".join(PageTextTruth.model_validate(sample.truth).blocks)[:_LONGEST_TEXT]

    def prediction_text(self, prediction: Prediction) -> str:
        """See `Scorer`."""
        return " ".join(_text(prediction).split())[:_LONGEST_TEXT]


def _errors(text: str, blocks: Sequence[str]) -> list[tuple[int, int, str]]:
    """Of each block with characters: edits at its best place, characters without blanks, and the block."""
    read = folded(text).replace(" ", "")
    errors = []
    for block in blocks:
        sought = folded(block).replace(" ", "")
        if sought:
            errors.append((0 if sought in read else fewest_edits(sought, read), len(sought), block))
    return errors


def _text(prediction: Prediction) -> str:
    return "\n".join(_page_text(page) for page in sorted(prediction.pages, key=lambda page: page.number))


def _page_text(page: PredictedPage) -> str:
    """The page's blocks in reading order; its lines where it has no blocks."""
    if page.parse is None:
        return page.text
    return "\n".join(block.text for block in page.parse.blocks if block.kind not in _LEFT_OUT)
