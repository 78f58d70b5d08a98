"""`docai eval compare`: two runs of one data set, sample by sample."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from docai.cli.output import JsonFlag, notes, print_json, save, write

if TYPE_CHECKING:  # as in `docai.cli.session`
    from docai.evaluation.reporting.sharing import ScoredRun
    from docai.evaluation.scoring.scorer import Scorer


def compare(
    first: Annotated[Path, typer.Argument(metavar="A", help="Folder of a run.")],
    second: Annotated[Path, typer.Argument(metavar="B", help="Folder of the run that is held against it.")],
    html: Annotated[Path | None, typer.Option(help="Write the comparison here, as one HTML file.")] = None,
    as_json: JsonFlag = False,
) -> None:
    """Tell what B scores more or less than A on the same samples, which flipped, and what it cost."""
    from docai.evaluation.reporting.comparing import compared
    from docai.evaluation.reporting.comparison_told import comparison_html, comparison_text

    runs, scorer = scored_runs([first, second])
    found = compared(runs[0], runs[1], scorer)
    if html is not None:
        save(html, comparison_html(found).encode())
    if as_json:
        print_json(found)
        return
    write(comparison_text(found))
    if html is not None:
        notes().print(f"Written: {html}", soft_wrap=True)


def scored_runs(folders: list[Path]) -> tuple[list[ScoredRun], Scorer]:
    """Runs with their samples' scores, and the scorer of the first one's data set.

    Raises:
        DatasetMissing: a folder holds no run, or nothing was asked yet.
        DatasetDamaged: what it keeps cannot be read.
        InvalidRequest: the runs are of different data sets.
    """
    from docai.errors import InvalidRequest
    from docai.evaluation.datasets.registry import dataset_named
    from docai.evaluation.reporting.sharing import ScoredRun
    from docai.evaluation.running.run_folder import RunFolder
    from docai.evaluation.running.scoring_run import scored

    opened = [RunFolder(folder) for folder in folders]
    records = [folder.record() for folder in opened]
    names = sorted({record.dataset for record in records})
    if len(names) > 1:
        raise InvalidRequest(f"The runs are of different data sets: {', '.join(names)}.")
    dataset = dataset_named(names[0])
    runs = [
        ScoredRun(folder.path.resolve().name, record, scored(folder, dataset))
        for folder, record in zip(opened, records, strict=True)
    ]
    return runs, dataset.scorer
