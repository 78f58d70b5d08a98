"""What it costs to compare tables by TEDS: pairs of drawn tables of 20 rows and 8 columns that share little.

    .venv/bin/python benchmarks/teds.py [--pairs 150]

Processor time of one core.
"""

from __future__ import annotations

import argparse
import random
import time

from docai.evaluation.metrics.teds import teds

N_ROWS, N_COLS = 20, 8


def table(seed: int) -> str:
    """A table of made-up values as HTML."""
    lot = random.Random(seed)
    rows = "".join(f"<tr>{_cells(lot)}</tr>" for _ in range(N_ROWS))
    return f"<html><body><table><tbody>{rows}</tbody></table></body></html>"


def _cells(lot: random.Random) -> str:
    return "".join(f"<td>{lot.randint(0, 99999) / 100} item</td>" for _ in range(N_COLS))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--pairs", type=int, default=150)
    n_pairs = parser.parse_args().pairs
    start = time.process_time()
    for number in range(n_pairs):
        teds(table(number), table(number + 1))
    print(f"{(time.process_time() - start) / n_pairs * 1000:.1f} ms a pair of {N_ROWS} x {N_COLS}")


if __name__ == "__main__":
    main()
