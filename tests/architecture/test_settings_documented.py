"""Every setting is in docs/operations.md, with its default."""

from pathlib import Path

import pytest
from pydantic import BaseModel

from docai.settings import Settings

PAGE = (Path(__file__).parents[2] / "docs" / "operations.md").read_text()
KNOBS = [
    (f"DOCAI_{group}__{name}".upper(), field.default)
    for group, outer in Settings.model_fields.items()
    if isinstance(outer.annotation, type) and issubclass(outer.annotation, BaseModel)
    for name, field in outer.annotation.model_fields.items()
]


@pytest.mark.parametrize(("name", "default"), KNOBS)
def test_a_setting_is_documented_with_its_default(name: str, default: object) -> None:
    shown = "unset" if default is None else str(default).lower() if isinstance(default, bool) else str(default)
    assert f"| `{name}` | {shown} |" in PAGE
