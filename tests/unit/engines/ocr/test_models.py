from __future__ import annotations

from pathlib import Path

import pytest

from docai.engines.ocr import models
from docai.engines.ocr.models import model_paths
from docai.errors import EngineUnavailable


def test_every_model_lies_in_the_installed_package() -> None:
    assert set(model_paths()) == {"Det", "Rec", "Cls"}
    assert all(path.stat().st_size > 100_000 for path in model_paths().values())


def test_a_missing_model_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(models.rapidocr, "__file__", str(tmp_path / "__init__.py"))
    with pytest.raises(EngineUnavailable, match=r"PP-OCRv6_rec_small\.onnx"):
        model_paths()
