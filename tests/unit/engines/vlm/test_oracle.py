from threading import Event

import pytest

from docai.dialects import DIALECTS
from docai.dialects.dialect import Shown
from docai.domain.generations import Decoding, GenerationRequest, ShownImage, StopReason
from docai.domain.geometry import Box
from docai.domain.ids import sha256_of
from docai.domain.parses import BlockKind
from docai.domain.readings import ReadBlock
from docai.domain.sights import Purpose, TokenPlan
from docai.domain.tables import Cell, Table
from docai.engines.vlm.oracle import OracleModel, blocks_in
from docai.patches.models import model_named
from docai.protocols.generating import VisionLanguageModel

RULE = model_named("qwen2.5-vl-7b")
TABLE = Table(n_rows=1, n_cols=2, cells=(Cell(row=0, col=0, text="1"), Cell(row=0, col=1, text="2")))
PAGE = (
    ReadBlock(kind=BlockKind.HEADING, text="Sales", level=2, box=Box(x0=0.1, y0=0.1, x1=0.5, y1=0.2)),
    ReadBlock(kind=BlockKind.TABLE, text="1\t2", table=TABLE, box=Box(x0=0.1, y0=0.5, x1=0.9, y1=0.75)),
    ReadBlock(kind=BlockKind.PARAGRAPH, text="said of it", box=Box(x0=0.1, y0=0.8, x1=0.9, y1=0.9)),
    ReadBlock(kind=BlockKind.FOOTNOTE, text="nowhere"),
)
LOWER_HALF = Box(x0=0.0, y0=0.5, x1=1.0, y1=1.0)
CONTENT = b"the bytes of an image"


def request(
    purpose: Purpose = Purpose.TEXT,
    *,
    region: Box | None = None,
    media_id: str | None = "p1",
    max_tokens: int = 1000,
    facts: dict[str, object] | None = None,
) -> GenerationRequest:
    plan = TokenPlan(
        purpose=purpose,
        region=region,
        sight=RULE.see(1000, 1400),
        dpi=150,
        effective_dpi=150,
        floor_dpi=150,
        print_em_px=None,
    )
    image = ShownImage(CONTENT, plan, media_id=media_id)
    return GenerationRequest((image,), "What is there?", Decoding(max_tokens=max_tokens), facts=facts or {})


def oracle(dialect: str = "page_json", **by_purpose: str) -> OracleModel:
    crops = {Purpose(purpose): DIALECTS[name] for purpose, name in by_purpose.items()}
    return OracleModel({"p1": PAGE, sha256_of(b"another"): ()}, DIALECTS[dialect], RULE, by_purpose=crops)


def shown(asked: GenerationRequest) -> Shown:
    sight = asked.images[0].plan.sight
    return Shown(sight.seen_width_px, sight.seen_height_px)


@pytest.mark.parametrize("dialect", ["page_json", "layout_json", "deepseek", "html", "doctags"])
def test_it_writes_the_page_in_the_dialect(dialect: str) -> None:
    model: VisionLanguageModel = oracle(dialect)
    asked = request()
    (generation,) = model.generate([asked])
    assert generation.stop is StopReason.STOP
    reading = DIALECTS[dialect].read(generation.text, shown(asked))
    assert [(b.kind, b.text) for b in reading.blocks][:3] == [(b.kind, b.text) for b in PAGE][:3]
    assert reading.blocks[1].table == TABLE
    box = reading.blocks[1].box
    assert box is not None
    assert box.iou(Box(x0=0.1, y0=0.5, x1=0.9, y1=0.75)) > 0.97


def test_a_region_shows_what_lies_in_it_in_its_own_fractions() -> None:
    asked = request(region=LOWER_HALF)
    reading = DIALECTS["page_json"].read(oracle().generate([asked])[0].text, shown(asked))
    assert [b.kind for b in reading.blocks] == [BlockKind.TABLE, BlockKind.PARAGRAPH]
    assert reading.blocks[0].box == Box(x0=0.1, y0=0.0, x1=0.9, y1=0.5)


def test_a_look_at_the_layout_says_kinds_and_boxes_only() -> None:
    blocks = blocks_in(PAGE, None, Purpose.LAYOUT)
    assert [b.kind for b in blocks] == [b.kind for b in PAGE]
    assert [b.box for b in blocks] == [b.box for b in PAGE]
    assert all(not b.text and b.table is None for b in blocks)


def test_a_look_at_a_table_says_the_table_in_its_own_dialect() -> None:
    asked = request(Purpose.TABLE, region=LOWER_HALF)
    (generation,) = oracle(table="otsl").generate([asked])
    assert generation.text == "<otsl><fcel>1<fcel>2<nl></otsl>"


def test_a_look_at_a_formula_where_there_is_none_says_what_is_there() -> None:
    assert [b.kind for b in blocks_in(PAGE, LOWER_HALF, Purpose.FORMULA)] == [BlockKind.TABLE, BlockKind.PARAGRAPH]


def test_the_page_is_known_by_facts_media_id_or_content() -> None:
    by_content = OracleModel({sha256_of(CONTENT): PAGE}, DIALECTS["markdown"], RULE)
    assert "Sales" in by_content.generate([request(media_id=None)])[0].text
    by_facts = oracle("markdown").generate([request(media_id="crop of something", facts={"page": "p1"})])[0]
    assert "Sales" in by_facts.text
    assert by_facts.facts == {"page": "p1"}


def test_a_page_without_truth_fails_alone() -> None:
    known, unknown = oracle().generate([request(), request(media_id="p2")])
    assert known.stop is StopReason.STOP
    assert unknown.stop is StopReason.ERROR
    assert unknown.error is not None
    assert unknown.error.code == "page_not_found"


def test_it_is_cut_off_at_the_limit_and_counts_tokens() -> None:
    whole, cut = oracle().generate([request(), request(max_tokens=10)])
    assert cut.stop is StopReason.LENGTH
    assert cut.text == whole.text[:40]
    assert cut.usage.output_tokens == 10
    sight = RULE.see(1000, 1400)
    assert cut.usage.visual_tokens == sight.visual_tokens
    assert cut.usage.prompt_tokens == sight.prompt_tokens + 4


def test_it_streams_what_it_generates_and_stops_when_told() -> None:
    *pieces, last = oracle("markdown").stream(request())
    assert len(pieces) > 2
    assert last.end is not None
    assert "".join(piece.text for piece in pieces) == last.end.text
    cancel = Event()
    cancel.set()
    (only,) = oracle().stream(request(), cancel=cancel)
    assert only.end is not None
    assert only.end.stop is StopReason.CANCELLED
    assert oracle().generate([request()], cancel=cancel)[0].stop is StopReason.CANCELLED
