"""What was appended is read, whatever a kill cut off behind it."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from pydantic import BaseModel

from docai.errors import DatasetDamaged
from docai.evaluation.running.kept_lines import KeptLines


class Entry(BaseModel):
    n: int
    text: str = ""


def kept(path: Path) -> KeptLines[Entry]:
    return KeptLines(path / "lines.jsonl", Entry)


def test_nothing_is_kept_before_the_first(tmp_path: Path) -> None:
    kept(tmp_path).mend()
    assert list(kept(tmp_path).read()) == []


def test_a_cut_off_line_is_none_and_mended(tmp_path: Path) -> None:
    lines = kept(tmp_path)
    lines.append(Entry(n=1, text="a\u2028b"))
    with (tmp_path / "lines.jsonl").open("ab") as file:
        file.write(b'{"n": 2, "te' + b"x" * 200_000)
    assert list(lines.read()) == [Entry(n=1, text="a\u2028b")]
    lines.mend()
    lines.append(Entry(n=3))
    assert [entry.n for entry in lines.read()] == [1, 3]


def test_a_file_with_nothing_but_a_cut_off_line_is_emptied(tmp_path: Path) -> None:
    (tmp_path / "lines.jsonl").write_bytes(b'{"n": 1')
    kept(tmp_path).mend()
    assert (tmp_path / "lines.jsonl").read_bytes() == b""


def test_a_damaged_line_is_named(tmp_path: Path) -> None:
    (tmp_path / "lines.jsonl").write_bytes(b'{"n": 1}\n{"n": "one"}\n')
    with pytest.raises(DatasetDamaged, match="line 2"):
        list(kept(tmp_path).read())


def test_threads_do_not_mix_their_lines(tmp_path: Path) -> None:
    lines = kept(tmp_path)
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda n: lines.append(Entry(n=n, text="x" * 20_000)), range(100)))
    assert sorted(entry.n for entry in lines.read()) == list(range(100))
