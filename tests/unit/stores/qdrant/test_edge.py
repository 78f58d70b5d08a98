"""What only an index in files does: it outlives its process, is open once, and is put in order by hand."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from uuid import UUID, uuid4

import numpy as np
import pytest

from docai.domain.embeddings import PageGrid
from docai.domain.ids import DocumentId, TenantId, new_document_id
from docai.errors import HomeInUse, IndexMismatch, StoreUnavailable
from docai.late_interaction import DEFAULT_POLICY, CandidatePolicy
from docai.stores.qdrant import edge as edge_module
from docai.stores.qdrant.edge import EdgeIndex, EdgeShelf
from docai.stores.qdrant.memory import MemoryIndex
from tests.contracts.page_indexes import (
    DIMENSION,
    ENCODER,
    NARROW,
    OTHER,
    TENANT,
    grid_page,
    page,
    query,
    unit,
    unit_vectors,
)


def open_edge(
    folder: Path, encoder: str = ENCODER, dimension: int = DIMENSION, policy: CandidatePolicy = DEFAULT_POLICY
) -> EdgeIndex:
    return EdgeIndex(folder, dimension=dimension, encoder=encoder, policy=policy)


def test_an_index_opened_again_has_what_was_written(tmp_path: Path) -> None:
    document_id, vectors = new_document_id(), unit_vectors(1, 3)
    first = open_edge(tmp_path)
    first.upsert(TENANT, document_id, 1, page(vectors))
    first.upsert(TENANT, document_id, 2, page(vectors))
    first.delete(TENANT, document_id, [2])
    first.close()
    again = open_edge(tmp_path)
    assert [(d, n) for d, n, _ in again.search(TENANT, query(vectors), document_ids=(), limit=5)] == [(document_id, 1)]
    again.close()


def test_an_index_whose_process_was_killed_has_what_was_written(tmp_path: Path) -> None:
    program = (
        "import sys, time, pathlib; sys.path.insert(0, sys.argv[2]);"
        "from tests.unit.stores.qdrant.test_edge import *;"
        "index = open_edge(pathlib.Path(sys.argv[1]));"
        "[index.upsert(TENANT, DocumentId(UUID(int=9)), n, page(unit_vectors(n, 3))) for n in range(1, 21)];"
        "print('written', flush=True); time.sleep(60)"
    )
    arguments = [sys.executable, "-c", program, str(tmp_path / "index"), str(Path(__file__).parents[4])]
    with subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == "written\n"
        with pytest.raises(HomeInUse):
            open_edge(tmp_path / "index")
        os.kill(child.pid, signal.SIGKILL)
    again = open_edge(tmp_path / "index")
    assert again.count() == 20
    ((_, number, _), *_) = again.search(TENANT, query(unit_vectors(7, 3)), document_ids=(), limit=5)
    assert number == 7
    again.close()


def test_a_crash_while_the_index_was_made_leaves_nothing_in_the_way(tmp_path: Path) -> None:
    (tmp_path / "shard" / "segments").mkdir(parents=True)
    made = open_edge(tmp_path)
    assert made.count() == 0
    made.close()


@pytest.mark.parametrize(("encoder", "dimension"), [("test/2", DIMENSION), (ENCODER, 32)])
def test_an_index_of_another_encoder_is_refused(tmp_path: Path, encoder: str, dimension: int) -> None:
    open_edge(tmp_path).close()
    with pytest.raises(IndexMismatch, match="build it anew"):
        open_edge(tmp_path, encoder, dimension)


def test_an_index_of_another_layout_is_refused(tmp_path: Path) -> None:
    open_edge(tmp_path).close()
    manifest = tmp_path / "index.json"
    manifest.write_text(json.dumps({**json.loads(manifest.read_text()), "layout": 1}))
    with pytest.raises(IndexMismatch, match="another version of docai; build it anew"):
        open_edge(tmp_path)


def test_an_index_is_open_once_and_dropping_it_closes_it(tmp_path: Path) -> None:
    shelf = EdgeShelf(tmp_path)
    index = shelf.open(ENCODER, DIMENSION)
    with pytest.raises(HomeInUse):
        EdgeShelf(tmp_path).open(ENCODER, DIMENSION)
    index.upsert(TENANT, new_document_id(), 1, page(unit_vectors(1, 3)))
    shelf.drop(ENCODER)
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(StoreUnavailable):
        index.count()
    index.close()


def test_a_closed_index_says_so_and_can_be_closed_again(tmp_path: Path) -> None:
    closed = open_edge(tmp_path)
    closed.close()
    closed.close()
    with pytest.raises(StoreUnavailable):
        closed.count()


@pytest.mark.parametrize("policy", [DEFAULT_POLICY, CandidatePolicy(full_scan_pages=0)], ids=["one stage", "two"])
def test_a_page_larger_than_a_point_is_scored_as_one_page(tmp_path: Path, policy: CandidatePolicy) -> None:
    dimension = 512  # 2047 vectors a point
    index = open_edge(tmp_path, dimension=dimension, policy=policy)
    large, small = new_document_id(), new_document_id()
    vectors = unit_vectors(1, 5000, dimension)
    index.upsert(TENANT, large, 1, page(vectors))
    index.upsert(TENANT, small, 1, page(vectors[:2]))
    wanted = vectors[[0, 2500, 4999]]
    found = index.search(TENANT, query(wanted), document_ids=(), limit=5)
    assert [d for d, _, _ in found] == [large, small]
    assert found[0][2] == pytest.approx(3.0, abs=1e-3)
    assert index.search(OTHER, query(wanted), document_ids=(), limit=5) == []
    assert index.count() == 2
    assert list(index.page_numbers(TENANT, large)) == [1]
    assert sorted(index.places()) == sorted([(TENANT, large, 1), (TENANT, small, 1)])
    stored = index.vectors(TENANT, large, 1)
    assert stored is not None
    assert np.allclose(stored.vectors, vectors, atol=5e-4)
    index.upsert(TENANT, large, 1, page(vectors[:3]))
    assert index.search(TENANT, query(wanted), document_ids=[large], limit=5)[0][2] < 2.0
    index.upsert(TENANT, large, 1, page(vectors))
    index.delete(TENANT, large, [1])
    assert index.count() == 1
    index.close()


def test_merging_segments_changes_no_answer(tmp_path: Path) -> None:
    index = open_edge(tmp_path)
    documents = [DocumentId(uuid4()) for _ in range(50)]
    for seed, document_id in enumerate(documents):
        index.upsert(TENANT, document_id, 1, page(unit_vectors(seed, 10)))
    for document_id in documents[::2]:
        index.delete(TENANT, document_id, [1])
    wanted = query(unit_vectors(99, 4))
    before = index.search(TENANT, wanted, document_ids=(), limit=50)
    index.optimise()
    after = index.search(TENANT, wanted, document_ids=(), limit=50)
    assert [place[:2] for place in after] == [place[:2] for place in before]
    assert [s for _, _, s in after] == pytest.approx([s for _, _, s in before], abs=1e-5)
    assert index.count() == 25
    index.close()


def test_a_large_page_that_is_no_candidate_is_not_fetched_and_one_that_the_caller_names_is(tmp_path: Path) -> None:
    dimension = 512
    index = open_edge(tmp_path, dimension=dimension, policy=CandidatePolicy(full_scan_pages=0, candidates=1))
    large, small = new_document_id(), new_document_id()
    vectors = unit_vectors(1, 2500, dimension)
    index.upsert(TENANT, large, 1, page(vectors, runs=(2500,)))
    index.upsert(TENANT, small, 1, page(unit(vectors[:1] + 0.5 * vectors[1:2]), runs=(1,)))
    wanted = query(vectors[:1])
    assert [d for d, _, _ in index.search(TENANT, wanted, document_ids=(), limit=1)] == [small]
    found = index.search(TENANT, wanted, document_ids=(), limit=1, candidates=[(large, 1)])
    assert [d for d, _, _ in found] == [large]
    index.close()


def test_the_default_candidates_hold_what_scoring_every_page_finds(tmp_path: Path) -> None:
    """Of pages with a subject each and rows with one each, as print has; searched by parts of rows, blurred."""
    random, grid, dimension, n_pages = np.random.default_rng(5), PageGrid(6, 5), 32, 1500
    index = open_edge(tmp_path, dimension=dimension, policy=CandidatePolicy(full_scan_pages=0))
    exact = MemoryIndex(dimension=dimension, encoder=ENCODER)
    document_id, pages = new_document_id(), []
    for number in range(1, n_pages + 1):
        rows = random.standard_normal((grid.rows, 1, dimension))
        drawn = 0.5 * random.standard_normal(dimension) + 0.7 * rows
        drawn = drawn + random.standard_normal((grid.rows, grid.columns, dimension))
        pages.append(unit(drawn.reshape(-1, dimension)))
        for each in (index, exact):
            each.upsert(TENANT, document_id, number, grid_page(pages[-1], grid))
    shares = []
    for target in random.integers(n_pages, size=20):
        patches = pages[target][random.integers(grid.n_vectors, size=8)]
        wanted = query(unit(patches + 0.15 * random.standard_normal(patches.shape)))
        best, found = (
            [n for _, n, _ in each.search(TENANT, wanted, document_ids=(), limit=10)] for each in (exact, index)
        )
        shares.append(len(set(best) & set(found)) / 10)
    assert np.mean(shares) >= 0.99
    index.close()


def test_ten_thousand_searches_find_nothing_of_another_tenant(tmp_path: Path) -> None:
    random, index = np.random.default_rng(11), open_edge(tmp_path, policy=NARROW)
    owners: dict[DocumentId, TenantId] = {}
    tenants = [TenantId(UUID(int=number)) for number in range(1, 5)]
    for number in range(120):
        owners[new_document_id()] = tenants[number % 4]
    for document_id, tenant_id in owners.items():
        index.upsert(tenant_id, document_id, 1, page(unit(random.standard_normal((3, DIMENSION)))))
    documents, n_found = list(owners), 0
    for _ in range(10_000):
        tenant_id = tenants[random.integers(4)]
        named = [documents[i] for i in random.integers(len(documents), size=random.integers(0, 30))]
        candidates = [(documents[i], 1) for i in random.integers(len(documents), size=4)]
        wanted = query(random.standard_normal((1, DIMENSION)).astype(np.float32))
        found = index.search(tenant_id, wanted, document_ids=named, limit=12, candidates=candidates)
        assert all(owners[d] == tenant_id and (not named or d in named) for d, _, _ in found)
        n_found += len(found)
    assert n_found > 30_000
    index.close()


def test_the_log_is_given_back_before_it_outgrows_what_it_tells_of(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(edge_module, "BYTES_PER_FLUSH", 2_000_000)
    index = open_edge(tmp_path, dimension=128)
    for number in range(400):  # 100 MB in the log's float32
        index.upsert(TENANT, new_document_id(), number + 1, page(unit_vectors(number, 500, 128)))
    assert len([file for file in (tmp_path / "shard" / "wal").iterdir() if file.name.startswith("closed")]) <= 2
    assert index.count() == 400
    index.close()
