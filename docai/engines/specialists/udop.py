"""UDOP as a reader of spans: it writes an answer, which counts only if the page's own words say it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from PIL import Image

from docai.domain.span_answers import SpanAnswer
from docai.domain.words import PageWords, Word
from docai.engines.specialists.loading import Kind
from docai.engines.specialists.pages import picture
from docai.engines.specialists.span_reader import LoadedSpanReader
from docai.errors import EngineUnavailable

KIND = Kind("UdopForConditionalGeneration", "UdopProcessor")
PROMPT = "Question answering."
"""What the task begins with (Tang et al. 2023, table 1; the model card of microsoft/udop-large)."""
MAX_ANSWER_TOKENS = 64
"""Longest answer: what is longer is a paragraph, and no answer."""
_OUTER = ".,;:!?()[]{}\"'"
"""What may stand around a word and is not part of an answer."""


@dataclass(frozen=True, slots=True)
class _Written:
    """What the model wrote about a window, and where the page says it."""

    places: list[tuple[int, ...]]
    confidence: float


class UdopSpanReader(LoadedSpanReader):
    """A `SpanReader`. Long pages are read in windows that overlap; the surest answer that the page says is taken."""

    KIND = KIND

    def answer(self, image: bytes, words: PageWords, question: str) -> SpanAnswer | None:
        """See `SpanReader`."""
        shown = picture(image)
        asked = f"{PROMPT} {self._tokens.asked(question)}"
        with self._busy:
            parts = self._tokens.windows(asked, words.words)
            written = [self._written(shown, asked, words.words, part) for part in parts]
        best = max((each for each in written if each.places), key=lambda each: each.confidence, default=None)
        if best is None:
            return None
        ids = best.places[0]
        text = " ".join(words.words[i].text for i in ids)
        return SpanAnswer(
            text=text, word_ids=ids, confidence=best.confidence, n_places=len(best.places), engine=self.name
        )

    def _written(self, shown: Image.Image, question: str, words: Sequence[Word], part: slice) -> _Written:
        inputs = self._tokens.inputs(self._loaded.processor, shown, question, words[part])
        try:
            with torch.inference_mode():
                output = self._loaded.model.generate(
                    **self._loaded.on_device(dict(inputs)),
                    max_new_tokens=MAX_ANSWER_TOKENS,
                    do_sample=False,
                    num_beams=1,
                    output_scores=True,
                    return_dict_in_generate=True,
                )
                logprobs = self._loaded.model.compute_transition_scores(
                    output.sequences, output.scores, normalize_logits=True
                )[0]
        except torch.OutOfMemoryError as error:
            raise EngineUnavailable(f"a window does not fit into the memory of {self._loaded.device}") from error
        text = self._loaded.processor.tokenizer.decode(output.sequences[0], skip_special_tokens=True)
        # The geometric mean of the tokens' probabilities, so that long answers are not less sure for their length.
        confidence = math.exp(float(logprobs.float().mean()))
        return _Written(places(text, words, range(len(words))[part]), min(1.0, confidence))


def places(answer: str, words: Sequence[Word], among: Sequence[int]) -> list[tuple[int, ...]]:
    """Where neighbouring words say an answer, case, white space and outer punctuation aside, in reading order.

    Args:
        answer: What is looked for.
        words: The page's.
        among: Indices of the words to look among, ascending neighbours.
    """
    wanted = _compact(answer)
    found: list[tuple[int, ...]] = []
    for at, first in enumerate(among):
        if not wanted or (found and first <= found[-1][-1]):
            continue
        said = ""
        for last in among[at:]:
            said += words[last].text
            if _compact(said) == wanted:
                found.append(tuple(range(first, last + 1)))
                break
            if len(said) > len(wanted) + 2 * len(_OUTER):
                break
    return found


def _compact(text: str) -> str:
    return "".join(text.split()).strip(_OUTER).casefold()
