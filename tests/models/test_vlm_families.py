"""Every family that transformers has is loaded from a folder, sees images as planned, and writes."""

from __future__ import annotations

import pytest

from docai.domain.generations import StopReason
from docai.engines.vlm.loading import LocalOptions
from docai.engines.vlm.local import LocalModel
from tests.models.conftest import Checkpoints
from tests.models.vlm_checkpoints import FAMILIES
from tests.models.vlm_requests import drawn, request

ALIKE = [family for family in FAMILIES if family != "mllama"]
"""Families of which two prompts at once are tried too; Llama 3.2 Vision takes four seconds for each."""


@pytest.mark.parametrize("family", FAMILIES)
def test_a_family_sees_what_was_planned_and_writes(family: str, vlm_checkpoint: Checkpoints) -> None:
    model = LocalModel(str(vlm_checkpoint(family)), LocalOptions(device="cpu"))
    narrow = request(model.images, drawn("Sum 12", 150, 240), prompt="Read all that is written here.")
    wide = request(model.images, drawn("Total 9", 260, 130))
    together = model.generate([narrow, wide] if family in ALIKE else [narrow])
    for asked, said in zip([narrow, wide], together, strict=False):
        assert said.error is None
        assert said.usage.visual_tokens == asked.images[0].plan.sight.visual_tokens
        assert said.stop is StopReason.STOP or said.usage.output_tokens == 6
        assert said.usage.prompt_tokens >= asked.images[0].plan.sight.prompt_tokens
    if family in ALIKE:
        # The shorter prompt was padded.
        padded, said = min(zip([narrow, wide], together, strict=True), key=lambda pair: pair[1].usage.prompt_tokens)
        assert model.generate([padded])[0].text == said.text
    model.close()


@pytest.mark.parametrize("family", ["pixtral", "minicpmv4_6", "granite_docling"])
def test_several_images_of_unlike_shapes_are_each_seen_as_planned(family: str, vlm_checkpoint: Checkpoints) -> None:
    model = LocalModel(str(vlm_checkpoint(family)), LocalOptions(device="cpu"))
    asked = [
        request(model.images, drawn("a", 260, 130), drawn("b", 150, 240)),
        request(model.images, drawn("c", 200, 200), drawn("d", 150, 100)),
    ]
    for each, said in zip(asked, model.generate(asked), strict=True):
        assert said.error is None
        assert said.usage.visual_tokens == sum(image.plan.sight.visual_tokens for image in each.images)
    model.close()


def test_a_model_that_sees_several_images_coarser_than_one_is_found_out(vlm_checkpoint: Checkpoints) -> None:
    """LLaVA-OneVision leaves out the tiles of images that are not alone in their prompt."""
    model = LocalModel(str(vlm_checkpoint("llava_onevision")), LocalOptions(device="cpu"))
    (said,) = model.generate([request(model.images, drawn("a", 260, 130), drawn("b", 150, 240))])
    assert said.stop is StopReason.ERROR
    assert said.error is not None
    assert "would see 1460 image tokens where 2308 were planned" in said.error.message
    model.close()
