"""What every page index must do, run against the exact reference and the real engine, in one stage and in two."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from docai.domain.embeddings import Matrix, PageEmbedding, PageGrid
from docai.domain.ids import DocumentId, new_document_id
from docai.errors import IndexMismatch, InvalidEmbedding
from docai.protocols import PageIndex
from docai.stores.qdrant.admission import MAX_PAGE_VECTORS
from tests.contracts.page_indexes import (
    DIMENSION,
    OTHER,
    TENANT,
    TOLERANCE,
    TWO_STAGED,
    WIDE,
    grid_page,
    opened,
    page,
    query,
    unit,
    unit_vectors,
)

# The stand-in for a server tells what it does without.
pytestmark = pytest.mark.filterwarnings("ignore:(Payload indexes|Local mode):UserWarning")


@pytest.fixture(params=[*WIDE, *TWO_STAGED], ids=lambda make: make.__name__)
def index(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[PageIndex]:
    with opened(request.param, tmp_path) as made:
        yield made


@pytest.fixture(params=WIDE, ids=lambda make: make.__name__)
def wide(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[PageIndex]:
    with opened(request.param, tmp_path) as made:
        yield made


@pytest.fixture(params=TWO_STAGED, ids=lambda make: make.__name__)
def two_staged(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[PageIndex]:
    with opened(request.param, tmp_path) as made:
        yield made


def test_scores_are_the_sum_of_each_query_vectors_best_product(index: PageIndex) -> None:
    wanted = unit_vectors(0, 5) * np.array([[1], [2], [0.5], [3], [1]], dtype=np.float32)
    pages = {new_document_id(): unit_vectors(seed, 20 + seed) for seed in range(1, 31)}
    for document_id, vectors in pages.items():
        index.upsert(TENANT, document_id, 1, page(vectors))
    exact = {document_id: float((wanted @ vectors.T).max(axis=1).sum()) for document_id, vectors in pages.items()}
    found = index.search(TENANT, query(wanted), document_ids=(), limit=10)
    assert [document_id for document_id, _, _ in found] == sorted(exact, key=lambda d: -exact[d])[:10]
    assert [score for _, _, score in found] == pytest.approx(sorted(exact.values(), reverse=True)[:10], abs=TOLERANCE)


def test_a_tenant_sees_no_other_tenants_pages(index: PageIndex) -> None:
    mine, theirs = new_document_id(), new_document_id()
    vectors = unit_vectors(1, 3)
    index.upsert(TENANT, mine, 1, page(unit_vectors(2, 3)))
    index.upsert(OTHER, theirs, 1, page(vectors))
    assert [d for d, _, _ in index.search(TENANT, query(vectors), document_ids=(), limit=5)] == [mine]
    assert index.search(TENANT, query(vectors), document_ids=[theirs], limit=5) == []


def test_a_tenant_cannot_delete_another_tenants_pages(index: PageIndex) -> None:
    document_id = new_document_id()
    index.upsert(TENANT, document_id, 1, page(unit_vectors(1, 3)))
    index.delete(OTHER, document_id, [1])
    assert index.count() == 1


def test_a_search_can_be_kept_within_documents(index: PageIndex) -> None:
    vectors = unit_vectors(1, 3)
    documents = [new_document_id() for _ in range(3)]
    for document_id in documents:
        index.upsert(TENANT, document_id, 7, page(vectors))
    found = index.search(TENANT, query(vectors), document_ids=documents[:2], limit=5)
    assert {(d, n) for d, n, _ in found} == {(d, 7) for d in documents[:2]}


def test_a_page_written_twice_is_there_once_as_written_last(index: PageIndex) -> None:
    document_id, vectors = new_document_id(), unit_vectors(1, 3)
    index.upsert(TENANT, document_id, 1, page(unit_vectors(2, 9)))
    index.upsert(TENANT, document_id, 1, page(vectors))
    assert index.count() == 1
    ((_, _, score),) = index.search(TENANT, query(vectors), document_ids=(), limit=5)
    assert score == pytest.approx(3.0, abs=TOLERANCE)


def test_a_deleted_page_is_gone_at_once_and_deleting_it_again_is_harmless(index: PageIndex) -> None:
    document_id, vectors = new_document_id(), unit_vectors(1, 3)
    for number in (1, 2):
        index.upsert(TENANT, document_id, number, page(vectors))
    index.delete(TENANT, document_id, [1, 99])
    index.delete(TENANT, document_id, [1])
    assert [n for _, n, _ in index.search(TENANT, query(vectors), document_ids=(), limit=5)] == [2]
    assert index.count() == 1


def test_an_index_tells_which_pages_of_a_document_it_has(wide: PageIndex) -> None:
    document_id, vectors = new_document_id(), unit_vectors(1, 3)
    assert list(wide.page_numbers(TENANT, document_id)) == []
    for number in (10, 2, 1):
        wide.upsert(TENANT, document_id, number, page(vectors))
    wide.upsert(TENANT, new_document_id(), 5, page(vectors))
    wide.upsert(OTHER, new_document_id(), 6, page(vectors))
    wide.delete(TENANT, document_id, [2])
    assert list(wide.page_numbers(TENANT, document_id)) == [1, 10]
    assert list(wide.page_numbers(OTHER, document_id)) == []


def test_an_empty_index_finds_nothing(wide: PageIndex) -> None:
    assert list(wide.search(TENANT, query(unit_vectors(1, 2)), document_ids=(), limit=5)) == []


def _with(row: Callable[[Matrix], object]) -> Matrix:
    vectors = unit_vectors(1, 4)
    row(vectors)
    return vectors


@pytest.mark.parametrize(
    "vectors",
    [
        pytest.param(_with(lambda v: v.__setitem__((1, 2), np.nan)), id="not a number"),
        pytest.param(_with(lambda v: v.__setitem__((1, 2), np.inf)), id="infinite"),
        pytest.param(_with(lambda v: v.__setitem__(1, 0)), id="zero"),
        pytest.param(unit_vectors(1, 4) * 2, id="not of unit length"),
        pytest.param(unit_vectors(1, 4, DIMENSION * 2), id="another dimension"),
        pytest.param(np.zeros((0, DIMENSION), dtype=np.float32), id="none"),
        pytest.param(np.repeat(unit_vectors(1, 1), MAX_PAGE_VECTORS + 1, axis=0), id="too many"),
    ],
)
def test_a_page_with_bad_vectors_is_refused_and_nothing_is_written(wide: PageIndex, vectors: Matrix) -> None:
    with pytest.raises(InvalidEmbedding):
        wide.upsert(TENANT, new_document_id(), 1, page(vectors))
    assert wide.count() == 0


def test_a_query_with_bad_vectors_is_refused(wide: PageIndex) -> None:
    with pytest.raises(InvalidEmbedding):
        wide.search(TENANT, query(unit_vectors(1, 2) * np.float32(np.nan)), document_ids=(), limit=5)


def test_another_encoders_vectors_are_refused(wide: PageIndex) -> None:
    vectors = unit_vectors(1, 2)
    with pytest.raises(IndexMismatch):
        wide.upsert(TENANT, new_document_id(), 1, page(vectors, "test/2"))
    with pytest.raises(IndexMismatch):
        wide.search(TENANT, query(vectors, "test/2"), document_ids=(), limit=5)


@pytest.mark.parametrize(
    "embedding",
    [
        pytest.param(page(unit_vectors(1, 4), runs=(2, 3)), id="runs of more vectors"),
        pytest.param(page(unit_vectors(1, 4), runs=(4, 0)), id="an empty run"),
        pytest.param(page(unit_vectors(1, 4), grid=PageGrid(2, 3)), id="a grid of more vectors"),
    ],
)
def test_runs_and_grids_of_other_vectors_are_refused(wide: PageIndex, embedding: PageEmbedding) -> None:
    with pytest.raises(InvalidEmbedding):
        wide.upsert(TENANT, new_document_id(), 1, embedding)
    assert wide.count() == 0


@pytest.mark.parametrize("grid", [None, PageGrid(3, 5), PageGrid(3, 5, overview_side=2)], ids=str)
def test_vectors_come_back_as_they_were_stored(wide: PageIndex, grid: PageGrid | None) -> None:
    document_id, vectors = new_document_id(), unit_vectors(1, grid.n_vectors if grid else 7)
    wide.upsert(TENANT, document_id, 3, page(vectors, runs=grid.run_lengths if grid else (), grid=grid))
    found = wide.vectors(TENANT, document_id, 3)
    assert found is not None
    assert found.grid == grid
    assert found.vectors.dtype == np.float32
    assert np.allclose(found.vectors, vectors, atol=5e-4)
    assert wide.vectors(TENANT, document_id, 4) is None
    assert wide.vectors(OTHER, document_id, 3) is None


def test_an_index_tells_every_page_it_has_once(wide: PageIndex) -> None:
    assert list(wide.places()) == []
    documents = [new_document_id() for _ in range(3)]
    stored = [(TENANT, documents[0], 1), (TENANT, documents[0], 2), (TENANT, documents[1], 1), (OTHER, documents[2], 9)]
    for tenant_id, document_id, number in stored:
        wide.upsert(tenant_id, document_id, number, page(unit_vectors(number, 4)))
        wide.upsert(tenant_id, document_id, number, page(unit_vectors(number, 5)))
    assert sorted(wide.places()) == sorted(stored)
    wide.delete(TENANT, documents[0], [1])
    assert sorted(wide.places()) == sorted(stored[1:])


def test_a_page_is_found_by_any_row_of_a_grid_that_is_not_square(index: PageIndex) -> None:
    grid = PageGrid(3, 5)
    pages = {new_document_id(): unit_vectors(seed, grid.n_vectors) for seed in range(40)}
    for document_id, vectors in pages.items():
        index.upsert(TENANT, document_id, 1, grid_page(vectors, grid))
    for document_id, vectors in list(pages.items())[::8]:
        for row in vectors.reshape(grid.rows, grid.columns, DIMENSION):
            (found, *_) = index.search(TENANT, query(row), document_ids=(), limit=3)
            assert found[0] == document_id
            assert found[2] == pytest.approx(5.0, abs=TOLERANCE)


AXES = np.eye(12, DIMENSION, dtype=np.float32)
"""As one run: their mean is near none of them."""
ALIKE = np.tile(0.6 * AXES[0] + 0.8 * AXES[1], (12, 1))
"""As one run: all are as near the first axis as their mean, and not so near as that itself."""


def _hidden(index: PageIndex) -> DocumentId:
    """A page that the mean of its run hides behind 20 others; gives its document."""
    hidden = new_document_id()
    for document_id, vectors in [(hidden, AXES), *((new_document_id(), ALIKE) for _ in range(20))]:
        index.upsert(TENANT, document_id, 1, page(vectors, runs=(12,)))
    return hidden


def test_pages_that_the_caller_names_are_scored_whatever_the_means_say(index: PageIndex) -> None:
    hidden = _hidden(index)
    found = index.search(TENANT, query(AXES[:1]), document_ids=(), limit=3, candidates=[(hidden, 1), (hidden, 2)])
    assert found[0][:2] == (hidden, 1)
    assert found[0][2] == pytest.approx(1.0, abs=TOLERANCE)
    assert found[1][2] == pytest.approx(0.6, abs=TOLERANCE)


def test_only_the_candidates_are_scored_where_there_are_many_pages(two_staged: PageIndex) -> None:
    hidden = _hidden(two_staged)
    found = two_staged.search(TENANT, query(AXES[:1]), document_ids=(), limit=3)
    assert [score for _, _, score in found] == pytest.approx([0.6] * 3, abs=TOLERANCE)
    in_small_scope = two_staged.search(TENANT, query(AXES[:1]), document_ids=[hidden], limit=3)
    assert [document_id for document_id, _, _ in in_small_scope] == [hidden]


def test_pages_out_of_scope_are_passed_over_though_the_caller_names_them(index: PageIndex) -> None:
    hidden, theirs = _hidden(index), new_document_id()
    index.upsert(OTHER, theirs, 1, page(AXES))
    mine = [document_id for _, document_id, _ in index.places() if document_id not in {hidden, theirs}]
    named = [(theirs, 1), (hidden, 1)]
    everywhere = index.search(TENANT, query(AXES[:1]), document_ids=(), limit=50, candidates=named)
    assert theirs not in {document_id for document_id, _, _ in everywhere}
    kept_within = index.search(TENANT, query(AXES[:1]), document_ids=mine, limit=50, candidates=named)
    assert {document_id for document_id, _, _ in kept_within} <= set(mine)
    assert len(kept_within) > 5
    assert index.search(TENANT, query(AXES[:1]), document_ids=[theirs], limit=5, candidates=named) == []


def test_two_stages_find_what_one_finds(two_staged: PageIndex) -> None:
    """Of pages with a subject each and rows with one each, as print has."""
    random = np.random.default_rng(7)
    grid, n_pages = PageGrid(6, 4), 60
    pages = []
    for number in range(1, n_pages + 1):
        subject, rows = random.standard_normal(DIMENSION), random.standard_normal((grid.rows, 1, DIMENSION))
        drawn = 0.5 * subject + 0.7 * rows + random.standard_normal((grid.rows, grid.columns, DIMENSION))
        pages.append(unit(drawn.reshape(-1, DIMENSION)))
        two_staged.upsert(TENANT, new_document_id(), number, grid_page(pages[-1], grid))
    n_right = 0
    for target in range(0, n_pages, 4):
        wanted = unit(pages[target][:8] + 0.1 * random.standard_normal((8, DIMENSION)))
        exact = [float((wanted @ vectors.T).max(axis=1).sum()) for vectors in pages]
        ((_, number, score),) = two_staged.search(TENANT, query(wanted), document_ids=(), limit=1)
        n_right += number == 1 + int(np.argmax(exact))
        assert score == pytest.approx(exact[number - 1], abs=2 * TOLERANCE)
    assert n_right == 15


def test_no_search_that_begins_after_a_deletion_finds_what_was_deleted(index: PageIndex) -> None:
    documents = [new_document_id() for _ in range(30)]
    for seed, document_id in enumerate(documents):
        index.upsert(TENANT, document_id, 1, page(unit_vectors(seed, 6)))
    deleted: set[DocumentId] = set()
    ghosts: list[DocumentId] = []
    faults: list[BaseException] = []

    def look() -> None:
        try:
            while len(deleted) < len(documents):
                gone = set(deleted)
                found = index.search(TENANT, query(unit_vectors(99, 4)), document_ids=(), limit=50)
                ghosts.extend(gone & {document_id for document_id, _, _ in found})
        except BaseException as fault:  # noqa: BLE001 - handed to the test's thread
            faults.append(fault)

    watchers = [threading.Thread(target=look) for _ in range(2)]
    for watcher in watchers:
        watcher.start()
    for document_id in documents:
        index.delete(TENANT, document_id, [1])
        assert index.search(TENANT, query(unit_vectors(99, 4)), document_ids=[document_id], limit=5) == []
        deleted.add(document_id)
    for watcher in watchers:
        watcher.join()
    assert (ghosts, faults) == ([], [])


def test_many_threads_may_write_delete_and_search_at_once(index: PageIndex) -> None:
    document_id, wanted = new_document_id(), query(unit_vectors(0, 4))
    faults: list[BaseException] = []

    def work(start: int) -> None:
        try:
            for number in range(start, start + 25):
                index.upsert(TENANT, document_id, number, page(unit_vectors(number, 30)))
                index.search(TENANT, wanted, document_ids=(), limit=5)
                if number % 5 == 0:
                    index.delete(TENANT, document_id, [number])
        except BaseException as fault:  # noqa: BLE001 - handed to the test's thread
            faults.append(fault)

    threads = [threading.Thread(target=work, args=(start,)) for start in (1, 101, 201, 301)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []
    assert index.count() == 4 * 20
