"""How a page that was saved is held against the same page read again."""

from __future__ import annotations

from typing import Any

import pytest

from docai.domain.attempts import Attempt, Outcome, PromptRef, Rung
from docai.domain.documents import Fault, Page, PageState
from docai.domain.ids import sha256_of
from docai.domain.manifests import Manifest
from docai.domain.revisions import ChangeKind
from docai.replaying.manifest_differences import ManifestDifference, manifest_differences
from docai.replaying.replaying import compared
from tests.unit.pipeline.scripted_model import LINES, drawn, laid_out

IMAGE = drawn()
MANIFEST = Manifest(
    document_sha256=sha256_of(b"original"),
    page_number=1,
    image_sha256=sha256_of(IMAGE),
    words_sha256=sha256_of(b"words"),
    renderer="reader 1",
    word_reader="witness 1",
    layout_engine="layout 1",
    libraries={"pymupdf": "1", "rapidocr": "3"},
    prompts=(PromptRef(name="text", version=1, sha256="a" * 64),),
    docai="0.1.0",
    python="3.11.7",
    platform="Linux x86_64",
)


def page(*lines: str, state: PageState = PageState.PARSED, **changes: Any) -> Page:
    """A page with a manifest; `changes` are its parse's."""
    found = laid_out(IMAGE, lines or LINES)
    assert found.parse is not None
    parse = found.parse.model_copy(update={"manifest": MANIFEST, **changes})
    return found.model_copy(update={"state": state, "parse": parse})


def gone(state: PageState) -> Page:
    """A page that says nothing."""
    fault = Fault(code="page_timed_out", message="It took too long.") if state is PageState.FAILED else None
    return page().model_copy(update={"state": state, "parse": None, "words": None, "fault": fault})


def test_equal_manifests_differ_in_nothing() -> None:
    assert manifest_differences(MANIFEST, MANIFEST.model_copy()) == ()


def test_entries_that_differ_are_named_those_of_maps_one_by_one() -> None:
    newer = MANIFEST.model_copy(
        update={
            "libraries": {"pymupdf": "2", "torch": "9"},
            "prompts": (PromptRef(name="text", version=2, sha256="b" * 64),),
            "model": "m",
        }
    )
    assert manifest_differences(MANIFEST, newer) == (
        ManifestDifference("model", None, "m"),
        ManifestDifference("prompts.text", f"version 1, {'a' * 64}", f"version 2, {'b' * 64}"),
        ManifestDifference("libraries.pymupdf", "1", "2"),
        ManifestDifference("libraries.rapidocr", "3", None),
        ManifestDifference("libraries.torch", None, "9"),
    )


def test_the_same_reading_is_the_same_whatever_time_it_took() -> None:
    attempts = [(Attempt(rung=Rung.MODEL, outcome=Outcome.READ, seconds=s),) for s in (1.0, 2.0)]
    replay = compared(page(attempts=attempts[0]), page(attempts=attempts[1]))
    assert (replay.is_same, replay.is_exact, replay.manifest, replay.changes) == (True, True, (), ())


def test_a_value_that_comes_out_otherwise_is_told() -> None:
    replay = compared(page(), page("Annual report", "Sales rose by 13 percent.", *LINES[2:]))
    assert not replay.is_same
    assert [(c.kind, c.before, c.after) for c in replay.changes] == [
        (ChangeKind.CHANGED, "Sales rose by 12 percent.", "Sales rose by 13 percent.")
    ]


def test_what_is_no_value_makes_a_page_inexact_and_no_other_page() -> None:
    saved = page()
    assert saved.parse is not None
    louder = tuple(block.model_copy(update={"reader_confidence": 0.5}) for block in saved.parse.blocks)
    replay = compared(saved, page(blocks=louder))
    assert (replay.is_same, replay.is_exact) == (True, False)


@pytest.mark.parametrize(
    ("before", "after", "is_same"),
    [
        (PageState.BLANK, PageState.BLANK, True),
        (PageState.FAILED, PageState.FAILED, True),
        (PageState.FAILED, PageState.BLANK, False),
    ],
)
def test_pages_that_say_nothing_are_the_same_if_they_do_so_for_the_same_reason(
    before: PageState, after: PageState, is_same: bool
) -> None:
    replay = compared(gone(before), gone(after))
    assert (replay.is_same, replay.changes) == (is_same, ())


def test_a_page_that_can_no_longer_be_read_has_lost_its_values() -> None:
    replay = compared(page(), gone(PageState.FAILED))
    assert not replay.is_same
    assert [change.kind for change in replay.changes] == [ChangeKind.REMOVED] * len(LINES)


def test_a_page_that_fell_short_for_another_reason_than_its_reading_is_the_same() -> None:
    unfound = Fault(code="not_searchable", message="Search cannot find it.")
    saved = page(state=PageState.DEGRADED).model_copy(update={"fault": unfound})
    assert compared(saved, page()).is_same


def test_without_a_manifest_nothing_is_said_of_what_differs_in_it() -> None:
    assert compared(page(manifest=None), page()).manifest is None
    assert compared(gone(PageState.BLANK), gone(PageState.BLANK)).manifest is None
