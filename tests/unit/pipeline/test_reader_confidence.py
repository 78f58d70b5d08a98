"""How sure a model was of what it wrote, carried from its tokens to the blocks."""

from __future__ import annotations

import math
from typing import Any

import pytest

from docai.assembly.parts import make_policy
from docai.domain.documents import Page
from docai.domain.generations import Generation, GenerationRequest, StopReason
from docai.domain.ids import sha256_of
from docai.domain.parses import BlockKind
from docai.pipeline.model_reading import Asking, ModelReading
from docai.settings import Settings, VlmSettings
from docai.stores.blobs.filesystem import FilesystemBlobs
from tests.unit.pipeline.scripted_model import LINES, ScriptedModel, drawn, laid_out, lines_json

IMAGE = drawn()


def said(text: str, *logprobs: float) -> Generation:
    return Generation(text, StopReason.STOP, token_logprobs=logprobs or None)


def read(tmp_path: Any, model: ScriptedModel, *, dialect: str, **how: Any) -> Page:
    blobs = FilesystemBlobs(tmp_path / "blobs")
    assert blobs.put(IMAGE) == sha256_of(IMAGE)
    settings = Settings(vlm=VlmSettings(engine="served", model="qwen2.5-vl-7b", dialect=dialect))
    policy = make_policy(settings).reading
    assert policy.model is not None
    asking = Asking(tenant="t", allows_cloud=False, priority=5, cancel=NEVER, on_round=lambda: None)
    return ModelReading(model, blobs, policy.model, evidence=policy.evidence).read(laid_out(IMAGE, **how), asking)[0]


class _Never:
    def is_set(self) -> bool:
        return False


NEVER = _Never()


def confidences(page: Page) -> list[float | None]:
    assert page.parse is not None
    return [block.reader_confidence for block in page.parse.blocks]


def test_all_blocks_of_a_reply_are_as_sure_as_its_tokens_are_on_geometric_average(tmp_path: Any) -> None:
    model = ScriptedModel([said(lines_json(), -0.1, -0.3)])
    page = read(tmp_path, model, dialect="page_json")
    assert confidences(page) == [pytest.approx(math.exp(-0.2))] * len(LINES)
    assert all(request.decoding.wants_logprobs for request in model.requests)


def test_an_engine_that_does_not_tell_leaves_it_open(tmp_path: Any) -> None:
    page = read(tmp_path, ScriptedModel([said(lines_json())]), dialect="page_json")
    assert confidences(page) == [None] * len(LINES)


def test_a_block_that_is_looked_at_by_itself_is_as_sure_as_the_reply_about_it(tmp_path: Any) -> None:
    sure = {line: -0.1 * (n + 1) for n, line in enumerate(LINES)}
    left = list(LINES)

    def answer(request: GenerationRequest) -> Generation:
        if request.schema is not None:  # the first look, which finds no block: those of the layout engine are taken
            return said("{}")
        line = left.pop(0)
        return said(line, sure[line])

    page = read(tmp_path, ScriptedModel(answer), dialect="auto", kinds=[BlockKind.HEADING])
    assert page.parse is not None
    found = {block.text: block.reader_confidence for block in page.parse.blocks}
    assert found == {line: pytest.approx(math.exp(logprob)) for line, logprob in sure.items()}
