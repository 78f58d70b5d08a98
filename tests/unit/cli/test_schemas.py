from __future__ import annotations

from pathlib import Path

from docai.cli.schemas import ProblemOut
from docai.errors import HomeInUse


def test_an_error_becomes_a_problem_with_plain_details() -> None:
    problem = ProblemOut.of(HomeInUse("It is in use.", home=Path("x"), pid=7))
    assert problem.model_dump() == {
        "type": "urn:docai:problem:home_in_use",
        "title": "Home in use",
        "detail": "It is in use.",
        "code": "home_in_use",
        "retryable": False,
        "details": {"home": "x", "pid": 7},
    }
