"""Profiles lay their settings over the environment's, and name what is wrong without repeating its value."""

from pathlib import Path

import pytest
from pydantic import SecretStr

from docai.errors import ConfigurationError
from docai.evaluation.running.profiles import profile_of
from docai.settings import AnswerSettings, Settings, VlmSettings

ENVIRONMENT = Settings(
    vlm=VlmSettings(engine="served", model="m", url="http://vllm:8000/v1", api_key=SecretStr("from-env")),
    answer=AnswerSettings(pages=7),
)


def toml(folder: Path, text: str) -> str:
    path = folder / "mine.toml"
    path.write_text(text)
    return str(path)


def test_the_environments_settings_are_taken_as_they_are() -> None:
    found = profile_of("environment", ENVIRONMENT)
    assert (found.name, found.settings) == ("environment", ENVIRONMENT)


def test_layout_has_no_model_and_all_else() -> None:
    found = profile_of("layout", ENVIRONMENT)
    assert found.settings.vlm.engine == "none"
    assert found.settings.answer.pages == 7


def test_a_file_changes_what_it_names_and_nothing_else(tmp_path: Path) -> None:
    found = profile_of(toml(tmp_path, '[vlm]\nmodel = "other"\n[raster]\nceiling_dpi = 300\n'), ENVIRONMENT)
    assert found.name == "mine"
    assert (found.settings.vlm.model, found.settings.vlm.url) == ("other", "http://vllm:8000/v1")
    assert found.settings.vlm.api_key == SecretStr("from-env")
    assert found.settings.raster.ceiling_dpi == 300
    assert found.settings.answer == ENVIRONMENT.answer


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[vlm]\nmode = 1", r"vlm\.mode: there is no such setting"),
        ("[vlm]\nengine = 'telepathy'", r"vlm\.engine: "),
        ("[raster]\nfloor_dpi = 'much'", r"raster\.floor_dpi: "),
        ("[raster]\nfloor_dpi = 400\nceiling_dpi = 300", "must not be above"),
        ("[vllm]\nmodel = 1", "no group of settings 'vllm'"),
        ("home = '/tmp'", "no group of settings 'home'"),
        ("vlm = 3", r"written as \[vlm\]"),
        ("[vlm", "is no TOML"),
    ],
)
def test_what_is_wrong_is_named(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(ConfigurationError, match=said):
        profile_of(toml(tmp_path, text), ENVIRONMENT)


def test_a_wrong_secret_is_not_repeated(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError) as error:
        profile_of(toml(tmp_path, "[vlm]\napi_key = ['hush']"), ENVIRONMENT)
    assert "vlm.api_key" in error.value.message
    assert "hush" not in error.value.message


@pytest.mark.parametrize("name", ["best", "gone.toml"])
def test_an_unknown_profile_is_told(name: str) -> None:
    with pytest.raises(ConfigurationError, match="There is no profile"):
        profile_of(name, ENVIRONMENT)


def test_visual_tokens_are_limited_where_a_model_sees() -> None:
    found = profile_of("environment", ENVIRONMENT).limited_to(576)
    assert found.settings.vlm.page_tokens == 576
    assert found.limited_to(None) is found
    with pytest.raises(ConfigurationError, match="no vision-language model"):
        profile_of("layout", ENVIRONMENT).limited_to(576)
