"""Processor time of reading a picture against RapidOCR as it comes, taking turns, one thread each.

.venv/bin/python benchmarks/ocr_speed.py PICTURE...
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

from rapidocr import RapidOCR

from docai.engines.ocr import RapidOcrReader


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pictures", nargs="+", type=Path)
    pictures: list[Path] = parser.parse_args().pictures
    threads = "EngineConfig.onnxruntime.intra_op_num_threads"
    library = RapidOCR(params={"Global.log_level": "critical", threads: 1})
    reader = RapidOcrReader(threads=1)
    library(str(pictures[0]))  # loads the models
    reader.read(pictures[0].read_bytes())
    theirs = ours = 0.0
    for picture in pictures:
        started = time.process_time()
        library(str(picture))
        between = time.process_time()
        reader.read(picture.read_bytes())
        theirs += between - started
        ours += time.process_time() - between
    n = len(pictures)
    print(f"{n} pictures: library {theirs / n:.2f} s, docai {ours / n:.2f} s each, ratio {ours / theirs:.2f}")


if __name__ == "__main__":
    main()
