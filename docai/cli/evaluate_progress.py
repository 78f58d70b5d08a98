"""How far an evaluation is, as bars beside its output."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

from docai.cli.output import notes


class ShownSteps:
    """Shows each step as a bar of its own; a `docai.evaluation.watching.Watcher`."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._task: TaskID | None = None

    def begin(self, what: str, n: int) -> None:
        """Another bar."""
        self._task = self._progress.add_task(what, total=n)

    def advance(self) -> None:
        """A step on the newest bar."""
        if self._task is not None:
            self._progress.advance(self._task)


@contextmanager
def shown_steps() -> Iterator[ShownSteps]:
    """Bars while something is measured."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=notes()) as progress:
        yield ShownSteps(progress)
