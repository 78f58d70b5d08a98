"""Each rung of the ladder is reached for its own reason, is recorded, and the page says which one read it."""

from __future__ import annotations

import io
import threading
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from docai.checks.verify import EvidencePolicy
from docai.dialects.profiles import GENERIC, PADDLEOCR, PAGE_JSON, ReadingProfile
from docai.domain.attempts import Outcome, Rung
from docai.domain.documents import Fault, Page, PageState
from docai.domain.evidence import Verdict
from docai.domain.generations import EngineTrouble, Generation, GenerationRequest, StopReason
from docai.domain.parses import BlockKind
from docai.domain.sights import Purpose
from docai.domain.words import Witness
from docai.errors import EngineUnavailable
from docai.patches.fidelity import FidelityPolicy
from docai.patches.models import model_named
from docai.pipeline.judge import ReadingCancelled
from docai.pipeline.ladder import WARMER
from docai.pipeline.model_reading import Asking, ModelReading
from docai.pipeline.parts import ModelPolicy
from docai.prompts import load
from docai.stores.blobs.filesystem import FilesystemBlobs
from tests.unit.pipeline.scripted_model import (
    DPI,
    HEIGHT,
    LINES,
    WIDTH,
    ScriptedModel,
    drawn,
    laid_out,
    lines_json,
    page_json,
    stopped,
)

CIRCLES = "The same line again and again. " * 60


class Reader:
    """Reads pages with a model, and remembers what was told."""

    def __init__(self, folder: Path) -> None:
        self.blobs = FilesystemBlobs(folder)
        self.n_rounds = 0
        self.replies: dict[Any, bytes] = {}

    def read(
        self,
        model: ScriptedModel,
        page: Page | None = None,
        *,
        profile: ReadingProfile = PAGE_JSON,
        max_attempts: int = 6,
        allows_cloud: bool = False,
    ) -> Page:
        self.blobs.put(drawn())
        policy = ModelPolicy(
            profile=profile, fidelity=FidelityPolicy(), max_output_tokens=4096, max_attempts=max_attempts
        )
        reading = ModelReading(model, self.blobs, policy, evidence=EvidencePolicy(min_confidence=0.5))
        asking = Asking("tenant", allows_cloud, 0, threading.Event(), self._count)
        read, self.replies = reading.read(page or laid_out(drawn()), asking)
        return read

    def _count(self) -> None:
        self.n_rounds += 1


@pytest.fixture
def reader(tmp_path: Path) -> Reader:
    return Reader(tmp_path)


def told(page: Page) -> list[tuple[Rung, Outcome]]:
    assert page.parse is not None
    return [(attempt.rung, attempt.outcome) for attempt in page.parse.attempts]


def texts(page: Page) -> list[str]:
    assert page.parse is not None
    return [block.text for block in page.parse.blocks]


def rung(page: Page) -> Rung | None:
    assert page.parse is not None
    return page.parse.rung


def test_a_page_is_read_in_one_pass_and_says_what_was_planned_and_used(reader: Reader) -> None:
    model = ScriptedModel([lines_json()])
    page = reader.read(model)
    assert page.parse is not None
    assert (page.state, page.fault, page.parse.engine, rung(page)) == (PageState.PARSED, None, "scripted 1", Rung.MODEL)
    assert texts(page) == list(LINES)
    assert {block.evidence.verdict for block in page.parse.blocks if block.evidence} == {Verdict.EXACT}
    assert {block.evidence.reader for block in page.parse.blocks if block.evidence} == {"scripted 1"}
    (attempt,) = page.parse.attempts
    assert (attempt.rung, attempt.outcome, attempt.region) == (Rung.MODEL, Outcome.READ, None)
    assert attempt.plan is not None
    assert attempt.plan.sight.visual_tokens == model_named("qwen2.5-vl-7b").see(WIDTH, HEIGHT).visual_tokens
    assert attempt.plan.effective_dpi >= 0.97 * DPI, "nothing is lost but half a token at the edges"
    assert attempt.usage.visual_tokens == 600
    assert attempt.prompt == load("page").ref
    assert attempt.reply_sha256 is not None
    assert reader.blobs.get(attempt.reply_sha256) == reader.replies[attempt.reply_sha256] == lines_json().encode()
    (request,) = model.requests
    assert request.images[0].content == drawn(), "the page's own pixels"
    assert request.schema is not None
    assert (request.tenant, request.decoding.temperature) == ("tenant", 0.0)
    assert reader.n_rounds == 1


@pytest.mark.parametrize(
    ("said", "outcome"),
    [
        (stopped(lines_json()[:40], StopReason.LENGTH), Outcome.LENGTH),
        (stopped("la la", StopReason.REPETITION), Outcome.REPETITION),
        (CIRCLES, Outcome.REPETITION),
        (load("page").text[:900], Outcome.PROMPT_LEAK),
        ("I am sorry, I cannot help with that.", Outcome.UNREADABLE),
        (lines_json()[:-30], Outcome.UNREADABLE),
        ("", Outcome.EMPTY),
        (page_json(), Outcome.EMPTY),
        (page_json({"kind": "paragraph", "box": None, "text": " "}), Outcome.EMPTY),
    ],
    ids=["cut off", "engine saw circles", "circles", "prompt", "no blocks", "broke off", "nothing", "none", "blank"],
)
def test_what_is_no_reading_is_tried_again_at_a_higher_temperature(
    said: str | Generation, outcome: Outcome, reader: Reader
) -> None:
    model = ScriptedModel([said, lines_json()])
    page = reader.read(model)
    assert told(page) == [(Rung.MODEL, outcome), (Rung.WARMER, Outcome.READ)]
    assert rung(page) is Rung.WARMER
    assert [request.decoding.temperature for request in model.requests] == [0.0, WARMER[0]]
    assert texts(page) == list(LINES)
    assert page.parse is not None
    assert page.parse.attempts[0].message, "it says what was wrong"


def test_a_page_that_the_model_wants_turned_is_turned(reader: Reader) -> None:
    seen: list[tuple[int, int]] = []

    def answer(request: GenerationRequest) -> str:
        with Image.open(io.BytesIO(request.images[0].content)) as image:
            seen.append(image.size)
        if len(seen) == 1:
            return page_json({"kind": "paragraph", "box": None, "text": "?"}, rotation=90)
        # The first line's box on the turned page: its left edge is the page's lower one.
        return page_json({"kind": "paragraph", "box": [880, 90, 900, 400], "text": LINES[0]})

    page = reader.read(ScriptedModel(answer))
    assert told(page) == [(Rung.MODEL, Outcome.ROTATED), (Rung.TURNED, Outcome.READ)]
    assert seen == [(WIDTH, HEIGHT), (HEIGHT, WIDTH)]
    assert page.parse is not None
    assert page.parse.attempts[1].rotation == 90
    box = page.parse.blocks[0].box
    assert (box.x0, box.y0, box.x1, box.y1) == pytest.approx((0.09, 0.1, 0.4, 0.12))
    assert page.parse.blocks[0].evidence is not None
    assert page.parse.blocks[0].evidence.verdict is Verdict.EXACT, "the words in the box that was turned back say it"


def test_a_model_that_wants_ever_more_turns_is_not_followed_for_ever(reader: Reader) -> None:
    page = reader.read(ScriptedModel([page_json({"kind": "paragraph", "text": " ".join(LINES)}, rotation=90)]))
    assert told(page) == [(Rung.MODEL, Outcome.ROTATED), (Rung.TURNED, Outcome.ROTATED), (Rung.TURNED, Outcome.READ)]


def test_a_page_that_was_read_turned_by_its_witness_is_shown_turned_at_once(reader: Reader) -> None:
    model = ScriptedModel([lines_json()])
    page = reader.read(model, laid_out(drawn(), witness=Witness.OCR, rotation=180))
    assert page.parse is not None
    assert [(each.rung, each.rotation) for each in page.parse.attempts] == [(Rung.MODEL, 180)]
    with Image.open(io.BytesIO(model.requests[0].images[0].content)) as shown, Image.open(io.BytesIO(drawn())) as own:
        assert np.array_equal(np.asarray(shown), np.asarray(own)[::-1, ::-1])


def test_smaller_regions_come_after_warmth_and_each_has_rungs_of_its_own(reader: Reader) -> None:
    def answer(request: GenerationRequest) -> str:
        region = request.images[0].plan.region
        if region is None:
            return CIRCLES
        return lines_json(LINES[:2]) if region.y0 == 0 else lines_json(LINES[2:])

    page = reader.read(ScriptedModel(answer))
    warm = [(Rung.WARMER, Outcome.REPETITION)] * len(WARMER)
    assert told(page) == [(Rung.MODEL, Outcome.REPETITION), *warm, *[(Rung.REGIONS, Outcome.READ)] * 2]
    assert (rung(page), texts(page)) == (Rung.REGIONS, list(LINES))
    assert page.parse is not None
    upper, lower = (attempt.region for attempt in page.parse.attempts[-2:])
    assert upper is not None
    assert lower is not None
    assert (upper.y0, lower.y1) == (0.0, 1.0)
    assert upper.y1 > lower.y0, "they share some lines"


def test_a_region_that_cannot_be_read_is_as_the_layout_engine_read_it_and_the_other_is_the_models(
    reader: Reader,
) -> None:
    # The layout engine's third and fourth line stand in the lower half alone.
    lines = ("One", "Two", "Three", "", "", "Six is below", "Seven is below")
    own = laid_out(drawn(), tuple(line for line in lines if line))
    words = own.words
    assert words is not None
    low = {i: w.box.model_copy(update={"y0": w.box.y0 + 0.3, "y1": w.box.y1 + 0.3}) for i, w in enumerate(words.words)}
    moved = tuple(
        word.model_copy(update={"box": low[i]}) if word.line >= 3 else word for i, word in enumerate(words.words)
    )
    assert own.parse is not None
    blocks = tuple(
        block.model_copy(update={"box": moved[block.word_ids[0]].box, "evidence": None}) for block in own.parse.blocks
    )
    own = own.model_copy(
        update={
            "words": words.model_copy(update={"words": moved}),
            "parse": own.parse.model_copy(update={"blocks": blocks}),
        }
    )

    def answer(request: GenerationRequest) -> str:
        region = request.images[0].plan.region
        return lines_json(("One", "Two", "Three")) if region is not None and region.y0 == 0 else CIRCLES

    page = reader.read(ScriptedModel(answer), own, max_attempts=10)
    assert texts(page) == ["One", "Two", "Three", "Six is below", "Seven is below"]
    assert page.parse is not None
    assert [block.reader for block in page.parse.blocks] == [None, None, None, "layout 1", "layout 1"]
    assert (page.parse.engine, rung(page)) == ("scripted 1", Rung.TEXT_LAYER)
    assert told(page)[-1] == (Rung.TEXT_LAYER, Outcome.READ)
    assert page.parse.attempts[-1].region is not None
    assert page.parse.coverage is not None
    assert page.parse.coverage.share == 1


@pytest.mark.parametrize(
    ("witness", "last"), [(Witness.TEXT_LAYER, Rung.TEXT_LAYER), (Witness.OCR, Rung.OCR), (None, Rung.OCR)]
)
def test_the_last_rung_is_what_the_layout_engine_read(witness: Witness | None, last: Rung, reader: Reader) -> None:
    model = ScriptedModel([CIRCLES])
    page = reader.read(model, laid_out(drawn(), witness=witness))
    assert told(page)[-1] == (last, Outcome.READ)
    assert {outcome for _, outcome in told(page)[:-1]} == {Outcome.REPETITION}
    assert page.parse is not None
    assert (page.state, page.parse.engine, rung(page)) == (PageState.PARSED, "layout 1", last)
    assert texts(page) == list(LINES)
    assert model.n_calls <= 6


@pytest.mark.parametrize("most", [1, 2, 3])
def test_the_model_is_asked_no_more_often_than_is_allowed(most: int, reader: Reader) -> None:
    model = ScriptedModel([CIRCLES])
    page = reader.read(model, max_attempts=most)
    assert model.n_calls == reader.n_rounds == most
    assert rung(page) is Rung.TEXT_LAYER


def test_what_a_provider_withholds_is_not_asked_for_again_but_in_smaller_pieces(reader: Reader) -> None:
    page = reader.read(ScriptedModel([stopped("", StopReason.FILTERED), lines_json()]))
    assert told(page) == [(Rung.MODEL, Outcome.FILTERED), (Rung.REGIONS, Outcome.READ), (Rung.REGIONS, Outcome.READ)]


def test_an_engine_that_cannot_take_the_page_is_not_asked_the_same_again(reader: Reader) -> None:
    trouble = EngineTrouble("token_budget_exceeded", "4,096 tokens are too few")
    refused = Generation("", StopReason.ERROR, error=trouble)
    page = reader.read(ScriptedModel([refused]))
    assert told(page)[0] == (Rung.MODEL, Outcome.REFUSED)
    assert Rung.WARMER not in {each for each, _ in told(page)}
    assert rung(page) is Rung.TEXT_LAYER
    broken = Generation("", StopReason.ERROR, error=EngineTrouble("engine_failed", "tokens do not match"))
    assert told(reader.read(ScriptedModel([broken])))[0] == (Rung.MODEL, Outcome.ENGINE_ERROR)
    assert told(reader.read(ScriptedModel([Generation("", StopReason.ERROR)])))[0][1] is Outcome.ENGINE_ERROR


def test_a_page_that_does_not_fit_is_refused_before_the_model_is_asked(reader: Reader) -> None:
    model = ScriptedModel([lines_json()], context_tokens=256)
    page = reader.read(model)
    assert model.requests == []
    assert told(page) == [(Rung.MODEL, Outcome.REFUSED), (Rung.TEXT_LAYER, Outcome.READ)]
    assert page.parse is not None
    assert "context" in page.parse.attempts[0].message


def test_a_page_of_a_tenant_that_does_not_allow_it_is_not_shown_to_a_provider(reader: Reader) -> None:
    model = ScriptedModel([lines_json()], is_cloud=True)
    page = reader.read(model)
    assert model.requests == []
    assert page.state is PageState.PARSED
    assert told(page) == [(Rung.MODEL, Outcome.REFUSED), (Rung.TEXT_LAYER, Outcome.READ)]
    assert page.parse is not None
    assert "cloud_not_allowed" in page.parse.attempts[0].message
    assert rung(reader.read(model, allows_cloud=True)) is Rung.MODEL


@pytest.mark.parametrize(
    ("said", "error"),
    [
        (Generation("", StopReason.ERROR, error=EngineTrouble("busy", "away", retryable=True)), EngineUnavailable),
        (Generation("", StopReason.CANCELLED), ReadingCancelled),
    ],
)
def test_what_passes_and_what_was_cancelled_is_no_rung(
    said: Generation, error: type[Exception], reader: Reader
) -> None:
    with pytest.raises(error):
        reader.read(ScriptedModel([said]))


def test_a_photograph_without_words_may_be_read_as_nothing(reader: Reader) -> None:
    page = reader.read(ScriptedModel([page_json()]), laid_out(drawn(), (), witness=None))
    assert (told(page), texts(page)) == ([(Rung.MODEL, Outcome.READ)], [])


def test_made_up_text_stays_marked_as_the_models_alone(reader: Reader) -> None:
    page = reader.read(ScriptedModel([lines_json((*LINES, "Signed in blood"))]))
    assert page.parse is not None
    evidence = page.parse.blocks[-1].evidence
    assert evidence is not None
    assert evidence.verdict is Verdict.MODEL_ONLY


def test_a_layout_that_could_not_be_read_is_mended_by_the_model_and_small_print_is_not(reader: Reader) -> None:
    for code, state in (("layout_unreadable", PageState.PARSED), ("print_too_small", PageState.DEGRADED)):
        own = laid_out(drawn()).model_copy(update={"fault": Fault(code=code, message="so it was")})
        assert reader.read(ScriptedModel([lines_json()]), own).state is state
        assert reader.read(ScriptedModel([CIRCLES]), own).state is PageState.DEGRADED


# ---------------------------------------------------------------- two looks

TABLE = "<otsl><ched>Item<ched>Year<lcel><nl><fcel>Sales<fcel>12<fcel>800<nl></otsl>"
PLACES = ((90, 90, 400, 130), (90, 190, 500, 230), (90, 290, 500, 330), (90, 390, 500, 430))


def layout(kinds: Sequence[str]) -> str:
    return page_json(
        *({"kind": kind, "box": list(box), "level": None} for kind, box in zip(kinds, PLACES, strict=True))
    )


def test_in_two_looks_each_block_is_shown_by_itself_at_its_own_resolution(reader: Reader) -> None:
    replies = {Purpose.TABLE: TABLE, Purpose.FORMULA: r"\frac{800}{12}", Purpose.PICTURE: "A bridge."}

    def answer(request: GenerationRequest) -> str:
        plan = request.images[0].plan
        if plan.purpose is Purpose.LAYOUT:
            return layout(["title", "table", "formula", "figure"])
        assert plan.region is not None
        assert plan.effective_dpi >= 0.95 * DPI
        with Image.open(io.BytesIO(request.images[0].content)) as image:
            assert image.size == (plan.sight.image_width_px, plan.sight.image_height_px)
        return replies.get(plan.purpose, LINES[0])

    model = ScriptedModel(answer)
    page = reader.read(model, profile=GENERIC)
    assert page.parse is not None
    assert model.n_calls == 2, "all blocks are handed over at once"
    kinds = [block.kind for block in page.parse.blocks]
    assert kinds == [BlockKind.TITLE, BlockKind.TABLE, BlockKind.FORMULA, BlockKind.FIGURE]
    assert page.parse.blocks[0].text == LINES[0]
    (table,) = page.parse.tables
    assert table.at(0, 1).col_span == 2
    assert page.parse.blocks[2].text == r"\frac{800}{12}"
    assert {attempt.prompt.name for attempt in page.parse.attempts if attempt.prompt} == {
        "layout",
        "text",
        "table",
        "formula",
        "figure",
    }
    assert all(attempt.plan for attempt in page.parse.attempts)
    assert rung(page) is Rung.MODEL


def test_a_block_that_fails_every_rung_is_the_layout_engines_and_the_others_are_the_models(reader: Reader) -> None:
    def answer(request: GenerationRequest) -> str:
        match request.images[0].plan.purpose:
            case Purpose.LAYOUT:
                return layout(["paragraph", "table", "paragraph", "paragraph"])
            case Purpose.TABLE:
                return "no table at all"
        region = request.images[0].plan.region
        assert region is not None
        return LINES[round((region.centre[1] - 0.11) / 0.1)]

    page = reader.read(ScriptedModel(answer), profile=GENERIC)
    assert page.parse is not None
    assert texts(page) == list(LINES)
    assert [block.reader for block in page.parse.blocks] == [None, "layout 1", None, None]
    failed = [(each.rung, each.outcome) for each in page.parse.attempts if each.outcome is not Outcome.READ]
    assert failed == [(Rung.MODEL, Outcome.UNREADABLE), *[(Rung.WARMER, Outcome.UNREADABLE)] * len(WARMER)]
    assert rung(page) is Rung.TEXT_LAYER


def test_a_model_without_a_layout_prompt_reads_the_blocks_that_the_layout_engine_found(reader: Reader) -> None:
    def answer(request: GenerationRequest) -> str:
        region = request.images[0].plan.region
        assert region is not None
        return f"{LINES[round((region.centre[1] - 0.11) / 0.1)]}"

    kinds = (BlockKind.TITLE, BlockKind.PARAGRAPH, BlockKind.FIGURE, BlockKind.STAMP)
    model = ScriptedModel(answer)
    page = reader.read(model, laid_out(drawn(), kinds=kinds), profile=PADDLEOCR)
    assert page.parse is not None
    assert [block.kind for block in page.parse.blocks] == list(kinds)
    assert [block.reader for block in page.parse.blocks] == [None, None, "layout 1", None], "figures it cannot read"
    assert {request.prompt for request in model.requests} == {"OCR:"}
    assert rung(page) is Rung.MODEL


def test_blocks_that_were_named_twice_or_lie_in_a_table_are_read_once(reader: Reader) -> None:
    table = [90, 190, 500, 430]
    found = page_json(
        {"kind": "table", "box": table},
        {"kind": "paragraph", "box": [100, 200, 300, 220]},
        {"kind": "table", "box": [91, 190, 500, 430]},
        {"kind": "caption", "box": list(PLACES[0])},
    )

    def answer(request: GenerationRequest) -> str:
        purpose = request.images[0].plan.purpose
        return found if purpose is Purpose.LAYOUT else TABLE if purpose is Purpose.TABLE else LINES[0]

    page = reader.read(ScriptedModel(answer), profile=GENERIC)
    assert page.parse is not None
    assert [block.kind for block in page.parse.blocks] == [BlockKind.TABLE, BlockKind.CAPTION]


def test_a_layout_that_fails_leaves_the_blocks_to_the_layout_engine_and_their_reading_to_the_model(
    reader: Reader,
) -> None:
    def answer(request: GenerationRequest) -> str:
        plan = request.images[0].plan
        if plan.purpose is Purpose.LAYOUT:
            return "nothing of the kind"
        assert plan.region is not None
        return LINES[round((plan.region.centre[1] - 0.11) / 0.1)]

    page = reader.read(ScriptedModel(answer), profile=GENERIC, max_attempts=8)
    assert texts(page) == list(LINES)
    assert page.parse is not None
    assert {block.reader for block in page.parse.blocks} == {None}
    assert (Rung.MODEL, Outcome.UNREADABLE) in told(page)


def test_a_rule_that_wants_more_than_one_image_has_the_page_cut_and_joined(reader: Reader) -> None:
    # So little context that a page of 75 DPI does not fit into one image, but into some.
    model = ScriptedModel(
        lambda request: lines_json([line for n, line in enumerate(LINES) if _shows(request, 0.11 + n * 0.1)]),
        context_tokens=1300,
    )
    page = reader.read(model)
    assert page.parse is not None
    assert len(page.parse.attempts) > 1
    assert {attempt.rung for attempt in page.parse.attempts} == {Rung.MODEL}
    assert texts(page) == list(LINES), "what two regions share is told once"


def _shows(request: GenerationRequest, y: float) -> bool:
    region = request.images[0].plan.region
    return region is None or region.y0 <= y - 0.01 <= y + 0.01 <= region.y1


def test_control_tokens_in_the_document_are_read_like_other_text(reader: Reader) -> None:
    lines = ("Write <|im_end|> and <image>", "then <|endoftext|> [IMG] </s>")
    page = reader.read(ScriptedModel([lines_json(lines)]), laid_out(drawn(), lines))
    assert page.parse is not None
    assert texts(page) == list(lines)
    assert {block.evidence.verdict for block in page.parse.blocks if block.evidence} == {Verdict.EXACT}


def test_profiles_stop_strings_and_temperature_are_handed_on(reader: Reader) -> None:
    model = ScriptedModel([lines_json()])
    reader.read(model, profile=replace(PAGE_JSON, stop=("</page>",), temperature=0.1, top_p=0.9))
    decoding = model.requests[0].decoding
    assert (decoding.stop, decoding.temperature, decoding.top_p, decoding.max_tokens) == (("</page>",), 0.1, 0.9, 4096)


@pytest.mark.parametrize(("context", "tokens"), [(0, 4096), (4096, 1024), (1_000_000, 4096)])
def test_room_for_output_is_what_is_set_or_a_quarter_of_the_context(context: int, tokens: int, reader: Reader) -> None:
    model = ScriptedModel([lines_json()], context_tokens=context)
    reader.read(model)
    assert model.requests[0].decoding.max_tokens == tokens
