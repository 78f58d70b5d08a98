"""Settings come from the environment, and what is misspelt is told."""

import pytest
from pydantic import ValidationError

from docai.settings import load_settings, unknown_variables


def test_the_environment_decides(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOCAI_LIMITS__MAX_PAGES", "7")
    monkeypatch.setenv("DOCAI_HOME", "~/elsewhere")
    settings = load_settings()
    assert settings.limits.max_pages == 7
    assert settings.home_path.is_absolute()
    assert settings.home_path.name == "elsewhere"


@pytest.mark.parametrize(("name", "value"), [("DOCAI_LIMITS__MAX_PAGES", "0"), ("DOCAI_API__PORT", "seventy")])
def test_a_value_that_is_none_is_refused(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(ValidationError):
        load_settings()


@pytest.mark.parametrize(
    "values",
    [
        {"DOCAI_RASTER__FLOOR_DPI": "300", "DOCAI_RASTER__CEILING_DPI": "200"},
        {"DOCAI_SEARCH__TEXT_WEIGHT": "0", "DOCAI_SEARCH__LATE_INTERACTION_WEIGHT": "0"},
    ],
)
def test_values_that_contradict_one_another_are_refused(
    monkeypatch: pytest.MonkeyPatch, values: dict[str, str]
) -> None:
    for name, value in values.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(ValidationError, match="must not"):
        load_settings()


def test_a_misspelt_variable_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOCAI_LIMITS__MAX_PAGE", "7")
    monkeypatch.setenv("DOCAI_RASTER__FLOOR_DPI", "150")
    assert unknown_variables() == ["DOCAI_LIMITS__MAX_PAGE"]


def test_a_password_is_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOCAI_DATABASE__URL", "postgresql+psycopg://me:hunter2@db/docai")
    assert "hunter2" not in repr(load_settings())
