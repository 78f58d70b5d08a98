"""Words read from scans, one JSON line per image, for the OCR scorer."""

from __future__ import annotations

import argparse
import json
import resource
import time
from itertools import groupby
from pathlib import Path

from docai.domain.words import PageWords
from docai.engines.ocr import RapidOcrReader


def text_of(page: PageWords) -> str:
    lines = groupby(page.words, key=lambda word: word.line)
    return "\n".join(" ".join(word.text for word in words) for _, words in lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder with manifest.json, whose items name images")
    parser.add_argument("--out", type=Path, required=True, help="predictions, JSON lines")
    parser.add_argument("--first", type=int, default=None, help="only so many items")
    parser.add_argument("--threads", type=int, default=0, help="threads of one run; 0: all cores")
    args = parser.parse_args()
    items = json.loads((args.data / "manifest.json").read_text())["items"][: args.first]
    reader = RapidOcrReader(args.threads)
    total_s = 0.0
    with args.out.open("w") as out:
        for item in items:
            content = (args.data / item["file"]).read_bytes()
            start, cpu_start = time.perf_counter(), time.process_time()
            page = reader.read(content)
            seconds, cpu_seconds = time.perf_counter() - start, time.process_time() - cpu_start
            total_s += seconds
            line = {"item": item["file"], "text": text_of(page), "seconds": seconds, "cpu_seconds": cpu_seconds}
            out.write(json.dumps(line, ensure_ascii=False) + "\n")
    peak_mib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{len(items)} images, {total_s / max(1, len(items)):.2f} s each, peak memory {peak_mib:.0f} MiB")


if __name__ == "__main__":
    main()
