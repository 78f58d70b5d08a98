"""A run's report written into its folder, and read from it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from pydantic import ValidationError

from docai.errors import DatasetDamaged, DatasetMissing
from docai.evaluation.datasets.dataset import Dataset
from docai.evaluation.reporting.html import report_html
from docai.evaluation.reporting.making import report_of
from docai.evaluation.reporting.report import Report
from docai.evaluation.running.run_folder import RunFolder
from docai.evaluation.scoring.scorer import Scored

REPORT = "report.json"
PAGE = "report.html"


def write_report(
    folder: RunFolder,
    dataset: Dataset,
    scored: Sequence[Scored],
    pictures: Callable[[Scored], Sequence[bytes]],
) -> Report:
    """Make a run's report, and write it as report.json and report.html.

    Args:
        folder: The run's, with its record.
        dataset: Whose scorer made the scores.
        scored: In the set's order.
        pictures: Pages of a sample with its evidence marked, any kind that Pillow reads; none where there are none.
            Called for the items that are shown, and no others.

    Raises:
        DatasetMissing: nothing has been predicted yet.
    """
    if not scored:
        raise DatasetMissing(f"{folder.path} has no prediction yet: there is nothing to report.")
    report = report_of(folder.record(), dataset, scored)
    shown = {item.sample_id for item in (*report.worst, *report.others)}
    drawn = {each.sample.id: pictures(each) for each in scored if each.sample.id in shown}
    (folder.path / REPORT).write_text(report.model_dump_json(indent=1) + "\n", encoding="utf-8")
    (folder.path / PAGE).write_text(report_html(report, drawn), encoding="utf-8")
    return report


def read_report(folder: RunFolder) -> Report:
    """The report that was written last.

    Raises:
        DatasetMissing: there is none.
        DatasetDamaged: it cannot be read.
    """
    path = folder.path / REPORT
    try:
        return Report.model_validate_json(path.read_bytes())
    except FileNotFoundError:
        raise DatasetMissing(f"{folder.path} has no report; `docai eval report` makes it.", path=str(path)) from None
    except ValidationError as error:
        raise DatasetDamaged(f"{path} is no report: {error}.", path=str(path)) from None
