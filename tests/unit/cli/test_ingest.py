from __future__ import annotations

from pathlib import Path

import pytest

from docai.cli.ingest import _expanded, _short
from docai.errors import InvalidRequest
from docai.pdf import draw


def test_a_folder_gives_the_documents_in_it(tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    pdf = draw.blank().pdf
    for name, content in (("b.pdf", pdf), ("deep/a.PDF", pdf), ("c.txt", b"text"), ("empty.pdf", b""), (".d.pdf", pdf)):
        (tmp_path / name).write_bytes(content)
    files, n_passed_over = _expanded([tmp_path])
    assert [path.name for path in files] == ["b.pdf", "a.PDF"]
    assert n_passed_over == 2


def test_a_file_that_is_named_is_taken_whatever_it_is(tmp_path: Path) -> None:
    path = tmp_path / "c.txt"
    path.write_bytes(b"text")
    assert _expanded([path]) == ([path], 0)


def test_a_folder_without_documents_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(InvalidRequest, match="no PDF"):
        _expanded([tmp_path])


def test_a_long_name_keeps_its_start_and_end() -> None:
    name = _short("a-very-long-name-of-a-document-from-2026.pdf")
    assert len(name) == 28
    assert name.startswith("a-very")
    assert name.endswith("2026.pdf")
