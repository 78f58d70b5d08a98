"""Which media type a client gets (RFC 9110, 12.5.1)."""

import pytest
from starlette.exceptions import HTTPException

from docai.api.negotiation import accepted

OFFERED = ["application/json", "text/markdown", "text/html"]


@pytest.mark.parametrize(
    ("accept", "kind"),
    [
        (None, "application/json"),
        ("", "application/json"),
        ("*/*", "application/json"),
        ("text/html", "text/html"),
        ("text/*", "text/markdown"),
        ("text/html;q=0.2, text/markdown;q=0.8", "text/markdown"),
        ("text/*;q=0.5, text/html;q=0.9", "text/html"),
        ("TEXT/HTML", "text/html"),
        ("application/json;q=0, */*", "text/markdown"),
        ("text/html;level=1;q=0.4, application/json;q=broken", "text/html"),
    ],
)
def test_the_best_liked_of_what_is_offered_is_given(accept: str | None, kind: str) -> None:
    assert accepted(accept, OFFERED) == kind


@pytest.mark.parametrize("accept", ["image/png", "text/html;q=0", "nonsense"])
def test_nothing_liked_is_406(accept: str) -> None:
    with pytest.raises(HTTPException) as refused:
        accepted(accept, OFFERED)
    assert refused.value.status_code == 406
