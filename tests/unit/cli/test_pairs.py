from __future__ import annotations

import pytest
import typer

from docai.cli.pairs import pairs


def test_a_value_may_be_empty_or_have_an_equals_sign() -> None:
    assert pairs(["a=b=c", "d=", "a=e"], "--filter") == {"a": "e", "d": ""}
    assert pairs(None, "--filter") == {}


@pytest.mark.parametrize("text", ["a", "=b", ""])
def test_what_is_no_pair_is_refused(text: str) -> None:
    with pytest.raises(typer.BadParameter, match="is not KEY=VALUE"):
        pairs([text], "--filter")
