"""`docai eval evidence`: how far the evidence may be believed, measured with faults that are put in on purpose."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Annotated

import typer
from rich import box
from rich.table import Table as RichTable

from docai.cli.evaluate_progress import shown_steps
from docai.cli.output import JsonFlag, print_json, results, save, write
from docai.errors import InvalidRequest

if TYPE_CHECKING:  # as in `docai.cli.session`
    from docai.evaluation.fault_injection.figures import Report
    from docai.evaluation.fault_injection.opening import Opener
    from docai.evaluation.fault_injection.run import Evaluated, Part


def evidence(  # noqa: PLR0913, PLR0917 - each is an option of the command
    data: Annotated[
        Path | None,
        typer.Option(exists=True, file_okay=False, help="A folder of sets with ground truth: tables, pages, ..."),
    ] = None,
    draw: Annotated[int, typer.Option(min=0, help="How many documents to draw, and again as scans.")] = 12,
    seed: Annotated[int, typer.Option(help="The same seed gives the same figures.")] = 1,
    share: Annotated[float, typer.Option(min=0.001, max=0.9, help="Of the values, those made wrong.")] = 0.05,
    rounds: Annotated[int, typer.Option(min=1, help="How often each page is read with each kind of fault.")] = 2,
    only: Annotated[
        list[str] | None, typer.Option(help="tables, pages, scans, citations, charts or drawn; may be given again.")
    ] = None,
    out: Annotated[Path | None, typer.Option(help="Keep the report, and what was missed with pictures, here.")] = None,
    fit: Annotated[
        Path | None, typer.Option(help="Write the confidences fitted on half of the documents here.")
    ] = None,
    curve: Annotated[Path | None, typer.Option(help="Write the reliability curve here, as SVG.")] = None,
    as_markdown: Annotated[bool, typer.Option("--markdown", help="Print the tables in Markdown.")] = False,
    as_json: JsonFlag = False,
) -> None:
    """Put faults into readings whose truth is known, and tell which are flagged and what is flagged wrongly."""
    from docai.evaluation.fault_injection.measuring import Injection
    from docai.evaluation.fault_injection.run import Options, evaluate

    parts = _parts(only)
    with TemporaryDirectory() as scratch, _opener(out) as opener, shown_steps() as watcher:
        options = Options(
            data=data,
            parts=parts,
            injection=Injection(seed=seed, share=share, rounds=rounds),
            n_drawn=draw,
            scratch=Path(scratch),
        )
        found = evaluate(options, opener, watcher)
        _keep(found, out, opener)
    if fit is not None:
        save(fit, _table(found))
    if curve is not None:
        save(curve, _curve(found.report))
    _print(found.report, as_markdown=as_markdown, as_json=as_json)


def _parts(only: list[str] | None) -> frozenset[Part]:
    from docai.evaluation.fault_injection.run import Part

    try:
        return frozenset(Part(name) for name in only or list(Part))
    except ValueError as error:
        raise InvalidRequest(f"--only is one of {', '.join(Part)}: {error}.") from None


@contextmanager
def _opener(out: Path | None) -> Iterator[Opener]:
    from docai.engines.ocr import RapidOcrReader
    from docai.evaluation.fault_injection.opening import Opener
    from docai.pdf.sandbox import PdfSandbox

    with PdfSandbox() as sandbox:
        yield Opener(sandbox, RapidOcrReader(), out and out / "words")


def _keep(found: Evaluated, out: Path | None, opener: Opener) -> None:
    from docai.evaluation.fault_injection.kept import keep

    if out is not None:
        keep(found, out, opener)


def _table(found: Evaluated) -> bytes:
    from docai.grounding.calibration import VERSION

    return found.fitted(VERSION).model_dump_json(indent=1).encode() + b"\n"


def _curve(report: Report) -> bytes:
    from docai.evaluation.fault_injection.reliability_curve import reliability_curve

    told = [c for c in report.calibration if c.source in {"all", "OCR alone"}]
    return reliability_curve(told).encode()


def _print(report: Report, *, as_markdown: bool, as_json: bool) -> None:
    from docai.evaluation.fault_injection.figures import markdown, told

    if as_json:
        print_json(report)
    elif as_markdown:
        write(markdown(report))
    else:
        table = RichTable("Set", "Fault", "Flagged (95 %), of", "Clean, flagged", box=box.SIMPLE_HEAD, pad_edge=False)
        for row in report.rows:
            table.add_row(row.source, row.kind.replace("_", " "), told(row.found), told(row.false))
        console = results()
        console.print(table)
        for each in report.calibration:
            console.print(f"{each.source}: {each.n:,} held-out values, calibration error {each.ece:.3f}")
        console.print(f"{report.n_pages} pages in {report.seconds:.0f} s, {report.n_unreadable} files not readable")
        if report.ground_ms_per_page is not None:
            console.print(f"aligning, verifying and flagging: {report.ground_ms_per_page} ms a page (median)")
