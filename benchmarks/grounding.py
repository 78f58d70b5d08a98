"""What it costs to ground a page: words found for every block and cell, verdicts for all of them; and to check it."""

from __future__ import annotations

import argparse
import random
import statistics
import time
from collections.abc import Sequence

from docai.checks.flags import flags_of
from docai.checks.verify import EvidencePolicy, verify
from docai.domain.geometry import Box
from docai.domain.parses import BlockKind, PageParse
from docai.domain.readings import ReadBlock
from docai.domain.tables import Cell, Table
from docai.domain.words import PageWords, Witness, Word
from docai.grounding.align import Placed, align
from docai.grounding.ground import ground

N_TABLES, N_ROWS, N_COLS = 5, 15, 8
WORDS_PER_LINE, LINES_PER_PARAGRAPH = 12, 4
LINE = 0.0085
"""Height of a line, as a share of the page's; 5 tables and 5 paragraphs fill it."""
SYLLABLES = ("ba", "de", "fi", "go", "ku", "lo", "mer", "na", "pol", "ra", "sin", "tu")


class Sheet:
    """A page that is drawn word by word, and what a model makes of it, with a share of digits misread."""

    def __init__(self, seed: int, *, share: float, has_boxes: bool) -> None:
        self._draw = random.Random(seed)
        self._share = share
        self._has_boxes = has_boxes
        self.words: list[Word] = []
        self.blocks: list[ReadBlock] = []
        y = 0.02
        for _ in range(N_TABLES):
            y = self._paragraph(y)
            y = self._table(y)

    def _word(self) -> str:
        return "".join(self._draw.choice(SYLLABLES) for _ in range(self._draw.randint(1, 4)))

    def _print(self, text: str, x: float, y: float, line: int) -> None:
        x1 = min(1.0, x + 0.007 * len(text))
        self.words.append(Word(text=text, box=Box(x0=x, y0=y, x1=x1, y1=y + LINE), line=line))

    def _paragraph(self, y: float) -> float:
        first = len(self.words)
        for line in range(LINES_PER_PARAGRAPH):
            for n in range(WORDS_PER_LINE):
                self._print(self._word(), 0.05 + n * 0.075, y + line * 1.2 * LINE, line)
        text = " ".join(word.text for word in self.words[first:])
        self.blocks.append(ReadBlock(kind=BlockKind.PARAGRAPH, text=text, box=self._box(first)))
        return y + (LINES_PER_PARAGRAPH + 1) * 1.2 * LINE

    def _table(self, y: float) -> float:
        first = len(self.words)
        cells = []
        for row in range(N_ROWS):
            for col in range(N_COLS):
                text = self._word() if row == 0 or col == 0 else f"{self._draw.randint(1, 99999):,}"
                self._print(text, 0.05 + col * 0.11, y + row * 1.0 * LINE, row)
                cells.append(Cell(row=row, col=col, text=self._misread(text)))
        table = Table(n_rows=N_ROWS, n_cols=N_COLS, cells=tuple(cells))
        rows = [cells[n : n + N_COLS] for n in range(0, len(cells), N_COLS)]
        text = "\n".join("\t".join(cell.text for cell in row) for row in rows)
        self.blocks.append(ReadBlock(kind=BlockKind.TABLE, text=text, table=table, box=self._box(first)))
        return y + (N_ROWS + 1) * 1.0 * LINE

    def _misread(self, text: str) -> str:
        if not text[0].isdigit() or self._draw.random() >= self._share:
            return text
        return str((int(text[0]) + self._draw.randint(1, 9)) % 10) + text[1:]

    def _box(self, first: int) -> Box | None:
        return Box.around(word.box for word in self.words[first:]) if self._has_boxes else None


def seconds(sheet: Sheet, second: PageWords | None) -> tuple[float, float, float]:
    """What aligning and grounding took, and what everything that is verified took beyond it."""
    words = PageWords(witness=Witness.TEXT_LAYER, words=tuple(sheet.words))
    start = time.process_time()
    aligned = align([Placed(block) for block in sheet.blocks], words)
    middle = time.process_time()
    parse = PageParse(page_number=1, engine="model 1", blocks=aligned.blocks)
    ground(parse, words, reader="model 1", min_confidence=0.5, unsaid=aligned.unsaid, second=second)
    end = time.process_time()
    policy = EvidencePolicy(min_confidence=0.5)
    flags_of(verify(parse, words, reader="model 1", policy=policy, second=second, unsaid=aligned.unsaid))
    return middle - start, end - middle, time.process_time() - end - (end - middle)


def told(name: str, times: Sequence[tuple[float, float, float]]) -> str:
    align_ms, ground_ms, rest_ms = (1000 * statistics.median(each) for each in zip(*times, strict=True))
    total = 1000 * statistics.median(found + judged for found, judged, _ in times)
    return (
        f"{name:28} {total:6.1f} ms: {align_ms:.1f} to find the words, {ground_ms:.1f} to judge; "
        f"{rest_ms:.1f} beyond it for omissions, checks, confidences and flags"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pages", type=int, default=30)
    parser.add_argument("--share", type=float, default=0.05, help="share of the tables' numbers that are misread")
    args = parser.parse_args()
    for has_boxes in (True, False):
        for has_second in (False, True):
            times = []
            for seed in range(args.pages):
                sheet = Sheet(seed, share=args.share, has_boxes=has_boxes)
                second = PageWords(witness=Witness.OCR, words=tuple(sheet.words)) if has_second else None
                times.append(seconds(sheet, second))
            name = f"{'boxes' if has_boxes else 'no boxes'}, {'two witnesses' if has_second else 'one witness'}"
            print(told(name, times))
    print(f"{len(sheet.words)} words, {N_TABLES} tables of {N_ROWS} x {N_COLS}; medians of {args.pages} pages")


if __name__ == "__main__":
    main()
