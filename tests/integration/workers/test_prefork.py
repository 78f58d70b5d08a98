"""A worker of plain Celery, whose pool has child processes."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path

from docai.domain.ids import JobId
from docai.domain.jobs import JobState
from docai.pdf.draw import plain
from tests.integration.workers.conftest import LONG_S, Plant, until

PAGES = 40


@contextmanager
def celery(plant: Plant) -> Iterator[subprocess.Popen[bytes]]:
    """As an operator starts it who knows Celery and nothing of us, but for the number of children."""
    program = Path(sys.executable).with_name("celery")
    command = [program, "-A", "docai.workers.app", "worker", "-Q", "raster,ocr,parse,embed", "-c", "2"]
    with (
        (plant.folder / "celery").open("a") as said,
        subprocess.Popen(command, env={**os.environ, **plant.environment}, stdout=said, stderr=said) as process,
    ):
        try:
            yield process
        finally:
            process.kill()


def test_its_children_leave_in_good_order_and_the_next_worker_reads_the_rest(plant: Plant) -> None:
    with plant.service() as opened:
        with celery(plant) as worker:
            taken = opened.system.submit(opened.tenant.id, BytesIO(plain(PAGES, 9.7).pdf), "plain.pdf")
            job = JobId(taken.job.id)
            until(lambda: opened.system.job(opened.tenant.id, job).pages_done > 0)
            worker.send_signal(signal.SIGTERM)
            assert worker.wait(LONG_S) == 0
            assert opened.system.job(opened.tenant.id, job).pages_done < PAGES
            assert [dict(row) for row in plant.rows("SELECT DISTINCT lease_owner, crashes FROM work_item")] == [
                {"lease_owner": None, "crashes": 0}
            ]
        with celery(plant):
            until(lambda: opened.system.job(opened.tenant.id, job).state.is_final)
        assert opened.system.job(opened.tenant.id, job).state is JobState.SUCCEEDED
        (counted,) = plant.rows("SELECT count(*) AS n, count(DISTINCT item_id) AS n_items FROM usage")
        assert counted["n"] == counted["n_items"]
