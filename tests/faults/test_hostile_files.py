"""Bombs and mutants end within their budget of time and memory, cost no process but their own, and no sane page."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from docai.domain.documents import MediaType
from docai.pdf.sandbox import PdfSandbox
from tests.faults.bombs import BOMBS
from tests.faults.mutants import mutant
from tests.faults.reading import Verdict, read
from tests.integration import hostile
from tests.integration.processes import children, eventually, rss_mib

OPEN_S, PAGE_S = 6.0, 1.5
SLACK_S = 2.0
"""For a busy machine: the limits are the sandbox's, the clock is ours."""
MAX_GROWTH_MIB = 100
N_MUTANTS = 100


@pytest.fixture(scope="module")
def sandbox() -> Iterator[PdfSandbox]:
    """One sandbox for all bombs: what one leaves behind is the next one's trouble."""
    with PdfSandbox(memory_mib=1536, open_timeout_s=OPEN_S, page_timeout_s=PAGE_S, keep_open_s=0.2) as started:
        yield started


@pytest.fixture(scope="module")
def rss_before(sandbox: PdfSandbox) -> float:
    return rss_mib()


@pytest.mark.parametrize("bomb", BOMBS, ids=lambda bomb: bomb.__name__)
def test_a_bomb_ends_in_time_and_spoils_no_other_page(
    sandbox: PdfSandbox, rss_before: float, tmp_path: Path, bomb: Callable[[], bytes]
) -> None:
    path = tmp_path / "bomb.pdf"
    path.write_bytes(bomb())
    n_zygotes = sandbox.nursery.n_started
    verdict = read(sandbox, path, max_pages=2)
    # A step whose process was killed is taken again in another one, which has to open the file first.
    assert verdict.slowest_s <= PAGE_S + OPEN_S + SLACK_S
    assert verdict.seconds <= 2 * (OPEN_S + 3 * PAGE_S) + SLACK_S
    if verdict.n_pages == 2:
        assert verdict.pages[2] in {"read", "page_timed_out"}  # the latter where the machine is busy
    assert sandbox.nursery.n_started == n_zygotes
    assert rss_mib() - rss_before < MAX_GROWTH_MIB


@pytest.mark.full
@pytest.mark.parametrize("bomb", BOMBS, ids=lambda bomb: bomb.__name__)
def test_a_bomb_ends_within_the_limits_that_are_the_default(tmp_path: Path, bomb: Callable[[], bytes]) -> None:
    path = tmp_path / "bomb.pdf"
    path.write_bytes(bomb())
    with PdfSandbox() as sandbox:
        before = rss_mib()
        verdict = read(sandbox, path, max_pages=2)
        assert verdict.slowest_s <= sandbox.page_timeout_s + sandbox.open_timeout_s + SLACK_S
        assert sandbox.nursery.n_started == 1
        assert _has_only_waiting_readers(sandbox, n_kept=1)
        assert rss_mib() - before < MAX_GROWTH_MIB


def test_after_all_bombs_no_process_is_left_and_a_sane_file_is_read(tmp_path: Path, sandbox: PdfSandbox) -> None:
    path = tmp_path / "sane.pdf"
    path.write_bytes(hostile.sane())
    with sandbox.open(path, MediaType.PDF) as document:
        assert [word.text for word in document.measure(1).words.words] == ["A", "sane", "page"]
    assert _has_only_waiting_readers(sandbox)


def test_mutants_end_in_time_and_leave_nothing_behind(tmp_path: Path) -> None:
    _read_mutants(tmp_path, N_MUTANTS, max_pages=1, page_timeout_s=6.0)


@pytest.mark.full
@pytest.mark.timeout(3600)
def test_a_thousand_mutants_end_in_time_and_leave_nothing_behind(tmp_path: Path) -> None:
    _read_mutants(tmp_path, 1000, max_pages=3, page_timeout_s=12.0)


def test_a_document_of_nothing_but_slow_pages_is_given_up(tmp_path: Path) -> None:
    path = tmp_path / "slow.pdf"
    path.write_bytes(_many_slow_pages(40))
    with PdfSandbox(page_timeout_s=0.2) as sandbox:
        verdict = read(sandbox, path, max_pages=40)
        found = Counter(verdict.pages.values())
        assert 10 < found["page_timed_out"] <= 20  # opening the file anew for each is lost time too
        assert found["page_given_up"] == 40 - found["page_timed_out"]
        assert read(sandbox, path, max_pages=1).pages == {1: "page_given_up"}  # however often it is opened


def _read_mutants(folder: Path, n: int, *, max_pages: int, page_timeout_s: float) -> None:
    with PdfSandbox(open_timeout_s=OPEN_S, page_timeout_s=page_timeout_s, keep_open_s=0) as sandbox:
        for number in range(n):
            (folder / f"{number}.pdf").write_bytes(mutant(number))
        before = rss_mib()

        def end_of(number: int) -> Verdict:
            verdict = read(sandbox, folder / f"{number}.pdf", max_pages=max_pages)
            assert verdict.slowest_s <= page_timeout_s + OPEN_S + SLACK_S, number
            return verdict

        with ThreadPoolExecutor(2) as pool:
            verdicts = list(pool.map(end_of, range(n)))
        assert len(verdicts) == n
        # Most are mended and read: a sandbox that refused everything would be safe and useless.
        assert sum("read" in verdict.pages.values() for verdict in verdicts) > n // 2, _summary(verdicts)
        assert "internal" not in _summary(verdicts)
        assert sandbox.nursery.n_started == 1
        assert _has_only_waiting_readers(sandbox)
        assert rss_mib() - before < MAX_GROWTH_MIB


def _summary(verdicts: list[Verdict]) -> Counter[str]:
    return Counter(end for verdict in verdicts for end in (verdict.fault or "opened", *verdict.pages.values()))


def _has_only_waiting_readers(sandbox: PdfSandbox, *, n_kept: int = 0) -> bool:
    process = sandbox.nursery._process
    assert process is not None
    return eventually(lambda: len(children(process.pid)) <= sandbox.nursery.n_ahead + n_kept)


def _many_slow_pages(n: int) -> bytes:
    forms = {
        100 + level: hostile.stream(
            b"/X Do " * 10,
            b"/Type/XObject/Subtype/Form/BBox[0 0 9 9]/Resources<</XObject<</X %d 0 R>>>>" % (101 + level),
        )
        for level in range(9)
    }
    forms[109] = hostile.stream(b"0 0 9 9 re f", b"/Type/XObject/Subtype/Form/BBox[0 0 9 9]")
    entries = b"/Contents 90 0 R/Resources<</XObject<</X 100 0 R>>>>"
    return hostile.pdf_of({**hostile.pages(*[entries] * n), 90: hostile.stream(b"/X Do"), **forms})
