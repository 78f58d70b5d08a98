"""The children of `docai up`, as data."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest
from pydantic import SecretStr

from docai.cli.children import child_specs, environment, workers_of
from docai.domain.work import Capability
from docai.settings import BrokerSettings, IndexSettings, Settings, VlmSettings, WorkerSettings
from docai.supervision.child import ChildSpec


def _specs(settings: Settings) -> dict[str, ChildSpec]:
    env = environment(
        settings, database_url="postgresql://docai:s3cret@host/docai", broker_url="redis://:s3cret@host/0"
    )
    specs = child_specs(settings, env, address="127.0.0.1", port=8123, has_signed_on=bool)
    return {spec.name: spec for spec in specs}


@pytest.fixture
def two_cores(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path, worker=WorkerSettings(processes=2))


def test_on_two_cores_every_capability_has_exactly_one_worker(two_cores: Settings) -> None:
    assert sorted(itertools.chain(*workers_of(two_cores).values())) == sorted(Capability)


def test_more_cores_get_more_workers_that_open_pdfs(tmp_path: Path) -> None:
    workers = workers_of(Settings(home=tmp_path, worker=WorkerSettings(processes=4)))
    assert list(workers) == ["worker-raster", "worker-raster-2", "worker-raster-3", "worker-pages"]
    assert workers["worker-raster-3"] == (Capability.RASTER,)


def test_a_model_that_reads_pages_has_a_worker_of_its_own(tmp_path: Path) -> None:
    reading = VlmSettings(engine="served", model="qwen2.5-vl-7b")
    workers = workers_of(Settings(home=tmp_path, vlm=reading, worker=WorkerSettings(processes=2)))
    assert list(workers) == ["worker-raster", "worker-pages", "worker-model"]
    assert workers["worker-model"] == (Capability.VLM,)
    assert sorted(itertools.chain(*workers.values())) == sorted(Capability)


def test_the_index_outlives_those_that_use_it(two_cores: Settings) -> None:
    specs = _specs(two_cores)
    assert list(specs) == ["index", "api", "worker-raster", "worker-pages"]
    assert all(specs[name].after == ("index",) for name in ("api", *workers_of(two_cores)))


def test_an_index_that_is_named_has_no_owner_here(tmp_path: Path) -> None:
    specs = _specs(
        Settings(home=tmp_path, index=IndexSettings(url="http://qdrant:6333"), worker=WorkerSettings(processes=2))
    )
    assert list(specs) == ["api", "worker-raster", "worker-pages"]
    assert all(spec.after == () for spec in specs.values())


def test_addresses_go_by_the_environment_and_never_by_the_command_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DOCAI_HOME", "relative")
    for spec in _specs(
        Settings(home=tmp_path, broker=BrokerSettings(url=SecretStr("redis://:s3cret@host/0")))
    ).values():
        assert "s3cret" not in " ".join(spec.argv)
        assert spec.env["DOCAI_DATABASE__URL"] == "postgresql://docai:s3cret@host/docai"
        assert spec.env["DOCAI_BROKER__URL"] == "redis://:s3cret@host/0"
        assert spec.env["DOCAI_HOME"] == str(tmp_path.resolve())


def test_workers_tell_their_health_on_ports_of_their_own(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path, worker=WorkerSettings(health_port=9100, processes=2))
    specs = _specs(settings)
    assert [specs[name].env["DOCAI_WORKER__HEALTH_PORT"] for name in workers_of(settings)] == ["9100", "9101"]
    unset = _specs(Settings(home=tmp_path))
    assert all("DOCAI_WORKER__HEALTH_PORT" not in spec.env for spec in unset.values())
