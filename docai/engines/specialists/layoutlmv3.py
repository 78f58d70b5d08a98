"""LayoutLMv3 as a reader of spans: a page's words with their boxes, and its image, to the words that answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from PIL import Image
from transformers import BatchEncoding

from docai.domain.span_answers import SpanAnswer
from docai.domain.words import PageWords, Word
from docai.engines.specialists.loading import Kind
from docai.engines.specialists.pages import picture
from docai.engines.specialists.span_reader import LoadedSpanReader
from docai.errors import EngineUnavailable

KIND = Kind("LayoutLMv3ForQuestionAnswering", "LayoutLMv3Processor")
MAX_ANSWER_TOKENS = 64
"""Longest answer: what is longer is a paragraph, and no answer."""


@dataclass(frozen=True, slots=True)
class _Span:
    """Words of a page, by first and last, and how sure the model is."""

    first: int
    last: int
    margin: float
    """By how much its logits are above those of the first token, which is where the model points if nothing answers."""
    confidence: float


class LayoutLMv3SpanReader(LoadedSpanReader):
    """A `SpanReader`. Long pages are read in windows that overlap, and the best span of all is the answer."""

    KIND = KIND

    def answer(self, image: bytes, words: PageWords, question: str) -> SpanAnswer | None:
        """See `SpanReader`."""
        shown = picture(image)
        asked = self._tokens.asked(question)
        with self._busy:
            parts = self._tokens.windows(asked, words.words)
            spans = [self._span(shown, asked, words.words, part) for part in parts]
        best = max((span for span in spans if span), key=lambda span: span.margin, default=None)
        if best is None:
            return None
        ids = tuple(range(best.first, best.last + 1))
        text = " ".join(words.words[i].text for i in ids)
        return SpanAnswer(text=text, word_ids=ids, confidence=best.confidence, engine=self.name)

    def _span(self, shown: Image.Image, question: str, words: Sequence[Word], part: slice) -> _Span | None:
        """The best span of a window; None where the model says that none answers."""
        inputs = self._tokens.inputs(self._loaded.processor, shown, question, words[part])
        of_word = [
            word if sequence == 1 else None
            for word, sequence in zip(inputs.word_ids(0), inputs.sequence_ids(0), strict=True)
        ]
        starts, ends = self._logits(inputs)
        found = best_span(starts, ends, of_word)
        if found is None:
            return None
        start, end, margin = found
        first, last = of_word[start], of_word[end]
        assert first is not None
        assert last is not None
        sure = starts.softmax(0)[start] * ends.softmax(0)[end]
        return _Span(part.start + first, part.start + last, margin, float(sure))

    def _logits(self, inputs: BatchEncoding) -> tuple[torch.Tensor, torch.Tensor]:
        """Of each text token as the answer's first and as its last; those of the image's patches are no text."""
        n_text = inputs["input_ids"].shape[1]
        try:
            with torch.inference_mode():
                output = self._loaded.model(**self._loaded.on_device(dict(inputs)))
        except torch.OutOfMemoryError as error:
            raise EngineUnavailable(f"a window does not fit into the memory of {self._loaded.device}") from error
        return output.start_logits[0, :n_text].float().cpu(), output.end_logits[0, :n_text].float().cpu()


def best_span(starts: torch.Tensor, ends: torch.Tensor, of_word: Sequence[int | None]) -> tuple[int, int, float] | None:
    """The tokens between which the answer stands, and by how much their logits are above those for no answer.

    Args:
        starts: Logits of each token as the first, (L,); the first token's is that of no answer (SQuAD 2.0 practice:
            Devlin et al. 2019, section 4.3).
        ends: Likewise as the last, (L,).
        of_word: The word that a token is of; None for those of the question and for special tokens.

    Returns:
        None where no answer is likelier than any.
    """
    is_word = torch.tensor([word is not None for word in of_word])
    scores = starts[:, None] + ends[None, :]
    n = len(of_word)
    allowed = is_word[:, None] & is_word[None, :]
    allowed &= torch.ones(n, n, dtype=torch.bool).triu().tril(MAX_ANSWER_TOKENS - 1)
    if not bool(allowed.any()):
        return None
    best = int(scores.masked_fill(~allowed, -torch.inf).argmax())
    start, end = divmod(best, n)
    margin = float(scores[start, end] - scores[0, 0])
    return (start, end, margin) if margin > 0 else None
