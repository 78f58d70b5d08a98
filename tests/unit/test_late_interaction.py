"""MaxSim of many pages at once is that of each, in float32; means of runs stay within their runs."""

import subprocess
import sys

import numpy as np
import pytest

from docai.domain.embeddings import Matrix
from docai.late_interaction import max_sim, max_sim_all, run_means, widened


def drawn(seed: int, n: int, dimension: int = 128) -> Matrix:
    vectors = np.random.default_rng(seed).standard_normal((n, dimension)).astype(np.float32)
    unit: Matrix = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    return unit


@pytest.mark.parametrize("dtype", [np.float32, np.float16])
@pytest.mark.parametrize("n_query", [1, 7, 24, 300])
@pytest.mark.parametrize("dimension", [16, 128, 320])
def test_scores_of_many_pages_are_those_of_each(n_query: int, dimension: int, dtype: type) -> None:
    sizes = [1, 2, 80, 81, 82, 163, 736, 5, *range(10, 60)]  # enough for several threads
    pages = [drawn(seed, n, dimension).astype(dtype) for seed, n in enumerate(sizes)]
    query = 3 * drawn(99, n_query, dimension)
    exact = [(query.astype(np.float64) @ page.astype(np.float64).T).max(axis=1).sum() for page in pages]
    found = max_sim_all(query, pages)
    assert found.dtype == np.float32
    assert found == pytest.approx(exact, rel=1e-5, abs=1e-5)
    assert [max_sim(query, page) for page in pages] == pytest.approx(exact, rel=1e-5, abs=1e-5)


def test_of_no_pages_there_are_no_scores() -> None:
    assert max_sim_all(drawn(1, 3), []).tolist() == []


def test_a_page_that_is_like_nothing_scores_below_zero() -> None:
    page = drawn(1, 1)
    assert max_sim_all(-page, [page, page.astype(np.float16)]) == pytest.approx([-1, -1], abs=1e-3)


def test_every_finite_half_is_the_same_number_when_widened() -> None:
    halves = np.arange(2**16, dtype=np.uint16).view(np.float16)
    halves = halves[np.isfinite(halves)].reshape(-1, 64)
    wide = widened(halves, np.empty(halves.shape, dtype=np.int32))
    assert np.array_equal(wide.view(np.uint32), halves.astype(np.float32).view(np.uint32))


FORKING = """
import os, threading
import numpy as np
from docai.late_interaction import max_sim_all
rng = np.random.default_rng(0)
pages = [rng.standard_normal((50, 32), dtype=np.float32) for _ in range(64)]
query = rng.standard_normal((8, 32), dtype=np.float32)
before = max_sim_all(query, pages)
assert threading.active_count() == 1
child = os.fork()
if not child:
    os._exit(0 if np.array_equal(max_sim_all(query, pages), before) else 1)
raise SystemExit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""


def test_many_pages_are_scored_in_a_forked_process_too() -> None:
    # In a process of its own: this one has other tests' threads.
    done = subprocess.run([sys.executable, "-c", FORKING], capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_a_run_has_the_mean_of_its_own_vectors() -> None:
    vectors = drawn(1, 10, 16)
    means = run_means(vectors, (3, 1, 6))
    for mean, run in zip(means, (vectors[:3], vectors[3:4], vectors[4:]), strict=True):
        assert mean == pytest.approx(run.mean(axis=0) / np.linalg.norm(run.mean(axis=0)), abs=1e-6)
    assert np.linalg.norm(means, axis=1) == pytest.approx(1, abs=1e-6)


def test_without_runs_each_vector_is_one() -> None:
    vectors = drawn(1, 4, 16)
    assert np.array_equal(run_means(vectors, ()), vectors)


def test_a_run_that_cancels_out_is_its_first_vector() -> None:
    vector = drawn(1, 1, 16)
    assert np.array_equal(run_means(np.concatenate([vector, -vector]), (2,)), vector)


@pytest.mark.parametrize("lengths", [(3, 3), (4, 0), (5, -1), (3,)])
def test_runs_of_other_vectors_are_refused(lengths: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="of a page of 4"):
        run_means(drawn(1, 4, 16), lengths)
