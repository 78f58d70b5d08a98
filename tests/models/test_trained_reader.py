"""The pixels of a table reach its cells: a model taught from scratch reads back what it was taught, by our whole path.

A table's image is planned, turned into tokens, read by the local engine, and its text into cells by the dialect.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from docai.domain.generations import Decoding, Generation, GenerationRequest, ShownImage, StopReason
from docai.domain.sights import Purpose
from docai.domain.tables import Table
from docai.engines.vlm.loading import LocalOptions
from docai.engines.vlm.local import LocalModel
from docai.errors import ReplyUnreadable
from docai.patches.fidelity import Context, FidelityPolicy
from docai.patches.planning import plan_image
from tests.models.digit_pages import CROP_PX, DPI, PRINT_PT, Crop, blank
from tests.models.trained_reader import DIALECT, PROMPT, SHOWN, save, untaught

MAX_TOKENS = 64


@pytest.fixture(scope="module")
def reader(trained: Path) -> Iterator[LocalModel]:
    """The engine with a model that knows the crops."""
    local = LocalModel(str(trained), LocalOptions(device="cpu"))
    yield local
    local.close()


def said_of(model: LocalModel, images: Sequence[bytes]) -> list[Generation]:
    """What the model writes about images, each planned as a table's crop is."""
    plan = plan_image(
        model.images,
        *CROP_PX,
        dpi=DPI,
        print_pt=PRINT_PT,
        purpose=Purpose.TABLE,
        policy=FidelityPolicy(),
        context=Context(limit_tokens=model.context_tokens, text_tokens=64, output_tokens=MAX_TOKENS),
    )
    assert plan.effective_dpi == DPI
    decoding = Decoding(max_tokens=MAX_TOKENS)
    return model.generate([GenerationRequest((ShownImage(image, plan),), PROMPT, decoding) for image in images])


def tables_of(generations: Sequence[Generation]) -> list[Table | None]:
    """The tables that were read; None where the text is of no table."""
    found = []
    for generation in generations:
        try:
            blocks = DIALECT.read(generation.text, SHOWN).blocks
        except ReplyUnreadable:
            blocks = ()
        found.append(blocks[0].table if blocks else None)
    return found


def cells_of(table: Table | None) -> list[tuple[int, int, int, int, str, str]] | None:
    if table is None:
        return None
    return [(c.row, c.col, c.row_span, c.col_span, c.text, c.role.value) for c in table.cells]


def test_a_taught_model_reads_every_cell_back(reader: LocalModel, crops: list[Crop]) -> None:
    said = said_of(reader, [crop.content for crop in crops])
    assert [each.stop for each in said] == [StopReason.STOP] * len(crops)
    assert {each.usage.visual_tokens for each in said} == {12}
    read = [cells_of(table) for table in tables_of(said)]
    assert read == [cells_of(crop.table) for crop in crops]


def test_exchanged_images_exchange_the_texts(reader: LocalModel, crops: list[Crop]) -> None:
    first, second = crops[0].content, crops[1].content
    straight, crossed = said_of(reader, [first, second]), said_of(reader, [second, first])
    assert straight[0].text != straight[1].text
    assert [each.text for each in crossed] == [straight[1].text, straight[0].text]


def test_a_blank_crop_is_read_as_none_of_the_tables(reader: LocalModel, crops: list[Crop]) -> None:
    (said,) = said_of(reader, [blank()])
    known = [said.text for said in said_of(reader, [crop.content for crop in crops])]
    assert said.text not in known


def test_an_untaught_model_reads_nothing(crops: list[Crop], tmp_path: Path) -> None:
    local = LocalModel(str(save(*untaught(), tmp_path)), LocalOptions(device="cpu"))
    try:
        read = tables_of(said_of(local, [crop.content for crop in crops[:2]]))
    finally:
        local.close()
    assert all(cells_of(table) != cells_of(crop.table) for table, crop in zip(read, crops[:2], strict=True))
