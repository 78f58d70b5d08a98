"""Every token rule against its family's real processor on random page sizes: a table family, sizes, equal, seconds.

    python benchmarks/token_rules.py [--sizes 200] [--longest 1600] [FAMILY ...]

Every second size is given a budget of visual tokens besides, as a plan would give it.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path

import torch

from tests.models.token_counting import FAMILIES, load, sizes

_BUDGETS = (None, 200, None, 700, None, 1500, None, 4000)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("families", nargs="*", metavar="FAMILY", help="these only; all where none is named")
    parser.add_argument("--sizes", type=int, default=200, help="random sizes for each family")
    parser.add_argument("--longest", type=int, default=1600, help="longest side of an image, pixels")
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    torch.set_num_threads(1)
    n_wrong = 0
    print(f"{'family':<24}{'sizes':>6}{'equal':>7}{'seconds':>9}")
    for name in given.families or FAMILIES:
        with tempfile.TemporaryDirectory() as folder:
            family = load(name, Path(folder))
        start, wrong = time.perf_counter(), []
        for i, (width, height) in enumerate(sizes(given.sizes, given.seed, given.longest)):
            predicted, settings = family.predicted(width, height, _BUDGETS[i % len(_BUDGETS)])
            counted = family.counted(width, height, settings)
            if counted != predicted:
                wrong.append(f"  {width} x {height} {settings}: {counted}, by the rule {predicted}")
        seconds = time.perf_counter() - start
        print(
            f"{name:<24}{given.sizes:>6}{given.sizes - len(wrong):>7}{seconds:>9.1f}", *wrong[:3], sep="\n", flush=True
        )
        n_wrong += len(wrong)
    sys.exit(1 if n_wrong else 0)


if __name__ == "__main__":
    main()
