"""A run: a data set's samples through docai's own pipeline; what was done by an earlier sitting is not done again."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import TypeVar

from docai.assembly.local import open_local
from docai.assembly.parts import Assembled
from docai.errors import CloudNotAllowed
from docai.evaluation.contamination.checking import check
from docai.evaluation.datasets.dataset import Dataset, Source
from docai.evaluation.own_sets.cloud_rule import must_stay_here
from docai.evaluation.running.asking import Asker
from docai.evaluation.running.choosing import chosen, of_these
from docai.evaluation.running.flow import in_parallel
from docai.evaluation.running.profiles import Profile
from docai.evaluation.running.reading import Reading, Stopped
from docai.evaluation.running.record import begun, brought_up, require_same, with_engines
from docai.evaluation.running.run_folder import RunFolder
from docai.evaluation.running.run_record import RunRecord
from docai.evaluation.samples import Sample, SampleFile, Task
from docai.evaluation.watching import Watcher
from docai.settings import BrokerSettings, DatabaseSettings, RetentionSettings, Settings

_Thing = TypeVar("_Thing")

CLOUD_ENGINES = frozenset({"anthropic", "gemini", "openai"})
_SERVED = CLOUD_ENGINES | {"served"}
_SAVE_S = 5.0
"""A killed sitting's seconds are lost from the last time that the record was saved."""
_CONNECTIONS = 64
"""At most; PostgreSQL's own limit is 100."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What is run, with what, and where to."""

    dataset: Dataset
    source: Source
    out: Path
    profile: Profile
    first: int | None = None
    seed: int = 1
    parallel: int | None = None
    """Samples under way at once; None: as the settings say."""
    retries_failed: bool = False
    """Whether samples and files that failed before are tried again."""
    allows_cloud: bool = False
    """Whether the set's pages may be shown to a model at a provider."""
    against: Path | None = None
    """Training or few-shot data that the samples are held against; None: they are not."""

    @property
    def settings(self) -> Settings:
        """Those of the run: the profile's, with everything kept in the run's own folder."""
        given = self.profile.settings
        pool = min(_CONNECTIONS, max(given.database.pool_size, self.n_parallel + given.n_processes))
        own = {
            "home": RunFolder(self.out).home.resolve(),
            "database": DatabaseSettings(pool_size=pool),
            "broker": BrokerSettings(),
            "index": given.index.model_copy(update={"url": None, "api_key": None}),
            "retention": RetentionSettings(query_days=0),
        }
        return given.model_copy(update=own)

    @property
    def n_parallel(self) -> int:
        """Most samples under way at once."""
        given = self.profile.settings
        waits = given.vlm.concurrency if given.vlm.engine in _SERVED else 0
        return self.parallel or given.evaluation.parallel or max(given.n_processes, waits)


def run(plan: Plan, watcher: Watcher) -> RunFolder:
    """Ask every sample that has no prediction yet. Interrupted or killed, the same call goes on where it was.

    Raises:
        DatasetMissing, DatasetDamaged: the data set cannot be read.
        InvalidRequest: the folder holds a run of other data or settings.
        CloudNotAllowed: the profile's model is at a provider, and the pages may not go there.
        ConfigurationError: docai cannot be assembled by the profile's settings, or the folder is in use.
    """
    _require_leave(plan)
    folder = RunFolder(plan.out)
    samples = chosen(plan.dataset, plan.source, first=plan.first, seed=plan.seed)
    settings = plan.settings
    record = begun(
        plan.dataset,
        samples,
        split=plan.source.split,
        first=plan.first,
        seed=plan.seed,
        profile=plan.profile.name,
        settings=settings,
    )
    if folder.exists:
        kept = folder.record()
        require_same(kept, record.model_copy(update={"model": kept.model, "engines": kept.engines}))
    plan.out.mkdir(parents=True, exist_ok=True)
    with open_local(settings) as local:
        record = with_engines(record, local.engines)
        if folder.exists:
            require_same(folder.record(), record)
            record = folder.record()
            folder.mend()
        else:
            folder.begin(record, samples)
        if plan.against is not None:
            record = _held_against(plan.against, plan, record, samples)
        if plan.allows_cloud:
            local.records.set_allows_cloud(local.tenant.id, is_allowed=True)
        _Sitting(plan, folder, record, samples, local, watcher).sit()
    return folder


def _held_against(data: Path, plan: Plan, record: RunRecord, samples: Sequence[Sample]) -> RunRecord:
    """The record with what of the samples stands in training data."""
    ids = {sample.id for sample in samples}
    found = check(of_these(plan.dataset.load(plan.source), ids), data)
    return record.model_copy(update={"contamination": found.model_dump(mode="json")})


def _require_leave(plan: Plan) -> None:
    engine = plan.profile.settings.vlm.engine
    if engine not in CLOUD_ENGINES:
        return
    if must_stay_here(plan.source.folder):
        raise CloudNotAllowed(
            f"{plan.source.folder} is an own set whose set.json does not allow the cloud, and the profile "
            f"{plan.profile.name!r} would show its pages to a model of {engine}."
        )
    if not plan.allows_cloud:
        raise CloudNotAllowed(
            f"The profile {plan.profile.name!r} would show the pages to a model of {engine}; say --allow-cloud if they "
            "may go there."
        )


class _Sitting:
    """One process' work on a run."""

    def __init__(
        self,
        plan: Plan,
        folder: RunFolder,
        record: RunRecord,
        samples: Sequence[Sample],
        local: Assembled,
        watcher: Watcher,
    ) -> None:
        self._plan, self._folder, self._record, self._watcher = plan, folder, record, watcher
        self._stop = threading.Event()
        self._lock = threading.Lock()
        retries = plan.retries_failed
        self._reading = Reading(local.system, local.tenant.id, folder.files, self._stop, retries_failed=retries)
        self._asker = Asker(local.system, local.tenant.id, self._reading)
        self._predictions = folder.predictions()
        self._to_do = {sample.id for sample in samples if self._is_to_do(sample)}
        if self._to_do:
            self._record = record.model_copy(update={"finished_at": None})
        self._saved_at = time.perf_counter()

    def sit(self) -> None:
        """Ask what is left to ask."""
        try:
            if self._to_do and self._plan.dataset.task is Task.RETRIEVE:
                self._read_corpus()
            self._watcher.begin("asked", len(self._to_do))
            self._each(self._ask, self._samples())
        finally:
            self._save()

    def _is_to_do(self, sample: Sample) -> bool:
        known = self._predictions.get(sample.id)
        if known is None:
            return True
        if not self._plan.retries_failed:
            return False
        return known.failure is not None or any(file.name in self._reading.retried for file in sample.files)

    def _read_corpus(self) -> None:
        """All files are findable before the first question is asked."""
        n = sum(1 for _ in self._corpus())
        self._watcher.begin("corpus read", n)
        self._each(self._read, self._corpus())

    def _corpus(self) -> Iterator[SampleFile]:
        """The corpus and the samples' own files, each once."""
        samples = (file for sample in self._samples() for file in sample.files)
        seen = set[str]()
        for file in chain(self._plan.dataset.corpus(self._plan.source), samples):
            if file.name not in seen:
                seen.add(file.name)
                yield file

    def _samples(self) -> Iterator[Sample]:
        return of_these(self._plan.dataset.load(self._plan.source), self._to_do)

    def _each(self, do: Callable[[_Thing], None], things: Iterable[_Thing]) -> None:
        in_parallel(do, things, self._plan.n_parallel, self._stop)

    def _read(self, file: SampleFile) -> None:
        with suppress(Stopped):
            self._reading.read(file)
            self._step()

    def _ask(self, sample: Sample) -> None:
        with suppress(Stopped):
            prediction = self._asker.ask(sample)
            self._folder.append(prediction)
            with self._lock:
                self._predictions[sample.id] = prediction
            self._step()

    def _step(self) -> None:
        with self._lock:
            self._watcher.advance()
            if time.perf_counter() - self._saved_at > _SAVE_S:
                self._save()

    def _save(self) -> None:
        """Write down how far it is."""
        now = time.perf_counter()
        self._record = brought_up(
            self._record,
            self._predictions.values(),
            self._reading.files,
            prices=self._plan.settings.vlm,
            seconds=self._record.seconds + now - self._saved_at,
            is_finished=len(self._predictions) == self._record.n_samples,
        )
        self._saved_at = now
        self._folder.save(self._record)
