"""One site for all fault runs, since its processes take seconds to come up; the runs' figures, told at the end."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from tests.faults.site import Site

_FIGURES = pytest.StashKey[list[str]]()


@pytest.fixture(scope="session")
def site() -> Iterator[Site]:
    with Site() as site:
        yield site


@pytest.fixture
def tell(request: pytest.FixtureRequest) -> Callable[[str, object], None]:
    """Notes a figure of this test for the end of the session."""
    figures = request.config.stash.setdefault(_FIGURES, [])
    return lambda name, value: figures.append(f"{request.node.name}: {name}: {value}")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Say every figure that was noted."""
    if figures := config.stash.get(_FIGURES, []):
        terminalreporter.section("figures of the fault runs")
        for figure in figures:
            terminalreporter.line(figure)
