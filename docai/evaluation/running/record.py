"""Records of runs: begun, compared with an earlier sitting's, brought up to date."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from typing import Any, get_args

from pydantic import BaseModel, SecretStr

from docai.domain.generations import TokenUsage
from docai.errors import InvalidRequest
from docai.evaluation.datasets.dataset import Dataset
from docai.evaluation.predictions import Prediction
from docai.evaluation.running.fingerprints import data_hash
from docai.evaluation.running.machine import hardware
from docai.evaluation.running.read_file import ReadFile
from docai.evaluation.running.reading import summed
from docai.evaluation.running.run_record import RunRecord
from docai.evaluation.samples import Sample
from docai.settings import Settings, VlmSettings

_HOW = frozenset({"home", "database", "broker", "worker", "retention", "api", "webhook", "telemetry", "evaluation"})
"""Groups that say where and how fast a run works, and nothing of what comes out: they may change between sittings."""
_PER_MILLION = 1_000_000
_USERINFO = re.compile(r"(?<=://)[^/@\s]+@")


def begun(
    dataset: Dataset,
    samples: Sequence[Sample],
    *,
    split: str,
    first: int | None,
    seed: int,
    profile: str,
    settings: Settings,
) -> RunRecord:
    """The record of a run that begins; what its engines are is added once they are up."""
    return RunRecord(
        dataset=dataset.name,
        title=dataset.title,
        split=split,
        data=data_hash(samples),
        n_samples=len(samples),
        first=first,
        seed=seed,
        profile=profile,
        settings=plain_settings(settings),
        visual_tokens=settings.vlm.page_tokens or None,
        docai_version=version("docai"),
        hardware=hardware(),
        started_at=datetime.now(UTC),
        currency=settings.vlm.currency,
    )


def with_engines(record: RunRecord, engines: Mapping[str, str]) -> RunRecord:
    """The record with what reads: the vision-language model by itself, the others by what they do."""
    others = {name: engine for name, engine in engines.items() if name != "model"}
    return record.model_copy(update={"model": engines.get("model"), "engines": others})


def plain_settings(settings: Settings) -> dict[str, Any]:
    """Settings as JSON, group by group, without secrets, and without the folder that each run has for itself."""
    told: dict[str, Any] = {}
    for name in type(settings).model_fields:
        group = getattr(settings, name)
        if isinstance(group, BaseModel):
            told[name] = {
                field: _safe(value)
                for field, value in group.model_dump(mode="json").items()
                if not _is_secret(group, field)
            }
    return told


def require_same(kept: RunRecord, now: RunRecord) -> None:
    """Make sure that a run that is gone on with asks the same of the same data by the same settings.

    Raises:
        InvalidRequest: it does not; the message says what differs.
    """
    if found := list(_differences(kept, now)):
        raise InvalidRequest(
            "The run in this folder was begun otherwise, so it cannot be gone on with: "
            f"{'; '.join(found)}. Give another folder with --out.",
            differences=found,
        )


def _differences(kept: RunRecord, now: RunRecord) -> Iterator[str]:
    for name in ("dataset", "split", "first", "seed", "profile", "docai_version"):
        yield from _difference(name, getattr(kept, name), getattr(now, name))
    if kept.data != now.data:
        yield f"the data are others (fingerprint {kept.data[:12]} then, {now.data[:12]} now)"
    yield from _difference("model", kept.model, now.model)
    for name in sorted(kept.engines.keys() | now.engines.keys()):
        yield from _difference(name, kept.engines.get(name), now.engines.get(name))
    for group in sorted((kept.settings.keys() | now.settings.keys()) - _HOW):
        then, present = kept.settings.get(group, {}), now.settings.get(group, {})
        for name in sorted(then.keys() | present.keys()):
            yield from _difference(f"{group}.{name}", then.get(name), present.get(name))


def _difference(name: str, then: object, now: object) -> Iterator[str]:
    if then != now:
        yield f"{name} was {then!r} and is {now!r}"


def brought_up(
    record: RunRecord,
    predictions: Iterable[Prediction],
    files: Iterable[ReadFile],
    *,
    prices: VlmSettings,
    seconds: float,
    is_finished: bool,
) -> RunRecord:
    """The record with what was done so far.

    Args:
        record: As it was; its end stands, where it has one.
        predictions: All that there are, of earlier sittings too.
        files: All that were read.
        prices: Settings that have the prices of tokens.
        seconds: Over all sittings.
        is_finished: Whether every sample has a prediction.
    """
    corpus = [file.usage for file in files if not file.sample_id and not file.is_repeat]
    used = summed(usage for usage in [*(p.usage for p in predictions), *corpus] if usage != TokenUsage())
    has_prices = prices.prompt_price > 0 or prices.output_price > 0
    cost = (used.prompt_tokens * prices.prompt_price + used.output_tokens * prices.output_price) / _PER_MILLION
    return record.model_copy(
        update={
            "finished_at": (record.finished_at or datetime.now(UTC)) if is_finished else None,
            "seconds": round(seconds, 1),
            "n_pages_read": sum(file.n_pages for file in files if not file.is_repeat),
            "cost": round(cost, 6) if has_prices else None,
        }
    )


def _is_secret(group: BaseModel, field: str) -> bool:
    annotation = type(group).model_fields[field].annotation
    return annotation is SecretStr or SecretStr in get_args(annotation)


def _safe(value: object) -> object:
    """A value without the name and password that an address may carry."""
    return _USERINFO.sub("", value) if isinstance(value, str) else value
