"""A page's points: the means of its rows, its tiles, and everything that is read back from their payload."""

from uuid import UUID

import numpy as np
import pytest

from docai.domain.embeddings import PageGrid
from docai.domain.ids import DocumentId
from docai.stores.qdrant.points import MAX_POINT_NUMBERS, grid_of, ids_of, place_of, points_of
from tests.contracts.page_indexes import DIMENSION, TENANT, grid_page, page, unit, unit_vectors

DOCUMENT = DocumentId(UUID(int=9))


def test_a_row_of_patches_has_the_mean_of_its_own_columns() -> None:
    grid = PageGrid(3, 5)
    vectors = unit_vectors(1, 15)
    (point,) = points_of(TENANT, DOCUMENT, 1, grid_page(vectors, grid), vectors)
    rows = [unit(vectors[5 * row : 5 * row + 5].mean(axis=0)) for row in range(3)]
    assert np.allclose(point.vectors["runs"], rows, atol=1e-6)
    columns_as_rows = unit(vectors.reshape(5, 3, DIMENSION).mean(axis=1))
    assert not np.allclose(point.vectors["runs"], columns_as_rows[:3], atol=0.1)
    assert np.array_equal(point.vectors["patches"], vectors)


def test_a_page_seen_whole_has_the_means_of_those_rows_behind_the_others() -> None:
    grid = PageGrid(2, 3, overview_side=2)
    vectors = unit_vectors(1, 10)
    (point,) = points_of(TENANT, DOCUMENT, 1, grid_page(vectors, grid), vectors)
    assert [len(named) for named in (point.vectors["patches"], point.vectors["runs"])] == [10, 4]
    assert np.allclose(point.vectors["runs"][3], unit(vectors[8:10].mean(axis=0)), atol=1e-6)


@pytest.mark.parametrize("grid", [None, PageGrid(5, 3), PageGrid(2, 3, overview_side=3)], ids=str)
def test_a_points_payload_tells_its_page_and_how_its_vectors_lie(grid: PageGrid | None) -> None:
    vectors = unit_vectors(1, 15)
    (point,) = points_of(TENANT, DOCUMENT, 7, page(vectors, grid=grid), vectors)
    assert place_of(point.payload) == (TENANT, DOCUMENT, 7)
    assert grid_of(point.payload) == grid
    assert ids_of(point.payload) == [point.id]


def test_a_large_page_has_every_vector_in_some_tile_and_the_means_in_the_first() -> None:
    vectors = unit_vectors(1, 5000, 512)
    points = points_of(TENANT, DOCUMENT, 1, page(vectors), vectors)
    assert np.array_equal(np.concatenate([point.vectors["patches"] for point in points]), vectors)
    assert [point.payload["tile"] for point in points] == [0, 1, 2]
    assert ids_of(points[2].payload) == [point.id for point in points]
    assert ["runs" in point.vectors for point in points] == [True, False, False]
    assert all(named.size <= MAX_POINT_NUMBERS for point in points for named in point.vectors.values())
    # Too many runs for a point are joined in twos and again in twos.
    assert np.allclose(points[0].vectors["runs"][1], unit(vectors[4:8].mean(axis=0)), atol=1e-6)
