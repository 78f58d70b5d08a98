"""No file over 400 lines, no function over 60, no name that tells nothing, a docstring on every module."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
# A migration is one list of statements, written once.
FILES = sorted(path for path in (ROOT / "docai").rglob("*.py") if "versions" not in path.parts)
BANNED = {"utils", "helpers", "common", "misc", "base", "core", "tools", "manager", "types", "constants"}


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_file_is_small_named_and_described(path: Path) -> None:
    source = path.read_text()
    tree = ast.parse(source)
    assert path.stem not in BANNED
    assert source.count("\n") <= 400
    assert ast.get_docstring(tree), "no module docstring"
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            assert node.end_lineno is not None
            assert node.end_lineno - node.lineno < 60, f"{node.name} is too long"
