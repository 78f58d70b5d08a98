from __future__ import annotations

import pytest

from docai.engines.embedder.profiles import ARCHITECTURES, PROFILES, CommercialUse, Loader, profile_of
from docai.errors import CheckpointRefused


def test_every_profile_says_where_its_weights_are_and_what_they_allow() -> None:
    for name, profile in PROFILES.items():
        assert profile.name == name
        assert profile.source.count("/") == 1
        assert profile.licence
        assert profile.dimension in (128, 320)


def test_weights_that_may_not_be_sold_are_marked() -> None:
    assert [name for name, each in PROFILES.items() if each.commercial_use is CommercialUse.NO] == ["colqwen2.5"]


def test_both_libraries_are_known() -> None:
    assert {each.loader for each in ARCHITECTURES.values()} == set(Loader)


def test_a_folder_of_ones_own_weights_has_a_profile_of_what_is_known() -> None:
    profile = profile_of("weights/mine/", "ColQwen3_5")
    assert (profile.name, profile.dimension, profile.commercial_use) == ("mine", None, CommercialUse.UNKNOWN)


def test_an_unknown_architecture_is_refused_with_those_that_are_known() -> None:
    with pytest.raises(CheckpointRefused, match="known are ColPali, "):
        profile_of("mine", "LlamaForCausalLM")
