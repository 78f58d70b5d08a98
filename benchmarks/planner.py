"""What planning a page costs, for every model: resize rule, tiles, regions, context, memory and operations.

    python benchmarks/planner.py [--pages 1000] [--models NAME ...] [--budget-ms 1.0]

Pages of A4, A5, Letter, Legal and slides, upright and lying, each size within 2 % of its format so that no two are
alike, with print of 4 to 14 points or unknown, drawn at the resolution that docai would choose. Nothing is kept between
pages. A page is planned to be read in one pass, and cut where the fidelity rule asks for it. Times are of the
processor, so that others on the machine do not count. Ends with exit code 1 where a model takes more than the budget on
the average.
"""

from __future__ import annotations

import argparse
import random
import statistics
import sys
import time
from collections.abc import Sequence

from docai.domain.geometry import PageSize
from docai.domain.images import RasterPlan
from docai.patches.estimates import EstimatePolicy, plan_reading
from docai.patches.legibility import plan_raster
from docai.patches.models import MODELS
from docai.protocols.generating import ImageRule

FORMATS_PT = ((595, 842), (420, 595), (612, 792), (612, 1008), (960, 540))
PRINTS_PT = (None, 4.0, 6.0, 7.5, 8.0, 9.0, 10.0, 11.0, 12.0, 14.0)
SEED = 5


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--pages", type=int, default=1000)
    parser.add_argument("--models", nargs="*", default=list(MODELS))
    parser.add_argument("--budget-ms", type=float, default=1.0)
    a = parser.parse_args()
    pages = drawn(a.pages)
    print(f"{'model':26} {'mean ms':>8} {'median':>8} {'p99':>8} {'longest':>8}  whole  cut  refused")
    slow = []
    for name in a.models:
        times, counts = timed(MODELS[name], pages)
        mean = statistics.fmean(times) * 1000
        cuts = statistics.quantiles(times, n=100) if len(times) > 1 else [times[0]] * 99
        print(
            f"{name:26} {mean:8.3f} {statistics.median(times) * 1000:8.3f} {cuts[98] * 1000:8.3f} "
            f"{max(times) * 1000:8.3f}  {counts[0]:5}  {counts[1]:3}  {counts[2]:7}"
        )
        slow += [name] if mean > a.budget_ms else []
    n_within = len(a.models) - len(slow)
    print(f"{n_within} of {len(a.models)} models within {a.budget_ms:g} ms a page; over: {', '.join(slow) or 'none'}")
    sys.exit(1 if slow else 0)


def drawn(n: int) -> list[RasterPlan]:
    lot = random.Random(SEED)
    pages = []
    for _ in range(n):
        width, height = (side * lot.uniform(0.98, 1.02) for side in lot.choice(FORMATS_PT))
        if lot.random() < 0.2:
            width, height = height, width
        pages.append(
            plan_raster(
                PageSize(width_pt=width, height_pt=height),
                smallest_print_pt=lot.choice(PRINTS_PT),
                native_dpi=None,
                floor_dpi=150,
                ceiling_dpi=400,
                min_x_height_px=10,
                max_pixels=40_000_000,
            )
        )
    return pages


def timed(rule: ImageRule, pages: Sequence[RasterPlan]) -> tuple[list[float], tuple[int, int, int]]:
    """Seconds a page, and how many pages are shown whole, cut and refused."""
    policy = EstimatePolicy()
    times, n_looks = [], []
    for page in pages:
        begun = time.process_time()
        reading = plan_reading(rule, page, policy)
        times.append(time.process_time() - begun)
        n_looks.append(len(reading.looks))
    return times, (sum(n == 1 for n in n_looks), sum(n > 1 for n in n_looks), sum(n == 0 for n in n_looks))


if __name__ == "__main__":
    main()
