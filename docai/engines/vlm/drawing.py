"""The next token of every row of a batch, drawn as each row's own request says, whatever rows are beside it."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from transformers import LogitsProcessor

from docai.domain.generations import Decoding
from docai.engines.vlm.rows import Row


class Drawing(LogitsProcessor):  # type: ignore[misc] # transformers is not typed
    """Leaves of each row's scores only the token that was drawn, so that transformers' greedy choice takes it.

    One seed gives one text, alone or in a batch: each row has noise of its own, and no two rows share a generator. The
    token is the largest of scores with Gumbel noise added, which draws from the softmax of the scores (Maddison et al.,
    A* Sampling, section 2).
    """

    def __init__(self, rows: Sequence[Row], never: frozenset[int]) -> None:
        """Draw for `rows`, and none of the tokens `never`: those that stand for images."""
        self._rows = rows
        self._never = sorted(never)
        self._noise = [torch.Generator().manual_seed(row.decoding.seed) for row in rows]

    def __call__(self, input_ids: torch.Tensor, scores: torch.Tensor) -> torch.Tensor:
        """Scores (B, V), of which one of each row is above minus infinity where it was not the largest already."""
        del input_ids
        scores[:, self._never] = -torch.inf
        for place, row in enumerate(self._rows):
            if row.stop is None and row.constraint:
                row.constraint.restrict(scores[place : place + 1])
        chosen = scores.argmax(dim=-1)
        for place, row in enumerate(self._rows):
            if row.stop is None and row.decoding.temperature > 0:
                chosen[place] = _drawn(scores[place], row.decoding, self._noise[place])
        if any(row.decoding.wants_logprobs for row in self._rows):
            self._note(scores, chosen)
        return torch.full_like(scores, -torch.inf).scatter_(1, chosen.unsqueeze(1), 0.0)

    def _note(self, scores: torch.Tensor, chosen: torch.Tensor) -> None:
        logprobs = torch.log_softmax(scores.float(), dim=-1).gather(1, chosen.unsqueeze(1)).squeeze(1).tolist()
        for row, logprob in zip(self._rows, logprobs, strict=True):
            if row.stop is None and row.decoding.wants_logprobs:
                row.logprobs.append(float(logprob))


def _drawn(scores: torch.Tensor, decoding: Decoding, noise: torch.Generator) -> torch.Tensor:
    """A token by scores (V,) divided by the temperature, of the fewest tokens whose shares add up to `top_p`."""
    warm = scores.float() / decoding.temperature
    if decoding.top_p < 1:
        shares, order = torch.softmax(warm, dim=-1).sort(descending=True)
        # A token is left out when those before it are enough already; the likeliest never is.
        warm[order[shares.cumsum(dim=-1) - shares >= decoding.top_p]] = -torch.inf
    uniform = torch.rand(len(warm), generator=noise).clamp_min(torch.finfo(torch.float32).tiny)
    return (warm - torch.log(-torch.log(uniform)).to(warm.device)).argmax()
