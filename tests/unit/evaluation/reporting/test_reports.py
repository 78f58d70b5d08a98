from __future__ import annotations

import json
from base64 import b64decode
from collections.abc import Sequence
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from lxml import html
from PIL import Image

from docai.domain.generations import TokenUsage
from docai.errors import DatasetDamaged, DatasetMissing
from docai.evaluation.contamination.findings import (
    ContaminatedItem,
    Contamination,
    Methods,
    Overlap,
    OverlapKind,
)
from docai.evaluation.reporting.embedded_pictures import MOST_BYTES, data_uri
from docai.evaluation.reporting.report import Report
from docai.evaluation.reporting.reports import PAGE, REPORT, read_report, write_report
from docai.evaluation.reporting.text import report_markdown, report_text
from docai.evaluation.running.run_folder import RunFolder
from docai.evaluation.running.run_record import RunRecord
from docai.evaluation.samples import Task
from docai.evaluation.scoring.scorer import Scored
from tests.unit.evaluation.reporting.measured import (
    SCRIPT,
    PooledScorer,
    answered,
    dataset,
    failed,
    page_picture,
    prediction,
    record,
    sample,
    scored,
)


def no_picture(_: Scored) -> Sequence[bytes]:
    return ()


def begun(path: Path, run: RunRecord, of: Sequence[Scored]) -> RunFolder:
    folder = RunFolder(path)
    folder.begin(run, [each.sample for each in of])
    return folder


def overlapping(*ids: str) -> dict[str, Any]:
    """What of thirty samples was found in training data, as a run's record has it."""
    overlaps = (Overlap(kind=OverlapKind.PAGE, what="f29.pdf", against=SCRIPT, distances=(1, 2), likeness=0.99),)
    return Contamination(
        against="train",
        methods=Methods(n_words=13, template=3, dhash_distance=8, phash_distance=8, likeness=0.9, most_overlaps=5),
        n_items=30,
        n_contaminated=len(ids),
        by_kind={OverlapKind.PAGE: len(ids)},
        items=tuple(
            ContaminatedItem(id=each, overlaps=overlaps, n_overlaps={OverlapKind.PAGE: 1}, question_share=0.0)
            for each in ids
        ),
        clean_ids=tuple(f"s{n}" for n in range(30) if f"s{n}" not in ids),
        n_files_searched=1,
        n_pages_searched=2,
        n_texts_searched=0,
    ).model_dump(mode="json")


def mixed() -> list[Scored]:
    """Twenty-eight right and wrong ones, one declined and one failed."""
    return [
        *answered([True, False] * 14 + [None], kinds=("text", SCRIPT)),
        scored(sample(29, truth=f"truth {SCRIPT}"), failed(29)),
    ]


def test_a_report_is_written_and_read_again(tmp_path: Path) -> None:
    of = mixed()
    folder = begun(tmp_path, record(n_samples=30), of)
    report = write_report(folder, dataset(), of, no_picture)
    assert read_report(folder) == report
    assert report.primary == "exact"
    assert report.primary_figure is not None
    assert report.primary_figure.value == pytest.approx(14 / 30)
    assert (report.n, report.n_groups, report.n_failed, report.n_abstained) == (30, 30, 1, 1)
    assert sum(report.distribution) == 30
    assert (report.distribution[0], report.distribution[-1]) == (16, 14)
    assert [(part.category, part.name, part.n) for part in report.parts] == [("kind", "text", 15), ("kind", SCRIPT, 14)]
    assert {figure.name for figure in report.parts[0].figures} == {"exact", "brief"}
    assert report.notes == ()


def test_the_worst_come_first_and_failures_before_others(tmp_path: Path) -> None:
    of = mixed()
    report = write_report(begun(tmp_path, record(), of), dataset(), of, no_picture)
    assert report.worst[0].sample_id == "s29"
    assert report.worst[0].failure == f"pdf_damaged: broken {SCRIPT}"
    assert [item.score for item in report.worst] == [0.0] * 16
    assert all(item.score == 1.0 for item in report.others)
    declined = next(item for item in report.worst if item.sample_id == "s28")
    assert (declined.abstained, declined.said, declined.quotes) == (f"no idea {SCRIPT}", "nothing", ())
    assert report.others[0].quotes[0].verdict == "model_only"
    again = write_report(begun(tmp_path / "again", record(), of), dataset(), of, no_picture)
    assert again.others == report.others
    other = write_report(begun(tmp_path / "other", record(seed=8), of), dataset(), of, no_picture)
    assert other.others != report.others


def test_an_error_is_worst_where_it_is_largest(tmp_path: Path) -> None:
    of = answered([True, False])
    for each, cer in zip(of, (0.1, 0.7), strict=True):
        each.score.values["cer"] = cer
    data = dataset()
    object.__setattr__(data.scorer, "primary", "cer")
    report = write_report(begun(tmp_path, record(), of), data, of, no_picture)
    assert [item.sample_id for item in report.worst] == ["s1", "s0"]
    assert report.worst[0].score == pytest.approx(0.3)
    assert report.items_scored_by == "cer"


def test_where_the_primary_figure_is_of_the_set_only_items_are_scored_by_all_their_metrics(tmp_path: Path) -> None:
    of = answered([True, False, None])
    report = write_report(begun(tmp_path, record(), of), dataset(PooledScorer("pooled_precision")), of, no_picture)
    assert report.primary_figure is not None
    assert report.primary_figure.value == 0.5
    assert report.items_scored_by == "mean of an item's metrics"
    assert {item.sample_id: item.score for item in (*report.worst, *report.others)} == {
        "s0": 1.0,
        "s1": 0.25,
        "s2": 0.0,
    }


def test_what_it_took(tmp_path: Path) -> None:
    seen = TokenUsage(prompt_tokens=100, visual_tokens=60, cached_tokens=5, output_tokens=20)
    of = [
        scored(sample(number), prediction(number, "a", seconds=float(number), usage=seen if number < 2 else None))
        for number in range(11)
    ]
    run = record(n_samples=11, cost=0.5)
    report = write_report(begun(tmp_path, run, of), dataset(), of, no_picture)
    assert (report.seconds_per_sample.median, report.seconds_per_sample.p90) == (5.0, 9.0)
    assert report.seconds_per_page is None
    assert report.run_seconds_per_page == 12.0
    assert report.cost_per_page == 0.05
    tokens = report.tokens
    assert (tokens.prompt, tokens.visual, tokens.cached, tokens.output) == (200, 120, 10, 40)
    assert (tokens.per_page, tokens.visual_per_page) == (24.0, 12.0)
    assert tokens.per_sample == pytest.approx(240 / 11)
    parsed = write_report(begun(tmp_path / "p", run, of), dataset(task=Task.PARSE), of, no_picture)
    assert parsed.seconds_per_page is not None
    assert parsed.seconds_per_page.median == 2.5


def test_visual_tokens_that_an_engine_does_not_tell_are_not_zero(tmp_path: Path) -> None:
    of = [scored(sample(0), prediction(0, "a", usage=TokenUsage(prompt_tokens=100)))]
    report = write_report(begun(tmp_path, record(n_pages_read=0), of), dataset(), of, no_picture)
    assert (report.tokens.visual, report.tokens.visual_per_page, report.tokens.per_page) == (None, None, None)
    assert "of images: not told" in report_text(report)


def test_what_limits_the_figures_is_said(tmp_path: Path) -> None:
    of = answered([True, False, None])
    report = write_report(begun(tmp_path, record(n_samples=9, first=9), of), dataset(), of, no_picture)
    told = "\n".join(report.notes)
    assert "Only 3 of 9 samples" in told
    assert "at most 9, drawn by lot with seed 7" in told
    assert "from 3 groups" in told
    one = write_report(begun(tmp_path / "one", record(), of[:1]), dataset(), of[:1], no_picture)
    assert "Without an interval: exact, brief." in one.notes


def test_contaminated_samples_are_told_and_figures_given_without_them(tmp_path: Path) -> None:
    of = mixed()
    run = record(n_samples=30, contamination=overlapping("s0", "s2", "s28"))
    report = write_report(begun(tmp_path, run, of), dataset(), of, no_picture)
    parts = {part.name: part for part in report.parts if part.category == "contamination"}
    assert (parts["clean"].n, parts["contaminated"].n) == (27, 3)
    exact = {name: part.figures[0] for name, part in parts.items()}
    assert (exact["clean"].value, exact["contaminated"].value) == (pytest.approx(12 / 27), pytest.approx(2 / 3))
    assert report.notes == ("3 of 30 samples overlap with train.",)
    clean = write_report(begun(tmp_path / "c", record(contamination=overlapping()), of), dataset(), of, no_picture)
    assert not [part for part in clean.parts if part.category == "contamination"]
    with pytest.raises(DatasetDamaged, match="contamination cannot be read"):
        write_report(begun(tmp_path / "d", record(contamination={"x": 1}), of), dataset(), of, no_picture)


def test_nothing_predicted_is_no_report_and_a_missing_or_damaged_one_is_said(tmp_path: Path) -> None:
    folder = begun(tmp_path, record(), [])
    with pytest.raises(DatasetMissing, match="no prediction yet"):
        write_report(folder, dataset(), [], no_picture)
    with pytest.raises(DatasetMissing, match="docai eval report"):
        read_report(folder)
    (tmp_path / REPORT).write_text('{"n": 1}')
    with pytest.raises(DatasetDamaged, match="is no report"):
        read_report(folder)


def test_the_page_loads_and_runs_nothing_and_escapes_everything(tmp_path: Path) -> None:
    of = mixed()
    picture = page_picture((300, 400))
    settings = record(contamination=overlapping("s29"), model=SCRIPT, n_samples=30)
    write_report(begun(tmp_path, settings, of), dataset(), of, lambda _: [picture])
    said = (tmp_path / PAGE).read_text()
    assert "<script" not in said
    page = html.fromstring(said)
    assert page.xpath("//script | //link | //iframe | //object | //form | //@onload | //@onclick | //@href") == []
    assert all(source.startswith("data:image/jpeg;base64,") for source in page.xpath("//@src"))
    (policy,) = page.xpath("//meta[@http-equiv='Content-Security-Policy']/@content")
    assert policy.startswith("default-src 'none'; img-src data:")
    assert page.xpath("//meta[@name='viewport']")
    assert page.findtext(".//h1") == "Made <up>: all"
    (worst,) = page.xpath("//article[@data-sample='s29']")
    told = dict(
        zip((e.text_content() for e in worst.iter("dt")), (e.text_content() for e in worst.iter("dd")), strict=True)
    )
    assert told["question"] == f"Question 29 {SCRIPT}"
    assert told["truth"] == f"truth {SCRIPT}"
    assert told["failed"] == f"pdf_damaged: broken {SCRIPT}"
    (right,) = page.xpath("//article[.//dt='evidence' and not(@class)]")[:1]
    evidence = right.xpath(".//dt[.='evidence']/following-sibling::dd[1]")[0].text_content()
    assert evidence == f"“quoted {SCRIPT}” (model only) doc {SCRIPT}, page 3"
    cells = page.xpath("//table//td/text()")
    assert SCRIPT in cells
    all_told = page.text_content()
    for shown in (
        "contamination",
        "page: f29.pdf in " + SCRIPT,
        "reading.note",
        "vlm.url",
        "a processor, 2 cores, 16 GiB",
        "CC0 & n",
    ):
        assert shown in all_told


def test_pictures_are_asked_for_what_is_shown_only_and_are_small(tmp_path: Path) -> None:
    of = answered([False] * 25 + [True] * 25)
    asked: list[str] = []
    picture = page_picture()

    def pictures(each: Scored) -> Sequence[bytes]:
        asked.append(each.sample.id)
        return [picture] * 3 if len(asked) == 1 else []

    report = write_report(begun(tmp_path, record(n_samples=50), of), dataset(), of, pictures)
    assert sorted(asked) == sorted(item.sample_id for item in (*report.worst, *report.others))
    assert (len(report.worst), len(report.others)) == (20, 10)
    sources = html.fromstring((tmp_path / PAGE).read_text()).xpath("//img/@src")
    assert len(sources) == 2
    for source in sources:
        content = b64decode(source.removeprefix("data:image/jpeg;base64,"), validate=True)
        assert len(content) <= MOST_BYTES
        with Image.open(BytesIO(content)) as opened:
            assert opened.width / opened.height == pytest.approx(1240 / 1754, abs=0.01)


def test_a_picture_of_any_kind_is_taken() -> None:
    for mode in ("1", "L", "P", "RGBA", "CMYK"):
        out = BytesIO()
        Image.new(mode, (40, 20)).save(out, "TIFF")
        assert data_uri(out.getvalue()).startswith("data:image/jpeg;base64,")


def test_a_long_text_is_cut_with_how_much_is_not_shown(tmp_path: Path) -> None:
    of = [scored(sample(0, truth="x" * 5_000), prediction(0, "y"))]
    write_report(begun(tmp_path, record(), of), dataset(), of, no_picture)
    said = (tmp_path / PAGE).read_text()
    assert "(3,500 more characters)" in said
    assert "x" * 1_501 not in said


def test_the_tables_for_terminal_and_markdown(tmp_path: Path) -> None:
    of = mixed()
    report: Report = write_report(begun(tmp_path, record(n_samples=30), of), dataset(), of, no_picture)
    lines = report_text(report).splitlines()
    assert lines[0] == "made-up, all: 30 samples, 1 failed"
    (exact,) = [line for line in lines if line.startswith("exact (primary)")]
    figure = report.primary_figure
    assert figure is not None
    assert exact.split()[2:] == ["0.467", f"{figure.low:.3f}", "to", f"{figure.high:.3f}", "30"]
    assert any(line.startswith("kind      text") for line in lines)
    table = [line for line in report_markdown(report).splitlines() if line.startswith("|")]
    assert table[0] == "| figure | value | 95 % interval | samples |"
    assert table[1] == "|---|---|---|---|"
    assert all(line.count(" | ") == 3 for line in table[2:4])


def test_the_report_is_plain_json(tmp_path: Path) -> None:
    of = mixed()
    write_report(begun(tmp_path, record(), of), dataset(), of, no_picture)
    kept = json.loads((tmp_path / REPORT).read_text())
    assert kept["run"]["dataset"] == "made-up"
    assert kept["figures"][0].keys() == {"name", "value", "low", "high", "n", "n_groups", "n_draws"}
