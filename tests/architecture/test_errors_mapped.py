"""Every error has a stable code of its own, an HTTP status and a place in the tree that errors.py draws."""

from collections.abc import Iterator

import pytest

from docai import errors
from docai.api.errors import status_for


def tree(kind: type[errors.DocaiError]) -> Iterator[type[errors.DocaiError]]:
    yield kind
    for child in kind.__subclasses__():
        yield from tree(child)


ALL = list(tree(errors.DocaiError))


@pytest.mark.parametrize("kind", ALL)
def test_an_error_is_mapped_and_drawn(kind: type[errors.DocaiError]) -> None:
    assert 400 <= status_for(kind) <= 599
    assert kind.__name__ in (errors.__doc__ or "")


def test_codes_are_unique() -> None:
    codes = [kind.code for kind in ALL]
    assert len(codes) == len(set(codes))


@pytest.mark.parametrize("kind", [kind for kind in ALL if kind.retryable])
def test_what_may_be_retried_is_not_the_callers_fault(kind: type[errors.DocaiError]) -> None:
    assert status_for(kind) in {409, 429, 503, 507}
