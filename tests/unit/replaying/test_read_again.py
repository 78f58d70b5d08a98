"""A page read again by the steps that read it first, as far as each page goes."""

from __future__ import annotations

import dataclasses
import threading
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from docai.assembly.parts import make_policy
from docai.domain.access import Tenant
from docai.domain.attempts import Rung
from docai.domain.documents import Page, PageFacts, PageState
from docai.domain.geometry import PageSize
from docai.domain.ids import TenantId
from docai.domain.images import RenderedPage
from docai.domain.parses import Block
from docai.domain.words import PageWords, Witness
from docai.errors import EngineUnavailable
from docai.pipeline.model_reading import Asking
from docai.pipeline.parts import Parts
from docai.replaying.read_again import PageReader
from docai.settings import EvidenceSettings, Settings, VlmSettings
from docai.stores.blobs.filesystem import FilesystemBlobs
from tests.integration.stores.samples import a_document
from tests.unit.pipeline.scripted_model import (
    DPI,
    HEIGHT,
    LINES,
    WIDTH,
    ScriptedModel,
    drawn,
    laid_out,
    lines_json,
    words_of,
)

PLAIN = Settings()
BOTH = Settings(evidence=EvidenceSettings(witnesses="both"))
WITH_MODEL = Settings(
    vlm=VlmSettings(engine="served", model="qwen2.5-vl-7b", dialect="page_json", floor_dpi=75, small_print_floor_dpi=75)
)
ASKING = Asking(tenant="t", allows_cloud=False, priority=5, cancel=threading.Event(), on_round=lambda: None)


@dataclasses.dataclass
class Opened:
    """Stands for an open document whose pages have the lines, by one witness or the other."""

    witness: Witness | None
    ink_share: float = 0.1

    def measure(self, number: int) -> PageFacts:
        size = PageSize(width_pt=WIDTH * 72 / DPI, height_pt=HEIGHT * 72 / DPI)
        return PageFacts(size=size, words=words_of(LINES, self.witness), smallest_print_pt=10, native_dpi=None)

    def render(self, number: int, dpi: float) -> RenderedPage:
        return RenderedPage(drawn(), width_px=WIDTH, height_px=HEIGHT, dpi=DPI, ink_share=self.ink_share)

    def read_layout(self, number: int, words: PageWords, image: bytes | None) -> tuple[Block, ...]:
        parse = laid_out(drawn()).parse
        assert parse is not None
        return parse.blocks


class Eye:
    """Reads the lines."""

    name = "eye 1"

    def read(self, image: bytes) -> PageWords:
        return words_of(LINES, Witness.OCR).model_copy(update={"engine": self.name})


def read(tmp_path: Path, opened: Opened, settings: Settings, vlm: Any = None) -> Page:
    unused: Any = None
    reader: Any = type("Reader", (), {"name": "reader 1"})
    parts = Parts(
        records=unused,
        blobs=FilesystemBlobs(tmp_path),
        index=unused,
        reader=reader,
        word_reader=Eye(),
        embedder=unused,
        doorbell=unused,
        sealer=unused,
        vlm=vlm,
    )
    document = a_document(Tenant(id=TenantId(UUID(int=2)), name="a"))
    page = PageReader(parts, make_policy(settings).reading).read(opened, document, 3, ASKING)  # type: ignore[arg-type]
    assert list(FilesystemBlobs(tmp_path).older_than(-1)) == [], "nothing is stored"
    return page


@pytest.mark.parametrize(
    ("witness", "settings", "believed", "second"),
    [
        (Witness.TEXT_LAYER, PLAIN, "witness 1", None),
        (Witness.TEXT_LAYER, BOTH, "witness 1", "eye 1"),
        (None, PLAIN, "eye 1", "witness 1"),
    ],
)
def test_each_page_is_read_by_the_witnesses_that_it_has(
    tmp_path: Path, witness: Witness | None, settings: Settings, believed: str, second: str | None
) -> None:
    page = read(tmp_path, Opened(witness), settings)
    assert page.words is not None
    assert (page.state, page.number, page.words.engine) == (PageState.PARSED, 3, believed)
    assert (page.second_words and page.second_words.engine) == second
    assert page.parse is not None
    assert [block.text for block in page.parse.blocks] == list(LINES)
    assert page.parse.manifest is not None
    assert page.parse.manifest.word_reader == believed


def test_a_blank_page_is_blank_again(tmp_path: Path) -> None:
    page = read(tmp_path, Opened(None, ink_share=0), PLAIN)
    assert (page.state, page.parse) == (PageState.BLANK, None)


@pytest.mark.parametrize("witness", [Witness.TEXT_LAYER, None])
def test_a_model_that_is_set_is_asked_again(tmp_path: Path, witness: Witness | None) -> None:
    model = ScriptedModel([lines_json()])
    page = read(tmp_path, Opened(witness), WITH_MODEL, model)
    assert page.parse is not None
    assert (page.state, page.parse.engine, page.parse.rung) == (PageState.PARSED, "scripted 1", Rung.MODEL)
    assert len(model.requests) == 1
    manifest = page.parse.manifest
    assert manifest is not None
    assert (manifest.model, manifest.layout_engine) == ("scripted 1", "reader 1")
    assert [prompt.name for prompt in manifest.prompts] == ["page"]


def test_a_process_without_the_model_that_is_set_says_so(tmp_path: Path) -> None:
    with pytest.raises(EngineUnavailable, match="no vision-language model"):
        read(tmp_path, Opened(Witness.TEXT_LAYER), WITH_MODEL)
