"""`docai eval run`: a data set through docai, and what came of it by the set's own metrics."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from docai.cli.evaluate_progress import shown_steps
from docai.cli.evaluate_score import report_run
from docai.cli.output import JsonFlag, notes
from docai.cli.session import prepare, read_settings
from docai.errors import InvalidRequest

if TYPE_CHECKING:  # as in `docai.cli.session`
    from docai.evaluation.datasets.dataset import Dataset, Source
    from docai.settings import Settings

RUNS = Path("runs")
"""Where runs lie unless `--out` says otherwise, under the current folder."""

DataOption = Annotated[
    Path | None,
    typer.Option("--data", file_okay=False, help="Folder of the set; else that of its name in DOCAI_EVALUATION__DATA."),
]
SplitOption = Annotated[str | None, typer.Option("--split", help="Part of the set; `docai eval sets` lists them.")]


def run(  # noqa: PLR0913, PLR0917 - each is an option of the command
    name: Annotated[str, typer.Argument(metavar="SET", help="A data set; `docai eval sets` lists them.")],
    data: DataOption = None,
    split: SplitOption = None,
    profile: Annotated[
        str, typer.Option(help="Settings: `environment`, `layout` (no vision-language model), or a .toml file.")
    ] = "environment",
    visual_tokens: Annotated[
        int | None, typer.Option(min=1, help="Show the model each page with at most so many visual tokens.")
    ] = None,
    out: Annotated[Path | None, typer.Option(file_okay=False, help="Folder of the run; gone on with if begun.")] = None,
    first: Annotated[int | None, typer.Option(min=1, help="Only so many samples, drawn by lot.")] = None,
    seed: Annotated[int, typer.Option(help="Of the lot.")] = 1,
    parallel: Annotated[int | None, typer.Option(min=1, help="Most samples under way at once.")] = None,
    retry_failed: Annotated[bool, typer.Option("--retry-failed", help="Ask again what failed before.")] = False,
    against: Annotated[
        Path | None, typer.Option(exists=True, help="Tell what of the set stands in this training data.")
    ] = None,
    fetch: Annotated[bool, typer.Option("--fetch", help="Fetch the set from the Hugging Face hub first.")] = False,
    allow_cloud: Annotated[
        bool, typer.Option("--allow-cloud", help="Let the set's pages go to the profile's model at a provider.")
    ] = False,
    as_json: JsonFlag = False,
) -> None:
    """Put a data set through docai, keep everything, and score it by the set's own metrics."""
    from docai.evaluation.datasets.registry import dataset_named
    from docai.evaluation.running.profiles import profile_of
    from docai.evaluation.running.runner import Plan
    from docai.evaluation.running.runner import run as run_plan

    dataset = dataset_named(name)
    environment = read_settings()
    prepare(environment)
    chosen = profile_of(profile, environment).limited_to(visual_tokens)
    plan = Plan(
        dataset=dataset,
        source=_source(dataset, data, split, environment, fetch=fetch),
        out=out or _new_folder(dataset, chosen.name),
        profile=chosen,
        first=first,
        seed=seed,
        parallel=parallel,
        retries_failed=retry_failed,
        allows_cloud=allow_cloud,
        against=against,
    )
    try:
        with shown_steps() as watcher:
            folder = run_plan(plan, watcher)
    except KeyboardInterrupt:
        notes().print(
            f"Stopped; everything is kept. The same command with --out {plan.out} goes on with it.", soft_wrap=True
        )
        raise
    report_run(folder, dataset, as_json=as_json)


def _source(dataset: Dataset, data: Path | None, split: str | None, settings: Settings, *, fetch: bool) -> Source:
    from docai.evaluation.datasets.dataset import Source
    from docai.evaluation.running.obtaining import fetched, located, place

    if split is not None and split not in dataset.splits:
        raise InvalidRequest(f"{dataset.name} has no split {split!r}, but {', '.join(dataset.splits)}.")
    if fetch:
        target = place(dataset, data, settings.evaluation.data)
        if target is None:
            raise InvalidRequest("Say with --data or DOCAI_EVALUATION__DATA where the set is to be fetched to.")
        fetched(dataset, target)
    return Source(located(dataset, data, settings.evaluation.data), split or dataset.splits[0])


def _new_folder(dataset: Dataset, profile: str) -> Path:
    return RUNS / f"{dataset.name}-{profile}-{datetime.now(UTC):%Y%m%d-%H%M%S}"
