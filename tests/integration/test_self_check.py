"""The engines' self-check, with the real engines and with broken ones."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from docai.domain.documents import MediaType
from docai.domain.words import PageWords
from docai.engines.ocr.rapidocr import RapidOcrReader
from docai.errors import EngineUnavailable
from docai.pdf.sandbox import PdfSandbox
from docai.pipeline.self_check import LINE, Check, check_engines


@pytest.fixture(scope="module")
def sandbox() -> Iterator[PdfSandbox]:
    with PdfSandbox() as opened:
        yield opened


@pytest.fixture(scope="module")
def word_reader() -> RapidOcrReader:
    return RapidOcrReader(threads=1)


def by_name(checks: list[Check]) -> dict[str, Check]:
    return {check.name: check for check in checks}


def test_engines_that_read_the_printed_line_are_ok(sandbox: PdfSandbox, word_reader: RapidOcrReader) -> None:
    checks = by_name(check_engines(sandbox, word_reader))
    assert list(checks) == ["isolation", "reader", "ocr"]
    assert checks["isolation"].detail.endswith(sandbox.isolation.detail)
    assert checks["reader"].is_ok, checks["reader"].detail
    assert checks["ocr"].is_ok, checks["ocr"].detail
    assert checks["reader"].detail.startswith(f"{sandbox.name}, read a page in ")
    assert checks["ocr"].detail.startswith(f"{word_reader.name}, read a page in ")


def test_ocr_that_reads_something_else_is_not_ok(
    sandbox: PdfSandbox, word_reader: RapidOcrReader, monkeypatch: pytest.MonkeyPatch
) -> None:
    reading = word_reader.read

    def misreading(image: bytes) -> PageWords:
        words = reading(image)
        return words.model_copy(update={"words": words.words[:-1]})

    monkeypatch.setattr(word_reader, "read", misreading)
    checks = by_name(check_engines(sandbox, word_reader))
    assert checks["reader"].is_ok
    assert not checks["ocr"].is_ok
    assert "'docai reads'" in checks["ocr"].detail
    assert LINE in checks["ocr"].detail


@pytest.mark.parametrize("error", [EngineUnavailable("no models here"), RuntimeError("no models here")])
def test_ocr_that_raises_is_not_ok_and_says_why(
    sandbox: PdfSandbox, word_reader: RapidOcrReader, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def broken(image: bytes) -> PageWords:
        raise error

    monkeypatch.setattr(word_reader, "read", broken)
    checks = by_name(check_engines(sandbox, word_reader))
    assert checks["reader"].is_ok
    assert not checks["ocr"].is_ok
    assert "no models here" in checks["ocr"].detail


def test_a_reader_that_cannot_start_is_not_ok_and_ocr_is_not_tried(word_reader: RapidOcrReader) -> None:
    with PdfSandbox(memory_mib=64) as starved:
        checks = by_name(check_engines(starved, word_reader))
    assert not checks["reader"].is_ok
    assert checks["ocr"] == Check("ocr", False, f"{word_reader.name}, not tried: the reader drew no page")


def test_a_failed_check_leaves_no_file_behind(
    sandbox: PdfSandbox, word_reader: RapidOcrReader, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))

    def broken(path: Path, media_type: MediaType, password: str | None) -> None:
        assert path.is_relative_to(tmp_path)
        raise EngineUnavailable("it does not come up")

    monkeypatch.setattr(sandbox, "open", broken)
    assert not by_name(check_engines(sandbox, word_reader))["reader"].is_ok
    assert not list(tmp_path.iterdir())
