"""A document's status follows from its pages' states."""

import pytest

from docai.domain.documents import DocumentStatus, PageState, status_of

P, B, D, F, Q = PageState.PARSED, PageState.BLANK, PageState.DEGRADED, PageState.FAILED, PageState.QUEUED


@pytest.mark.parametrize(
    ("states", "status"),
    [
        ([P, B, P], DocumentStatus.READY),
        ([B], DocumentStatus.READY),
        ([P, Q], DocumentStatus.PROCESSING),
        ([F, Q], DocumentStatus.PROCESSING),
        ([P, F], DocumentStatus.PARTLY_READY),
        ([D], DocumentStatus.PARTLY_READY),
        ([F, F], DocumentStatus.FAILED),
        ([], DocumentStatus.FAILED),
    ],
)
def test_ready_only_if_every_page_was_read_or_is_blank(states: list[PageState], status: DocumentStatus) -> None:
    assert status_of(states) is status
