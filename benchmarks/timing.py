"""How the benchmarks take the time."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Mapping


def seconds(runs: Mapping[str, Callable[[], object]], rounds: int) -> dict[str, float]:
    """Median wall time of each of `runs`, taken in turn, so that a slow spell hits all of them."""
    times: dict[str, list[float]] = {name: [] for name in runs}
    for _ in range(rounds):
        for name, run in runs.items():
            start = time.perf_counter()
            run()
            times[name].append(time.perf_counter() - start)
    return {name: statistics.median(values) for name, values in times.items()}
