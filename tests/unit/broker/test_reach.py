"""Why a broker cannot be reached, told to whoever asks: never with its password."""

import pytest

from docai.broker.reach import reason_away


@pytest.mark.parametrize("password", ["pa/ss", "pa#ss", "pa?ss", "pa[ss", "pass"])
def test_no_piece_of_the_password_is_told(password: str) -> None:
    reason = reason_away(f"redis://:{password}@127.0.0.1:1/0")
    assert reason is not None
    assert "pa" not in reason.replace("password", "")
