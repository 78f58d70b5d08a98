"""What every shelf of page indexes must do: one index for each encoder, none in another's way."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from docai.domain.ids import new_document_id
from docai.errors import IndexMismatch
from docai.protocols import IndexShelf
from tests.contracts.page_indexes import DIMENSION, ENCODER, TENANT, WIDE, page, query, unit_vectors

pytestmark = pytest.mark.filterwarnings("ignore:(Payload indexes|Local mode):UserWarning")
NEWER = "test/2 of a longer name, with (settings): 768 tokens"


@pytest.fixture(params=WIDE, ids=lambda make: make.__name__)
def shelf(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[IndexShelf]:
    with request.param(tmp_path) as made:
        yield made


def test_each_encoder_has_an_index_of_its_own(shelf: IndexShelf) -> None:
    document_id = new_document_id()
    old, new = shelf.open(ENCODER, DIMENSION), shelf.open(NEWER, 2 * DIMENSION)
    old.upsert(TENANT, document_id, 1, page(unit_vectors(1, 3)))
    new.upsert(TENANT, document_id, 2, page(unit_vectors(2, 3, 2 * DIMENSION), NEWER))
    assert [n for _, n, _ in old.search(TENANT, query(unit_vectors(1, 3)), document_ids=(), limit=5)] == [1]
    wanted = query(unit_vectors(2, 3, 2 * DIMENSION), NEWER)
    assert [n for _, n, _ in new.search(TENANT, wanted, document_ids=(), limit=5)] == [2]
    old.close()
    assert list(new.page_numbers(TENANT, document_id)) == [2]
    new.close()


def test_a_dropped_index_is_empty_when_it_is_made_again_and_the_others_are_as_they_were(shelf: IndexShelf) -> None:
    old, new = shelf.open(ENCODER, DIMENSION), shelf.open(NEWER, DIMENSION)
    old.upsert(TENANT, new_document_id(), 1, page(unit_vectors(1, 3)))
    new.upsert(TENANT, new_document_id(), 1, page(unit_vectors(1, 3), NEWER))
    old.close()
    shelf.drop(ENCODER)
    shelf.drop(ENCODER)
    assert new.count() == 1
    again = shelf.open(ENCODER, DIMENSION)
    assert again.count() == 0
    again.upsert(TENANT, new_document_id(), 1, page(unit_vectors(1, 3)))
    assert again.count() == 1
    again.close()
    new.close()


def test_an_index_of_vectors_of_another_length_is_refused(shelf: IndexShelf) -> None:
    shelf.open(ENCODER, DIMENSION).close()
    with pytest.raises(IndexMismatch, match="build it anew"):
        shelf.open(ENCODER, 2 * DIMENSION)


def test_any_index_can_be_named_as_the_one_in_use(shelf: IndexShelf) -> None:
    indexes = [shelf.open(encoder, DIMENSION) for encoder in (ENCODER, NEWER)]
    for encoder in (ENCODER, NEWER, NEWER, ENCODER):
        shelf.point_to(encoder)
    assert [index.count() for index in indexes] == [0, 0]
    for index in indexes:
        index.close()
