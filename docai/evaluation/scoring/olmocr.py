"""olmOCR-bench: unit tests that pages pass or fail."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from docai.evaluation.metrics.olmocr_rules import passes
from docai.evaluation.metrics.olmocr_score import olmocr_score
from docai.evaluation.predictions import Prediction
from docai.evaluation.samples import Sample
from docai.evaluation.scoring.scorer import ItemScore, Scored

_LONGEST_TEXT = 400


class OlmocrTest(BaseModel):
    """A unit test."""

    model_config = ConfigDict(frozen=True)

    id: str
    type: str
    split: str
    """The file that it stands in, without suffix, or `baseline`."""
    page: int = 1
    fields: dict[str, Any] = {}
    """Of its type, as the file has them."""


class OlmocrTruth(BaseModel):
    """The tests of one PDF."""

    model_config = ConfigDict(frozen=True)

    tests: tuple[OlmocrTest, ...] = Field(min_length=1)


@dataclass(frozen=True, slots=True)
class OlmocrScorer:
    """Scores pages by the unit tests of `OlmocrTruth`.

    An item's value is `passed`, the share of its tests that its pages pass. Figures: `overall`, the mean over splits of
    the shares of tests passed, which is the figure that is quoted; `split_...` for each split and `type_...` for each
    type of test; `passed`, over the tests of all splits. Formulas are compared as LaTeX and not as KaTeX renders them,
    so that tests of type `math` pass less often than in the reference.
    """

    primary: str = "overall"

    def score(self, sample: Sample, prediction: Prediction) -> ItemScore:
        """See `Scorer`. Of a page that was not read every test fails, also one for the absence of a text.

        The reference, too, fails tests whose page has no output.
        """
        try:
            truth = OlmocrTruth.model_validate(sample.truth)
            pages = {page.number: page.markdown for page in reversed(prediction.pages)}
            outcomes: list[dict[str, Any]] = [
                {
                    "id": test.id,
                    "type": test.type,
                    "split": test.split,
                    "passed": test.page in pages and passes(pages[test.page], test.type, test.fields),
                }
                for test in truth.tests
            ]
        except (ValidationError, ValueError) as error:
            raise ValueError(f"{sample.id}: no unit tests: {error}") from None
        failed = [_told(test) for test, outcome in zip(truth.tests, outcomes, strict=True) if not outcome["passed"]]
        return ItemScore(
            {"passed": fmean(outcome["passed"] for outcome in outcomes)}, {"outcomes": outcomes, "failed": failed}
        )

    def figures(self, scored: Sequence[Scored]) -> dict[str, float]:
        """See `Scorer`."""
        outcomes = [outcome for each in scored for outcome in each.score.detail["outcomes"]]
        score = olmocr_score((outcome["split"], outcome["passed"]) for outcome in outcomes)
        types: defaultdict[str, list[bool]] = defaultdict(list)
        for outcome in outcomes:
            types[outcome["type"]].append(outcome["passed"])
        return {
            "overall": score.overall,
            "passed": fmean(outcome["passed"] for outcome in outcomes),
            **{f"split_{name}": share for name, share in score.splits.items()},
            **{f"type_{name}": fmean(types[name]) for name in sorted(types)},
        }

    def truth_text(self, sample: Sample) -> str:
        """See `Scorer`."""
        kinds = Counter(test.type for test in OlmocrTruth.model_validate(sample.truth).tests)
        return ", ".join(f"{n} {kind}" for kind, n in sorted(kinds.items()))

    def prediction_text(self, prediction: Prediction) -> str:
        """See `Scorer`."""
        return " ".join(" ".join(page.markdown for page in prediction.pages).split())[:_LONGEST_TEXT]


def _told(test: OlmocrTest) -> str:
    """A test that failed, for people."""
    asked = "; ".join(f"{name}: {value}" for name, value in test.fields.items() if value not in (None, "", 0))
    return f"{test.id} ({test.type}, page {test.page}): {asked}"[:_LONGEST_TEXT]
