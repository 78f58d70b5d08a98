"""What a manifest says, and that it says the same of the same page."""

from __future__ import annotations

import json
from typing import Any

import pytest

from docai.assembly.parts import make_policy
from docai.domain.attempts import Attempt, Outcome, PromptRef, Rung
from docai.domain.documents import Page, PageState
from docai.domain.geometry import Box
from docai.domain.ids import sha256_of
from docai.domain.manifests import Manifest
from docai.domain.sights import Connector, Purpose, Sight, TokenPlan
from docai.domain.words import PageWords, Witness
from docai.pipeline.manifest import Manifests
from docai.pipeline.parts import ReadingPolicy
from docai.settings import EvidenceSettings, Settings, VlmSettings
from tests.unit.pipeline.scripted_model import ScriptedModel, drawn, laid_out, words_of

ORIGINAL = sha256_of(b"original")
IMAGE = drawn()
PLAIN = make_policy(Settings()).reading
WITH_MODEL = make_policy(Settings(vlm=VlmSettings(engine="served", model="qwen2.5-vl-7b"))).reading
PROMPT = PromptRef(name="text", version=1, sha256="0" * 64)


def manifest(page: Page, policy: ReadingPolicy = PLAIN, vlm: Any = None) -> Manifest:
    parse = Manifests(policy, vlm).entered(page, ORIGINAL).parse
    assert parse is not None
    assert parse.manifest is not None
    return parse.manifest


def asked(*processors: dict[str, Any], prompt: PromptRef | None = PROMPT) -> Page:
    """A page that a model was asked about, once for each of these ways to see an image."""
    sights = [
        Sight(
            model="m",
            image_width_px=100,
            image_height_px=200,
            seen_width_px=100,
            seen_height_px=200,
            tiles=(),
            patch_px=14,
            n_patches=8,
            merge_factor=4,
            visual_tokens=2,
            prompt_tokens=4,
            connector=Connector.MERGED,
            processor=processor,
        )
        for processor in processors
    ]
    plans = [
        TokenPlan(purpose=Purpose.TEXT, sight=s, dpi=75, effective_dpi=75, floor_dpi=75, print_em_px=None)
        for s in sights
    ]
    attempts = tuple(Attempt(rung=Rung.MODEL, outcome=Outcome.READ, plan=p, prompt=prompt) for p in plans)
    page = laid_out(IMAGE)
    assert page.parse is not None
    return page.model_copy(update={"parse": page.parse.model_copy(update={"attempts": attempts})})


def test_it_names_what_a_page_without_a_model_was_made_from() -> None:
    found = manifest(laid_out(IMAGE, number=3))
    assert (found.document_sha256, found.page_number, found.image_sha256) == (ORIGINAL, 3, sha256_of(IMAGE))
    assert (found.renderer, found.word_reader, found.layout_engine) == ("reader 1", "witness 1", "layout 1")
    assert (found.model, found.profile, found.prompts, found.decoding, found.processor) == (None, None, (), {}, {})
    assert found.libraries["pymupdf"].count(".") >= 1
    assert "rapidocr" not in found.libraries
    assert "unknown" not in {*found.libraries.values(), found.docai}


def test_the_same_page_has_the_same_manifest_and_another_word_another_hash() -> None:
    assert manifest(laid_out(IMAGE)) == manifest(laid_out(IMAGE))
    other = manifest(laid_out(IMAGE, ["Annual report", "Sales rose by 13 percent."]))
    assert other.words_sha256 != manifest(laid_out(IMAGE)).words_sha256
    assert other.image_sha256 == manifest(laid_out(IMAGE)).image_sha256


def test_a_page_that_says_nothing_has_none() -> None:
    page = Page(document_id=laid_out(IMAGE).document_id, number=1, state=PageState.BLANK)
    assert Manifests(PLAIN).entered(page, ORIGINAL) == page


def test_words_of_a_second_witness_count_too() -> None:
    page = laid_out(IMAGE)
    second = words_of(["Annual report"], Witness.OCR).model_copy(update={"engine": "eye 1"})
    found = manifest(page.model_copy(update={"second_words": second}))
    assert found.second_words_sha256 is not None
    assert found.second_word_reader == "eye 1"
    assert "rapidocr" in found.libraries
    silent = manifest(page.model_copy(update={"second_words": PageWords(witness=None, engine="eye 1")}))
    assert silent.second_words_sha256 not in {None, found.second_words_sha256}


@pytest.mark.parametrize(
    ("settings", "name", "value"),
    [
        (Settings(evidence=EvidenceSettings(witnesses="both")), "evidence.witnesses", "both"),
        (
            Settings(evidence=EvidenceSettings(correction="prefer_text_layer")),
            "evidence.correction",
            "prefer_text_layer",
        ),
        (Settings(vlm=VlmSettings(engine="served", model="qwen2.5-vl-7b", max_attempts=2)), "vlm.max_attempts", 2),
    ],
)
def test_settings_that_decide_how_a_page_is_read_are_told_by_their_names(
    settings: Settings, name: str, value: object
) -> None:
    found = manifest(laid_out(IMAGE), make_policy(settings).reading)
    assert found.settings[name] == value
    assert manifest(laid_out(IMAGE)).settings.get(name) != value


def test_it_names_the_model_that_was_asked_how_it_was_asked_and_keeps_what_was_laid_out_before() -> None:
    page = asked({"max_pixels": 1003520, "size": {"longest_edge": 9}})
    before = manifest(laid_out(IMAGE)).model_copy(update={"libraries": {"pymupdf": "0.1"}, "layout_engine": "old 1"})
    assert page.parse is not None
    page = page.model_copy(update={"parse": page.parse.model_copy(update={"engine": "scripted 1", "manifest": before})})
    found = manifest(page, WITH_MODEL, ScriptedModel([]))
    assert (found.model, found.layout_engine, found.libraries["pymupdf"]) == ("scripted 1", "old 1", "0.1")
    assert "aiohttp" in found.libraries
    assert found.prompts == (PROMPT,)
    assert found.profile == (
        "generic: layout page_json, text markdown, table otsl, chart chart_table, formula formula, picture text"
    )
    assert found.decoding["temperature"] == 0.0
    assert found.processor == {
        "image": "100x200",
        "visual_tokens": 2,
        "max_pixels": 1003520,
        "size": '{"longest_edge": 9}',
    }


def test_images_that_were_cut_in_several_ways_are_told_apart_and_those_cut_alike_told_once() -> None:
    one, other = {"max_pixels": 1}, {"max_pixels": 2}
    found = manifest(asked(one, other, one), WITH_MODEL, ScriptedModel([]))
    assert {key: value for key, value in found.processor.items() if "pixels" in key} == {
        "max_pixels 1": 1,
        "max_pixels 2": 2,
    }
    assert found.prompts == (PROMPT,)


def test_a_model_that_was_not_asked_is_not_named() -> None:
    page = asked({}, prompt=None)
    found = manifest(page, WITH_MODEL, ScriptedModel([]))
    assert (found.model, found.processor, found.prompts) == (None, {}, ())
    assert "aiohttp" not in found.libraries


def test_it_can_be_stored_and_read_again() -> None:
    found = manifest(asked({"max_pixels": 7}), WITH_MODEL, ScriptedModel([]))
    assert Manifest.model_validate_json(found.model_dump_json()) == found
    assert json.loads(found.model_dump_json())["settings"]["vlm.max_attempts"] == 6


def test_words_are_hashed_in_the_order_and_spelling_of_the_page() -> None:
    words = words_of(["one two"])
    page = laid_out(IMAGE).model_copy(update={"words": words})
    swapped = words.model_copy(update={"words": words.words[::-1]})
    moved = words.model_copy(
        update={"words": (words.words[0].model_copy(update={"box": Box(x0=0, y0=0, x1=1, y1=1)}), words.words[1])}
    )
    hashes = {manifest(page.model_copy(update={"words": each})).words_sha256 for each in (words, swapped, moved)}
    assert len(hashes) == 3
