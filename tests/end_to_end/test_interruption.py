"""A process that is killed in the middle of its work loses nothing: the next one goes on where it was."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from uuid import UUID

from docai.assembly.local import open_local
from docai.domain.documents import DocumentStatus, PageState
from docai.domain.ids import DocumentId
from docai.domain.jobs import JobState
from docai.settings import Settings

N_PAGES = 12

VICTIM = f"""
import sys, time
from io import BytesIO
from pathlib import Path
from docai.assembly.local import open_local
from docai.pdf.draw import plain
from docai.settings import Settings

with open_local(Settings(home=Path(sys.argv[1]))) as local:
    done = local.system.submit(local.tenant.id, BytesIO(plain({N_PAGES}).pdf), "long.pdf")
    while local.system.job(local.tenant.id, done.job.id).pages_done < 2:
        time.sleep(0.02)
    print(done.document.id, flush=True)
    time.sleep(60)
"""


def test_a_killed_process_loses_no_page_and_the_next_one_does_none_twice(tmp_path: Path) -> None:
    victim = subprocess.Popen([sys.executable, "-c", VICTIM, str(tmp_path)], stdout=subprocess.PIPE, text=True)
    assert victim.stdout is not None
    with victim.stdout:
        document_id = DocumentId(UUID(victim.stdout.readline().strip()))
        victim.send_signal(signal.SIGKILL)
        victim.wait()
    with open_local(Settings(home=tmp_path)) as local:
        system, tenant = local.system, local.tenant.id
        assert local.new_key is None
        job = system.job_of(tenant, document_id)
        assert job is not None
        done_before = system.job(tenant, job.id).pages_done
        assert done_before >= 2
        ended = system.wait(tenant, job.id, 120)
        assert ended.state is JobState.SUCCEEDED
        assert system.document(tenant, document_id).status is DocumentStatus.READY
        pages = system.pages(tenant, document_id)
        assert [page.number for page in pages] == list(range(1, N_PAGES + 1))
        assert {page.state for page in pages} == {PageState.PARSED}


def test_a_second_process_is_told_who_has_the_home(tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from docai.errors import HomeInUse\n"
        "from docai.assembly.local import open_local; from docai.settings import Settings\n"
        "try:\n"
        "    with open_local(Settings(home=Path(sys.argv[1]))): print('came in')\n"
        "except HomeInUse as error: print(error.message)"
    )
    with open_local(Settings(home=tmp_path)):
        started = time.monotonic()
        second = subprocess.run(
            [sys.executable, "-c", code, str(tmp_path)], capture_output=True, text=True, check=True, timeout=60
        )
        assert "came in" not in second.stdout
        assert str(os.getpid()) in second.stdout
        assert time.monotonic() - started < 30
