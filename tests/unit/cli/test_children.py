"""The children of `docai up`, as data."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest
from pydantic import SecretStr

from docai.cli.children import WORKERS, child_specs, environment
from docai.domain.work import Capability
from docai.settings import BrokerSettings, IndexSettings, Settings, WorkerSettings
from docai.supervision.child import ChildSpec


def _specs(settings: Settings) -> dict[str, ChildSpec]:
    env = environment(
        settings, database_url="postgresql://docai:s3cret@host/docai", broker_url="redis://:s3cret@host/0"
    )
    specs = child_specs(settings, env, address="127.0.0.1", port=8123, has_signed_on=bool)
    return {spec.name: spec for spec in specs}


def test_every_capability_has_exactly_one_worker() -> None:
    assert sorted(itertools.chain(*WORKERS.values())) == sorted(Capability)


def test_the_index_outlives_those_that_use_it(tmp_path: Path) -> None:
    specs = _specs(Settings(home=tmp_path))
    assert list(specs) == ["index", "api", "worker-raster", "worker-pages"]
    assert all(specs[name].after == ("index",) for name in ("api", *WORKERS))


def test_an_index_that_is_named_has_no_owner_here(tmp_path: Path) -> None:
    specs = _specs(Settings(home=tmp_path, index=IndexSettings(url="http://qdrant:6333")))
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
    specs = _specs(Settings(home=tmp_path, worker=WorkerSettings(health_port=9100)))
    assert [specs[name].env["DOCAI_WORKER__HEALTH_PORT"] for name in WORKERS] == ["9100", "9101"]
    unset = _specs(Settings(home=tmp_path))
    assert all("DOCAI_WORKER__HEALTH_PORT" not in spec.env for spec in unset.values())
