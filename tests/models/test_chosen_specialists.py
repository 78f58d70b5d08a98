"""The classic document models as the settings name them: Donut as a vision-language model, LayoutLMv3 in answers."""

from __future__ import annotations

import json
from contextlib import ExitStack
from pathlib import Path

import pytest

from docai.assembly.parts import make_parts, make_system
from docai.assembly.span_readers import make_span_reader
from docai.assembly.vlm import make_vlm
from docai.domain.access import Tenant
from docai.domain.answers import Question
from docai.domain.documents import DocumentStatus
from docai.domain.evidence import Verdict
from docai.engines.specialists.donut import DonutModel
from docai.engines.specialists.layoutlmv3 import LayoutLMv3SpanReader
from docai.engines.specialists.udop import UdopSpanReader
from docai.engines.vlm.local import LocalModel
from docai.errors import CheckpointRefused, EngineUnavailable
from docai.pipeline.threads import ThreadDoorbell
from docai.settings import AnswerSettings, Settings, VlmSettings
from docai.stores.postgres.unit_of_work import PostgresRecords
from docai.stores.qdrant.edge import EdgeShelf
from tests.integration.stores.samples import add_document
from tests.models.conftest import Checkpoints
from tests.models.specialist_checkpoints import (
    DONUT_TOKENS,
    layoutlmv3_that_finds_letters,
    random_specialist,
    save,
)
from tests.models.vlm_requests import drawn, request
from tests.unit.query.scripted import printed


def reads_spans(source: Path | str, **chosen: object) -> Settings:
    answer = AnswerSettings.model_validate({"span_reader": str(source), "span_reader_device": "cpu", **chosen})
    return Settings(answer=answer)


def test_a_donut_checkpoint_is_a_model_like_any_other(tmp_path: Path) -> None:
    folder = save(random_specialist("donut-docvqa"), tmp_path / "donut")
    model = make_vlm(Settings(vlm=VlmSettings(engine="local", model=str(folder), device="cpu", dtype="float32")))
    assert isinstance(model, DonutModel)
    asked = request(model.images, drawn("Total 42"), prompt="What is the total?", max_tokens=4)
    (said,) = model.generate([asked])
    assert json.loads(said.text)["question"] == "What is the total?"
    assert said.usage.visual_tokens == DONUT_TOKENS


def test_other_checkpoints_are_loaded_as_before(vlm_checkpoint: Checkpoints) -> None:
    chosen = VlmSettings(engine="local", model=str(vlm_checkpoint("qwen2_vl")), device="cpu")
    model = make_vlm(Settings(vlm=chosen))
    assert isinstance(model, LocalModel)
    model.close()


@pytest.mark.parametrize(("name", "kind"), [("layoutlmv3", LayoutLMv3SpanReader), ("udop", UdopSpanReader)])
def test_the_span_reader_follows_from_the_checkpoint(name: str, kind: type, tmp_path: Path) -> None:
    folder = save(random_specialist(name), tmp_path / name)
    reader = make_span_reader(reads_spans(folder))
    assert isinstance(reader, kind)
    assert folder.name in reader.name


def test_what_reads_no_spans_is_told_before_any_question(vlm_checkpoint: Checkpoints, tmp_path: Path) -> None:
    with pytest.raises(CheckpointRefused, match=r"DOCAI_ANSWER__SPAN_READER.*'qwen2_vl'.*layoutlmv3 and udop"):
        make_span_reader(reads_spans(vlm_checkpoint("qwen2_vl")))
    with pytest.raises(CheckpointRefused, match=r"no config\.json"):
        make_span_reader(reads_spans(tmp_path))


def test_what_is_nowhere_is_told_before_any_question(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    with pytest.raises(EngineUnavailable, match="neither a folder nor"):
        make_span_reader(reads_spans("somebody/reader", span_reader_cache=tmp_path))


def test_a_span_reader_answers_with_the_place_of_its_words(
    records: PostgresRecords, tenant: Tenant, tmp_path: Path
) -> None:
    """LayoutLMv3 that has learnt to find the letter among numbers, where the extractive reader finds a number."""
    settings = reads_spans(save(layoutlmv3_that_finds_letters(max_steps=300), tmp_path / "finder"))
    document = add_document(records, tenant, n_pages=1)
    page = printed("17 402 388", "95 Q 610", "743 28 561", document_id=document.id)
    assert page.image is not None
    with ExitStack() as stack:
        shelf = EdgeShelf(tmp_path / "indexes")
        settings = settings.model_copy(update={"home": tmp_path})
        parts = make_parts(settings, stack, records=records, shelf=shelf, doorbell=ThreadDoorbell())
        image = page.image.model_copy(update={"sha256": parts.blobs.put(drawn("95 Q 610"))})
        page = page.model_copy(update={"image": image})
        with records.unit_of_work(tenant.id) as unit:
            unit.documents.save(document.model_copy(update={"n_pages": 1, "status": DocumentStatus.READY}))
            unit.documents.save_page(page)
            unit.terms.replace(document.id, {1: {"402": 1, "q": 1}})
        answer = make_system(settings, parts).answer(tenant.id, Question(text="which 402?"))
    assert page.words is not None
    (place,) = [i for i, word in enumerate(page.words.words) if word.text == "Q"]
    assert (answer.text, answer.answerable, answer.is_verified) == ("Q", True, True)
    assert answer.engine.startswith("LayoutLMv3ForQuestionAnswering/finder")
    (citation,) = answer.citations
    assert (citation.document_id, citation.page_number) == (document.id, 1)
    assert citation.box == page.words.words[place].box
    assert (citation.evidence.verdict, citation.evidence.word_ids) == (Verdict.EXACT, (place,))
    assert answer.cross_check is not None
    assert (answer.cross_check.engine, answer.cross_check.agrees) == ("extractive 2", False)
