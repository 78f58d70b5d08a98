"""`docai jobs`, `cancel` and `retry` as a user gives them."""

from __future__ import annotations

import json
import sys
from contextlib import redirect_stderr, redirect_stdout
from io import StringIO
from pathlib import Path
from unittest.mock import patch

import pymupdf
import pytest

from docai.cli.main import main
from docai.pdf import draw


def run(*arguments: object) -> tuple[int, str, str]:
    """Exit code, standard output and standard error."""
    out, err = StringIO(), StringIO()
    argv = ["docai", *map(str, arguments)]
    with (
        patch.object(sys, "argv", argv),
        redirect_stdout(out),
        redirect_stderr(err),
        pytest.raises(SystemExit) as ended,
    ):
        main()
    return int(ended.value.code or 0), out.getvalue(), err.getvalue()


def test_what_failed_is_listed_and_read_again(
    short_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DOCAI_HOME", str(short_folder / "home"))
    locked = tmp_path / "locked.pdf"
    plain = pymupdf.open(stream=draw.plain(1, 12.0).pdf)
    plain.save(locked, encryption=pymupdf.PDF_ENCRYPT_AES_256, user_pw="sesame", owner_pw="sesame")
    code, out, _ = run("ingest", locked, "--json")
    assert code == 1
    job = json.loads(out)["data"][0]["submission"]["job"]
    listed = json.loads(run("jobs", "--state", "failed", "--json")[1])["data"]
    assert [entry["id"] for entry in listed] == [job["id"]]
    code, _, err = run("cancel", job["document_id"])
    assert code == 1
    assert "ended" in err
    code, out, _ = run("retry", job["document_id"][:8], "--password", "sesame", "--json")
    assert code == 0
    again = json.loads(out)
    assert again["job"]["id"] != job["id"]
    assert (again["job"]["state"], again["document"]["status"]) == ("succeeded", "ready")
