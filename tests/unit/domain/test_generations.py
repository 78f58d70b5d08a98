"""How sure a model was of what it said."""

from __future__ import annotations

import math

import pytest

from docai.domain.generations import Generation, StopReason


@pytest.mark.parametrize(
    ("logprobs", "probability"),
    [
        (None, None),
        ((), None),
        ((math.log(0.5), math.log(0.125)), 0.25),
        ((0.0, 1e-6), 1.0),
        ((-math.inf, 0.0), 0.0),
        ((math.nan, 0.0), None),
    ],
)
def test_it_is_the_geometric_mean_of_the_tokens_probabilities(
    logprobs: tuple[float, ...] | None, probability: float | None
) -> None:
    found = Generation("said", StopReason.STOP, token_logprobs=logprobs).probability
    assert found == (None if probability is None else pytest.approx(probability))
