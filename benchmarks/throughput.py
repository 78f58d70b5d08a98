"""Time per page of the whole system against calling the layout library directly in one process, in the same run.

    .venv/bin/python benchmarks/throughput.py FOLDER [--files 8] [--rounds 3] [--processes 0]

The two take turns over the same born-digital PDFs. The system does everything it does for a user: it opens the file
in isolation, draws and stores every page, reads words, blocks and tables, grounds them, writes rows and vectors. The
library is called as its own converter calls it (`pymupdf4llm`'s `parse_document` with HTML tables), models loaded
beforehand.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from docai.assembly.local import open_local
from docai.assembly.parts import Assembled
from docai.settings import Settings, WorkerSettings

DIRECT = """
import sys, time
import pymupdf, pymupdf4llm.helpers.document_layout as layout
warm = pymupdf.open(); warm.new_page().insert_text((72, 72), "warm"); warm[0].get_layout()
print("ready", flush=True)
for line in sys.stdin:
    started = time.perf_counter()
    document = pymupdf.open(line.strip())
    layout.parse_document(document, use_ocr=False, force_text=True, render_html_tables=True)
    print(time.perf_counter() - started, document.page_count, flush=True)
"""


def direct_process() -> subprocess.Popen[str]:
    """A process that has the library loaded and waits for paths."""
    process = subprocess.Popen([sys.executable, "-c", DIRECT], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    while process.stdout.readline().strip() != "ready":
        pass
    return process


def direct(process: subprocess.Popen[str], path: Path) -> tuple[float, int]:
    """Seconds and pages."""
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(f"{path}\n")
    process.stdin.flush()
    while True:
        try:
            seconds, pages = process.stdout.readline().split()
            return float(seconds), int(pages)
        except ValueError:
            continue  # the library prints messages of its own


def whole(local: Assembled, path: Path) -> float:
    """Seconds from the upload to the end of its job."""
    system, tenant = local.system, local.tenant.id
    started = time.perf_counter()
    with path.open("rb") as stream:
        submission = system.submit(tenant, stream, path.name)
    job = system.wait(tenant, submission.job.id, 3600)
    seconds = time.perf_counter() - started
    assert job.state.is_final
    system.delete(tenant, submission.document.id)
    return seconds


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--files", type=int, default=8)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--processes", type=int, default=0, help="pages read side by side; 0: one per core")
    args = parser.parse_args()
    paths = sorted(args.folder.rglob("*.pdf"))[: args.files]
    process = direct_process()
    workers = WorkerSettings(processes=args.processes)
    with tempfile.TemporaryDirectory() as home, open_local(Settings(home=Path(home), worker=workers)) as local:
        whole(local, paths[0])  # starts what starts at the first document
        ratios = []
        for number in range(1, args.rounds + 1):
            ours = theirs = 0.0
            n_pages = 0
            for path in paths:
                seconds, pages = direct(process, path)
                theirs += seconds
                n_pages += pages
                ours += whole(local, path)
            ratios.append(ours / theirs)
            print(
                f"round {number}: {n_pages} pages, library {theirs / n_pages:.3f} s/page, "
                f"docai {ours / n_pages:.3f} s/page, ratio {ratios[-1]:.2f}"
            )
    process.kill()
    print(f"median ratio {sorted(ratios)[len(ratios) // 2]:.2f}")


if __name__ == "__main__":
    main()
