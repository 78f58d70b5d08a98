"""What the settings say of reading with a model, and what they must not."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from docai.assembly import vlm as engines
from docai.assembly.parts import make_policy, model_policy, open_vlm
from docai.domain.sights import Connector
from docai.errors import ConfigurationError, ModelPools
from docai.settings import Settings, VlmSettings


def settings(**chosen: Any) -> Settings:
    return Settings(vlm=VlmSettings(engine="served", url="http://127.0.0.1:9/v1", **chosen))


def test_without_an_engine_no_model_is_opened_and_pages_are_final_when_laid_out() -> None:
    with ExitStack() as stack:
        assert open_vlm(Settings(), stack) is None
    assert make_policy(Settings()).reading.model is None


def test_a_models_profile_and_floor_follow_from_the_settings() -> None:
    policy = model_policy(settings(model="our-model", sees_as="olmocr-2-7b", floor_dpi=144, max_attempts=3))
    assert policy is not None
    assert (policy.profile.name, policy.fidelity.floor_dpi, policy.max_attempts) == ("olmocr", 144, 3)


def test_a_dialect_that_no_model_writes_pages_in_is_found_at_the_start() -> None:
    with pytest.raises(ConfigurationError, match="DOCAI_VLM__DIALECT"):
        make_policy(settings(model="x", dialect="klingon"))


def test_a_model_that_pools_is_refused_at_the_start_and_let_go(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    closed: list[bool] = []

    class Pooling:
        images = type("Rule", (), {"connector": Connector.RESAMPLED, "name": "blip-2"})

        def close(self) -> None:
            closed.append(True)

    monkeypatch.setattr(engines, "make_vlm", lambda _: Pooling())
    with pytest.raises(ModelPools, match="blip-2"), ExitStack() as stack:
        open_vlm(settings(model="blip-2"), stack)
    assert closed == [True]
