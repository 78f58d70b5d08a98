"""`docai plan` with models, on the real PDF sandbox and an empty record store."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from PIL import Image
from typer.testing import CliRunner, Result

from docai.assembly.parts import make_parts, make_system
from docai.cli.main import app
from docai.cli.session import Session
from docai.domain.ids import TenantId
from docai.errors import InvalidRequest, ModelUnknown, PageNotFound
from docai.patches.models import MODELS
from docai.pdf.draw import show_set
from docai.pdf.sandbox import PdfSandbox
from docai.pipeline.threads import ThreadDoorbell
from docai.settings import Settings
from docai.settings.reading import VlmSettings
from docai.stores.postgres.unit_of_work import PostgresRecords
from docai.stores.qdrant.edge import EdgeShelf

MODEL = "qwen2.5-vl-7b"
Run = Callable[..., Result]


@pytest.fixture
def report(tmp_path: Path) -> Path:
    path = tmp_path / "report.pdf"
    path.write_bytes(next(document.pdf for document in show_set() if document.name == "report.pdf"))
    return path


@pytest.fixture(scope="module")
def reader() -> Iterator[PdfSandbox]:
    """One sandbox for all: each takes seconds to start."""
    sandbox = PdfSandbox()
    yield sandbox
    sandbox.close()


@pytest.fixture
def run(records: PostgresRecords, reader: PdfSandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Run]:
    """Runs the command with these settings of the vision-language model."""
    with ExitStack() as stack:

        def running(*arguments: object, **vlm: Any) -> Result:
            settings = Settings(home=tmp_path / "home", vlm=VlmSettings(**vlm))
            doorbell, shelf = ThreadDoorbell(), EdgeShelf(tmp_path / "indexes")
            parts = make_parts(settings, stack, records=records, shelf=shelf, doorbell=doorbell)
            system = make_system(settings, replace(parts, reader=reader))

            @contextmanager
            def opened() -> Iterator[Session]:
                yield Session(system, TenantId(uuid4()), settings, lambda: pytest.fail("a plan needs no key"))

            monkeypatch.setattr("docai.cli.plan.open_session", opened)
            return CliRunner().invoke(app, ["plan", *map(str, arguments)], env={"COLUMNS": "80", "NO_COLOR": "1"})

        yield running


def test_a_plan_with_a_model_tells_what_every_page_takes(run: Run, report: Path) -> None:
    known = {"prompt_price": 2.0, "output_price": 6.0, "currency": "EUR", "device_tflops": 790, "device_gb_s": 4000}
    done = run(report, "--model", MODEL, "--json", **known)
    assert done.exit_code == 0, done.output
    told = json.loads(done.stdout)
    first, second = told["pages"]
    assert first["reading"]["looks"][0]["region"] is None
    totals = told["totals"]
    assert totals["cost"] == pytest.approx((totals["prompt_tokens"] * 2 + 2000 * 6) / 1e6)
    assert totals["currency"] == "EUR"
    assert totals["seconds"] == pytest.approx(first["reading"]["seconds"] + second["reading"]["seconds"])
    # The configured model is taken where none is named; a fine-tuned one sees as the model that it was made from.
    text = run(report, engine="served", model="our-own", sees_as=MODEL)
    assert f"{MODEL}: 2 images of 2 pages" in text.stdout
    assert "unknown" in text.stdout
    assert max(map(len, text.stdout.split(f"{MODEL}:")[0].splitlines())) <= 80


def test_models_are_compared_and_refusals_have_reasons(run: Run, report: Path) -> None:
    told = json.loads(run(report, "--models", "--page", 2, "--json").stdout)
    assert told["page"]["page"] == 2
    found = {model["name"]: model for model in told["models"]}
    assert list(found) == list(MODELS)
    for model in told["models"]:
        reading = model["reading"]
        assert bool(reading["looks"]) != bool(reading["refusal"])
        for look in reading["looks"]:
            assert look["effective_dpi"] >= 0.95 * look["floor_dpi"]
            assert look["connector"] not in {"resampled", "pooled"}
    assert found[MODEL]["glance"]["visual_tokens"] == found[MODEL]["reading"]["visual_tokens"]


def test_without_a_file_models_are_compared_on_a_page_of_small_print(run: Run) -> None:
    text = run("--models").stdout
    assert "Page 1, 1488 x 2105 pixels at 180 DPI" in text
    assert all(name in text for name in MODELS)
    assert max(map(len, text.split("Page 1,")[0].splitlines())) <= 80


def test_a_picture_shows_what_the_model_is_shown(run: Run, report: Path, tmp_path: Path) -> None:
    picture = tmp_path / "made" / "plan.png"
    done = run(report, "--model", "pixtral-12b", "--page", 2, "--picture", picture, "--json")
    told = json.loads(done.stdout)
    (page,) = told["pages"]
    assert (page["page"], told["picture"]) == (2, str(picture))
    with Image.open(picture) as image:
        assert image.size == (page["width_px"], page["height_px"])
        assert len(page["reading"]["looks"]) > 1


def test_what_does_not_go_together_is_refused(run: Run, report: Path, tmp_path: Path) -> None:
    for arguments, error in (
        ((), InvalidRequest),
        ((report, "--models", "--model", MODEL), InvalidRequest),
        ((report, "--picture", tmp_path / "x.png"), ModelUnknown),
        ((report, "--model", "no-such-model"), ModelUnknown),
        ((report, "--models", "--page", 99), PageNotFound),
    ):
        assert isinstance(run(*arguments).exception, error), arguments
