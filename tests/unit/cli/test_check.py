from __future__ import annotations

from pydantic import SecretStr

from docai.cli.check import _flat
from docai.settings import DatabaseSettings, Settings


def test_every_setting_is_listed_by_its_variable_and_secrets_are_hidden() -> None:
    settings = Settings(database=DatabaseSettings(url=SecretStr("postgresql://u:secret@host/db")))
    flat = _flat(settings)
    assert flat["DOCAI_DATABASE__URL"] == "(hidden)"
    assert flat["DOCAI_RASTER__FLOOR_DPI"] == settings.raster.floor_dpi
    assert flat["DOCAI_HOME"] == str(settings.home)
    alone = {"home", "secret_key"}
    n_in_groups = sum(
        len(type(getattr(settings, name)).model_fields) for name in Settings.model_fields if name not in alone
    )
    assert len(flat) == n_in_groups + len(alone)
    assert "secret" not in str(flat)
