from __future__ import annotations

import stat
from pathlib import Path

import pytest

from docai.cli.session import keep_key, read_settings
from docai.errors import ConfigurationError
from docai.settings import Settings


def test_a_wrong_setting_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOCAI_RASTER__FLOOR_DPI", "many")
    with pytest.raises(ConfigurationError, match="DOCAI_RASTER__FLOOR_DPI: Input should be a valid integer"):
        read_settings()


def test_the_first_key_is_readable_by_its_owner_only(tmp_path: Path) -> None:
    path = keep_key(Settings(home=tmp_path), "dk_1")
    assert path == tmp_path / "api-key"
    assert path.read_text() == "dk_1\n"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
