"""What a page's result depends on, written down with it: inputs, engines, prompts, settings and library versions."""

from __future__ import annotations

import json
import platform
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from importlib.metadata import PackageNotFoundError, version

from docai.dialects.profiles import ReadingProfile
from docai.domain.attempts import Attempt, PromptRef
from docai.domain.documents import Page
from docai.domain.ids import Sha256, sha256_of
from docai.domain.manifests import Manifest
from docai.domain.parses import PageParse
from docai.domain.words import PageWords, Witness
from docai.pipeline.ladder import WARMER
from docai.pipeline.parts import ModelPolicy, ReadingPolicy
from docai.protocols import VisionLanguageModel

Scalar = float | int | str | bool

_LIBRARIES = (
    "numpy",
    "onnxruntime",
    "opencv-python-headless",
    "pillow",
    "pymupdf",
    "pymupdf-layout",
    "rapidfuzz",
    "scipy",
)
"""Draw, measure, lay out and compare every page."""
_OCR_LIBRARIES = ("rapidocr",)
_NO_WORDS = PageWords(witness=None)


class Manifests:
    """Writes manifests for pages that are read by one policy. Thread-safe; the same page gives the same manifest."""

    def __init__(self, policy: ReadingPolicy, vlm: VisionLanguageModel | None = None) -> None:
        """`vlm` is the model that `policy.model` is for, in processes that have it."""
        self._model = policy.model
        self._vlm = vlm
        self._settings = _settings(policy)
        self._docai, self._python, self._platform = (
            _versions(("docai",))["docai"],
            platform.python_version(),
            f"{platform.system()} {platform.machine()}",
        )

    def entered(self, page: Page, document_sha256: Sha256) -> Page:
        """The page, its parse with a manifest; a page without a parse as it is.

        A page that was laid out before and has been looked at by a model since keeps what its manifest says of its
        layout.
        """
        parse = page.parse
        if parse is None:
            return page
        manifest = self._manifest(page, parse, document_sha256)
        return page.model_copy(update={"parse": parse.model_copy(update={"manifest": manifest})})

    def _manifest(self, page: Page, parse: PageParse, document_sha256: Sha256) -> Manifest:
        words, before = page.words or _NO_WORDS, parse.manifest
        asked = [attempt for attempt in parse.attempts if attempt.prompt is not None]
        model = self._of_model(self._model, asked) if self._model is not None and asked else {}
        names = _LIBRARIES + (_OCR_LIBRARIES if _is_ocr(words) or _is_ocr(page.second_words) else ())
        layout_libraries = _versions(names) if before is None else before.libraries
        return Manifest(
            document_sha256=document_sha256,
            page_number=page.number,
            image_sha256=None if page.image is None else page.image.sha256,
            words_sha256=_hashed(words),
            second_words_sha256=None if page.second_words is None else _hashed(page.second_words),
            renderer="" if page.image is None else page.image.renderer,
            word_reader=words.engine,
            second_word_reader=None if page.second_words is None else page.second_words.engine,
            layout_engine=parse.engine if before is None else before.layout_engine,
            settings=self._settings,
            libraries={**layout_libraries, **_versions(self._model.libraries if self._model and asked else ())},
            docai=self._docai,
            python=self._python,
            platform=self._platform,
            **model,
        )

    def _of_model(self, policy: ModelPolicy, asked: Sequence[Attempt]) -> dict[str, object]:
        """What of a manifest is about the model."""
        vlm, profile = self._vlm, policy.profile
        return {
            "model": None if vlm is None else vlm.name,
            "profile": _described(profile),
            "prompts": _prompts(asked),
            "decoding": {
                "context_tokens": 0 if vlm is None else vlm.context_tokens,
                "max_tokens": policy.max_output_tokens,
                "stop": json.dumps(profile.stop),
                "temperature": profile.temperature,
                "top_p": profile.top_p,
                "warmer": json.dumps(WARMER),
            },
            "processor": _processor(asked),
        }


def _hashed(words: PageWords) -> Sha256:
    return sha256_of(words.model_dump_json().encode("utf-8", "surrogatepass"))


def _is_ocr(words: PageWords | None) -> bool:
    return words is not None and words.witness is not Witness.TEXT_LAYER


def _described(profile: ReadingProfile) -> str:
    """How a model is asked: the profile's name, and what it is shown with the dialect it answers in."""
    looks = {"page": profile.page, "layout": profile.layout, **{p.value: ask for p, ask in profile.pieces.items()}}
    return f"{profile.name}: " + ", ".join(f"{shown} {ask.dialect}" for shown, ask in looks.items() if ask)


def _prompts(asked: Sequence[Attempt]) -> tuple[PromptRef, ...]:
    """Each once, in the order in which they were used."""
    return tuple({prompt.sha256: prompt for each in asked if (prompt := each.prompt) is not None}.values())


def _processor(asked: Sequence[Attempt]) -> dict[str, Scalar]:
    """How images were cut and scaled, each way once; with a number behind the names where there are several."""
    ways: dict[str, Mapping[str, Scalar]] = {}
    for plan in (each.plan for each in asked):
        if plan is None:
            continue
        sight = plan.sight
        way: dict[str, Scalar] = {
            "image": f"{sight.image_width_px}x{sight.image_height_px}",
            "visual_tokens": sight.visual_tokens,
            **{key: _scalar(value) for key, value in sight.processor.items()},
        }
        ways.setdefault(json.dumps(way, sort_keys=True), way)
    if len(ways) == 1:
        return dict(*ways.values())
    return {f"{key} {n}": value for n, way in enumerate(ways.values(), start=1) for key, value in way.items()}


def _scalar(value: object) -> Scalar:
    return value if isinstance(value, float | int | str | bool) else json.dumps(value, sort_keys=True)


def _settings(policy: ReadingPolicy) -> dict[str, Scalar]:
    """Those that decide how a page is read, by the names that the environment has for them."""
    raster, evidence, model = policy.raster, policy.evidence, policy.model
    found: dict[str, Scalar] = {
        "raster.floor_dpi": raster.floor_dpi,
        "raster.ceiling_dpi": raster.ceiling_dpi,
        "raster.min_x_height_px": raster.min_x_height_px,
        "limits.max_page_pixels": raster.max_pixels,
        "ocr.min_confidence": evidence.min_confidence,
        "evidence.correction": "prefer_text_layer" if evidence.prefers_text_layer else "report",
        "evidence.witnesses": "both" if policy.wants_both_witnesses else "believed",
    }
    if model is not None:
        fidelity = model.fidelity
        found |= {
            "vlm.floor_dpi": fidelity.floor_dpi,
            "vlm.small_print_floor_dpi": fidelity.small_print_floor_dpi,
            "vlm.small_print_pt": fidelity.small_print_pt,
            "vlm.page_tokens": fidelity.page_tokens,
            "vlm.max_output_tokens": model.max_output_tokens,
            "vlm.max_attempts": model.max_attempts,
        }
    return found


def _versions(names: Iterable[str]) -> dict[str, str]:
    return {name: _version(name) for name in names}


@cache
def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "unknown"
