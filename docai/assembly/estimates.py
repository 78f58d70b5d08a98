"""What the settings say of estimates: the fidelity rule, prices, the device, and which model is configured."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from docai.errors import ModelUnknown
from docai.patches.estimates import EstimatePolicy, Rates
from docai.patches.fidelity import FidelityPolicy
from docai.patches.models import model_named, model_of
from docai.patches.vision_model import VisionModel
from docai.pipeline.plan import PlanPolicy
from docai.pipeline.rasterise import RasterPolicy
from docai.protocols.generating import ImageRule
from docai.settings import Settings
from docai.settings.reading import VlmSettings

_PROCESSOR_FILES = ("preprocessor_config.json", "processor_config.json")
"""Where transformers keeps the settings of an image processor, the first that is there."""


def plan_policy(settings: Settings, raster: RasterPolicy) -> PlanPolicy:
    """How plans and estimates are made."""
    vlm = settings.vlm

    def rule_named(name: str) -> ImageRule:
        return configured_rule(vlm) if name == vlm.model else model_named(name)

    return PlanPolicy(
        raster=raster,
        estimates=_estimate_policy(vlm),
        rule_named=rule_named,
        max_pages=settings.limits.max_pages,
        model=vlm.model,
    )


def fidelity_policy(vlm: VlmSettings) -> FidelityPolicy:
    """The settings of the fidelity rule."""
    return FidelityPolicy(
        floor_dpi=vlm.floor_dpi,
        small_print_floor_dpi=vlm.small_print_floor_dpi,
        small_print_pt=vlm.small_print_pt,
        page_tokens=vlm.page_tokens,
    )


def configured_rule(vlm: VlmSettings) -> VisionModel:
    """The rule of the configured model: of the one that it sees as, of its name, or of the files in its folder.

    Raises:
        ModelUnknown: none of these tells.
    """
    if vlm.sees_as:
        return model_named(vlm.sees_as)
    try:
        return model_named(vlm.model)
    except ModelUnknown:
        folder = Path(vlm.model)
        if not (folder / "config.json").is_file():
            raise
        processor = next((_json(folder / name) for name in _PROCESSOR_FILES if (folder / name).is_file()), {})
        return model_of(_json(folder / "config.json"), processor, name=folder.name)


def _estimate_policy(vlm: VlmSettings) -> EstimatePolicy:
    return EstimatePolicy(
        fidelity=fidelity_policy(vlm),
        rates=Rates(
            prompt_price=vlm.prompt_price or None,
            output_price=vlm.output_price or None,
            currency=vlm.currency,
            flops_per_s=vlm.device_tflops * 1e12 or None,
            bytes_per_s=vlm.device_gb_s * 1e9 or None,
        ),
        context_tokens=vlm.context_tokens,
        max_output_tokens=vlm.max_output_tokens,
    )


def _json(path: Path) -> dict[str, Any]:
    try:
        found: dict[str, Any] = json.loads(path.read_bytes())
    except ValueError as error:
        raise ModelUnknown(f"{path} is no JSON file: {error}") from error
    return found
