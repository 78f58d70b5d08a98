"""A record has all that repeats a run and no secret; a run goes on only with what it was begun with."""

from uuid import uuid4

import pytest
from pydantic import SecretStr

from docai.domain.generations import TokenUsage
from docai.domain.ids import DocumentId
from docai.errors import InvalidRequest
from docai.evaluation.datasets.dataset import Dataset
from docai.evaluation.predictions import Prediction
from docai.evaluation.running.machine import hardware
from docai.evaluation.running.read_file import ReadFile
from docai.evaluation.running.record import begun, brought_up, plain_settings, require_same, with_engines
from docai.evaluation.running.run_record import RunRecord
from docai.evaluation.samples import Sample, Task
from docai.evaluation.scoring.anls_answers import AnlsAnswers
from docai.settings import BrokerSettings, DatabaseSettings, Settings, TelemetrySettings, VlmSettings, WorkerSettings

SAMPLES = [Sample("q", Task.ANSWER, (), {"answers": ["a"]}, "Why?")]
DATASET = Dataset("some", "Some set", Task.ANSWER, ("test",), lambda _: iter(SAMPLES), AnlsAnswers(), "", "", "")
PRICED = VlmSettings(prompt_price=2.0, output_price=10.0, currency="EUR")


def record(settings: Settings | None = None, samples: list[Sample] = SAMPLES) -> RunRecord:
    given = settings or Settings()
    return begun(DATASET, samples, split="test", first=None, seed=1, profile="environment", settings=given)


def test_no_secret_and_no_password_is_written() -> None:
    settings = Settings(
        secret_key=SecretStr("hush"),
        database=DatabaseSettings(url=SecretStr("postgresql://u:hush@host/db")),
        broker=BrokerSettings(url=SecretStr("redis://:hush@host/0")),
        vlm=VlmSettings(api_key=SecretStr("hush"), url="http://user:hush@vllm:8000/v1"),
    )
    written = record(settings).model_dump_json()
    assert "hush" not in written
    assert plain_settings(settings)["vlm"]["url"] == "http://vllm:8000/v1"
    assert "api_key" not in plain_settings(Settings())["vlm"]
    assert plain_settings(settings)["raster"]["floor_dpi"] == 150


def test_a_run_may_go_on_elsewhere_and_otherwise_fast() -> None:
    quiet = Settings(worker=WorkerSettings(processes=3), telemetry=TelemetrySettings(log_level="error"))
    require_same(record(), record(quiet))


@pytest.mark.parametrize(
    ("now", "said"),
    [
        (record(Settings(vlm=VlmSettings(page_tokens=256))), r"vlm\.page_tokens was 0 and is 256"),
        (record(samples=[*SAMPLES, Sample("r", Task.ANSWER, (), {})]), "the data are others"),
        (record().model_copy(update={"seed": 2}), "seed was 1 and is 2"),
        (with_engines(record(), {"model": "m@2 (vllm)"}), r"model was None and is 'm@2 \(vllm\)'"),
        (with_engines(record(), {"ocr": "rapidocr 9"}), "ocr was None and is 'rapidocr 9'"),
    ],
)
def test_what_differs_is_named(now: RunRecord, said: str) -> None:
    with pytest.raises(InvalidRequest, match=said):
        require_same(record(), now)


def test_tokens_are_counted_once_and_cost_what_the_settings_say() -> None:
    reading = TokenUsage(prompt_tokens=1000, output_tokens=100)
    own = ReadFile(name="a", document_id=DocumentId(uuid4()), n_pages=2, sample_id="q", usage=reading)
    corpus = ReadFile(name="b", document_id=DocumentId(uuid4()), n_pages=3, usage=reading)
    repeat = corpus.model_copy(update={"name": "c", "is_repeat": True})
    # The sample's own file is in its prediction's tokens already.
    asked = Prediction(sample_id="q", usage=TokenUsage(prompt_tokens=3000, output_tokens=200))
    done = brought_up(record(), [asked], [own, corpus, repeat], prices=PRICED, seconds=12.34, is_finished=True)
    assert done.cost == pytest.approx((4000 * 2.0 + 300 * 10.0) / 1e6)
    assert done.n_pages_read == 5
    assert done.seconds == 12.3
    assert done.finished_at is not None
    free = brought_up(record(), [asked], [own], prices=VlmSettings(), seconds=1, is_finished=False)
    assert (free.cost, free.finished_at) == (None, None)


def test_the_machine_is_told() -> None:
    found = hardware()
    assert found.processor
    assert found.n_cores >= 1
    assert found.memory_gib > 0
