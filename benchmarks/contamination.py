"""What it costs to hold a data set against training data: texts by runs of words, pages by their looks.

    .venv/bin/python benchmarks/contamination.py [--texts 100000] [--pages 10000] [--drawn 60]

A set of 1,000 questions, and texts of 40 words, one in a thousand with a question of the set in it. Pages are compared
by what they are recognised by, made of noise; what drawing a page and looking at it takes is measured on drawn ones.
Processor time of one core, that of the sandbox's process included.
"""

from __future__ import annotations

import argparse
import random
import resource
import tempfile
import time
from pathlib import Path

import numpy as np
from PIL import Image

from docai.evaluation.contamination.page_prints import PageReader
from docai.evaluation.contamination.perceptual_hash import PageIndex, page_print
from docai.evaluation.contamination.word_runs import QuestionIndex
from docai.pdf.draw import plain
from docai.pdf.sandbox import PdfSandbox

N_QUESTIONS, TEXT_WORDS, PRINTED = 1000, 40, 1000


def words(lot: random.Random, n: int) -> str:
    return " ".join(f"word{lot.randrange(50_000)}" for _ in range(n))


def texts(n: int) -> tuple[float, int]:
    """Seconds, and how many texts hold a question."""
    lot = random.Random(1)
    questions = {str(number): words(lot, 20) for number in range(N_QUESTIONS)}
    searched = [
        f"{words(lot, TEXT_WORDS)} {questions[str(i % N_QUESTIONS)] if i % 1000 == 0 else ''}" for i in range(n)
    ]
    start = time.process_time()
    index = QuestionIndex(questions)
    found = sum(1 for text in searched if any(True for _ in index.in_text(text)))
    return time.process_time() - start, found


def pages(n: int) -> float:
    """Seconds to compare so many pages with as many others."""
    lot = np.random.default_rng(1)
    drawn = [page_print(Image.fromarray(lot.integers(0, 256, (45, 32), np.uint8))) for _ in range(2 * PRINTED)]
    start = time.process_time()
    index = PageIndex([drawn[i % PRINTED] for i in range(n)])
    for _ in range(n // PRINTED):
        list(index.near(drawn[PRINTED:]))
    return time.process_time() - start


def drawing(n: int) -> float:
    """Seconds to draw so many pages and look at them."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
    start = time.process_time()
    with tempfile.TemporaryDirectory() as scratch:
        with PdfSandbox() as sandbox:
            path = Path(scratch) / "plain.pdf"
            path.write_bytes(plain(n).pdf)
            list(PageReader(sandbox, Path(scratch)).of_file(path))
        return time.process_time() - start + resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - before


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--texts", type=int, default=100_000)
    parser.add_argument("--pages", type=int, default=10_000)
    parser.add_argument("--drawn", type=int, default=60)
    args = parser.parse_args()
    seconds, found = texts(args.texts)
    print(f"{args.texts} texts: {seconds:.1f} s, {found} hold a question of the set")
    print(f"{args.pages} pages with as many: {pages(args.pages):.1f} s")
    print(f"a page drawn and looked at: {drawing(args.drawn) / args.drawn * 1000:.0f} ms")


if __name__ == "__main__":
    main()
