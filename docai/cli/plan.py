"""`docai plan`: what reading a file would take, page by page, before anything is read or stored."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from docai.cli.output import JsonFlag, notes, print_json, results, save
from docai.cli.session import open_session
from docai.domain.plans import PagePlan, UnplannedPage
from docai.errors import InvalidRequest

if TYPE_CHECKING:  # as in `docai.cli.session`
    from docai.pipeline.plan import Plans
    from docai.protocols.generating import ImageRule


def plan(
    path: Annotated[
        Path | None,
        typer.Argument(metavar="PATH", exists=True, dir_okay=False, readable=True, help="A document."),
    ] = None,
    model: Annotated[
        str | None, typer.Option(help="A vision-language model that would read it; else the one that is configured.")
    ] = None,
    models: Annotated[bool, typer.Option("--models", help="Compare all models that docai knows, on one page.")] = False,
    page: Annotated[int, typer.Option(min=1, help="The page that --models compares, or that --picture draws.")] = 1,
    picture: Annotated[
        Path | None, typer.Option(help="Write the page here as PNG, with what the model is shown drawn over it.")
    ] = None,
    password: Annotated[str | None, typer.Option(help="What opens the file if it is encrypted.")] = None,
    as_json: JsonFlag = False,
) -> None:
    """Tell how each page would be drawn and read: resolution, words, and what a vision-language model would take."""
    if models and (model or picture):
        raise InvalidRequest("--models compares all of them: give it without --model and --picture.")
    if path is None and not models:
        raise InvalidRequest("Name a document; without one, --models tells of an A4 page with 8-point print.")
    with open_session() as session:
        plans = session.system.plans
        if models or path is None:
            _compare(plans, path, page, password, as_json)
            return
        rule = plans.required_rule(model) if picture else plans.rule(model)
        if picture is not None and rule is not None:
            planned: list[PagePlan | UnplannedPage] = [_draw(plans, path, page, password, rule, picture)]
        else:
            with plans.of_file(path, password=password, rule=rule) as opened:
                planned = list(opened.pages)
    _show(path, planned, plans.currency, picture, as_json)


def _draw(plans: Plans, path: Path, page: int, password: str | None, rule: ImageRule, picture: Path) -> PagePlan:
    from docai.rendering.plan_pictures import plan_picture

    planned, image = plans.drawn_page(path, page, rule, password=password)
    save(picture, plan_picture(image.content, planned.reading.looks if planned.reading else ()))
    return planned


def _compare(plans: Plans, path: Path | None, page: int, password: str | None, as_json: bool) -> None:
    from docai.patches.models import MODELS

    planned = plans.of_sample() if path is None else plans.of_page(path, page, password=password)
    compared = plans.compared(planned, MODELS.values())
    if as_json:
        from docai.api.schemas.estimates import AssumptionsOut, LookOut, ReadingOut
        from docai.api.schemas.pages import PagePlanOut
        from docai.cli.schemas import ModelOut, ModelsOut

        found = [
            ModelOut(
                name=model.name,
                family=model.family,
                sources=list(model.sources),
                connector=model.connector,
                context_tokens=model.context_tokens,
                glance=None if one.glance is None else LookOut.of(one.glance),
                reading=ReadingOut.of(one.reading),
            )
            for model, one in zip(MODELS.values(), compared, strict=True)
        ]
        currency, assumed = plans.currency, AssumptionsOut()
        page_out = PagePlanOut.of(planned)
        print_json(
            ModelsOut(path=path and str(path), page=page_out, models=found, currency=currency, assumptions=assumed)
        )
        return
    from docai.cli.plan_output import models_table, models_told

    results().print(models_table(compared))
    results().print(models_told(planned, compared), soft_wrap=True)


def _show(
    path: Path, planned: list[PagePlan | UnplannedPage], currency: str, picture: Path | None, as_json: bool
) -> None:
    if as_json:
        from docai.api.schemas.estimates import AssumptionsOut, TotalsOut, readings_of, split
        from docai.cli.schemas import PlanOut
        from docai.patches.estimates import totals

        pages, unplanned = split(planned)
        readings = readings_of(planned)
        print_json(
            PlanOut(
                path=str(path),
                pages=pages,
                unplanned=unplanned,
                totals=TotalsOut.of(totals(readings), currency) if readings else None,
                assumptions=AssumptionsOut(),
                picture=None if picture is None else str(picture),
            )
        )
        return
    from docai.cli.plan_output import pages_table, pages_told, readings_table, readings_told

    found = [page for page in planned if isinstance(page, PagePlan)]
    console = results()
    console.print(pages_table(found))
    console.print(pages_told(found))
    if any(page.reading for page in found):
        console.print(readings_table(found, currency))
        console.print(readings_told(found, currency), soft_wrap=True)
    if picture is not None:
        notes().print(f"Drawn: {picture}")
    for page in planned:
        if isinstance(page, UnplannedPage):
            notes().print(f"Page {page.page_number} cannot be planned: {page.fault.message}", soft_wrap=True)
