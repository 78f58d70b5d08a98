"""The tree in docs/architecture.md is the tree on disk, line for line; DOCAI_REWRITE_MAP=1 writes it anew."""

import ast
import os
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "architecture.md"
BEGIN, END = "<!-- tree -->\n```\n", "```\n<!-- /tree -->"


def lines(folder: Path, depth: int = 0) -> list[str]:
    found = []
    modules = [p for p in folder.glob("*.py") if p.name != "__init__.py"]
    packages = [p for p in folder.iterdir() if (p / "__init__.py").exists()]
    for path in sorted(modules) + sorted(packages):
        source = path if path.is_file() else path / "__init__.py"
        purpose = (ast.get_docstring(ast.parse(source.read_text())) or "").splitlines()[0]
        name = "  " * (depth + 1) + path.name + ("/" if path.is_dir() else "")
        found.append(f"{name:<34} {purpose}")
        if path.is_dir():
            found += lines(path, depth + 1)
    return found


def test_the_map_is_the_territory() -> None:
    text = PAGE.read_text()
    before, rest = text.split(BEGIN)
    drawn, after = rest.split(END)
    true = "\n".join(["docai/", *lines(ROOT / "docai")]) + "\n"
    if "DOCAI_REWRITE_MAP" in os.environ:
        PAGE.write_text(before + BEGIN + true + END + after)
        return
    assert drawn == true
