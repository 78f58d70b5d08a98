"""`docai demo` as a new user runs it: another process, an empty folder."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from PIL import Image

from docai.cli.demo import ASKED, UNANSWERABLE
from docai.pdf import draw


def test_the_demo_answers_rightly_and_shows_where(tmp_path: Path) -> None:
    (tmp_path / "mine.pdf").write_bytes(draw.plain(2).pdf)
    program = Path(sys.executable).with_name("docai")
    done = subprocess.run(
        [program, "demo", "mine.pdf"],
        cwd=tmp_path,
        env={**os.environ, "COLUMNS": "80"},
        capture_output=True,
        text=True,
        check=False,
        timeout=280,
    )
    said = done.stdout
    assert done.returncode == 0, said + done.stderr
    assert f"{len(ASKED) + 1} of {len(ASKED) + 1} questions answered rightly" in " ".join(said.split())
    assert f"{len(ASKED)} of {len(ASKED)} boxes stand where the answer was drawn" in " ".join(said.split())
    after = said.split(UNANSWERABLE)[1]
    assert after.split()[:2] == ["no", "answer"]
    assert "mine.pdf  2 pages  ready" in said
    assert "DOCAI_HOME=demo-output/home" in said
    assert "http://127.0.0.1:8000/docs" in said
    assert "\x1b" not in said
    pictures = sorted((tmp_path / "demo-output" / "answers").glob("*.png"))
    assert len(pictures) == len(ASKED) + 1
    assert pictures[-1].name == "heat-map.png"
    for picture in pictures:
        with Image.open(picture) as image:
            assert image.width > 1000
    assert (tmp_path / "demo-output" / "home" / "api-key").exists()
