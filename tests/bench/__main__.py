"""`make bench`: measures every look-up in registries of several sizes, and prints a table.

The time is that of the whole action, from the parameters to the objects that a page shows: the
statements in the database and what Python makes of their rows, without HTTP and without HTML.
"""

import argparse
import platform
import statistics
import time
from pathlib import Path
from random import Random
from typing import Any

import psutil

from tests.bench.cases import Case, cases
from tests.bench.registry import registry_of, sample
from webapp.store import database
from webapp.store import searching as finder

_SIZES = (100_000, 10_000_000)
_TIMES = 40
_WARM = 3


def main() -> None:
    """Measures and prints."""
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--records", type=int, nargs="+", default=_SIZES)
    parser.add_argument("--only", default="", help="Measure only the cases whose name holds this.")
    parser.add_argument("--explain", action="store_true", help="EXPLAIN the slowest statement.")
    given = parser.parse_args()
    print(f"{_machine()}; {_TIMES} look-ups of each kind, milliseconds\n")
    measured = {size: _measure(size, given.only, given.explain) for size in given.records}
    _print_table(measured)


def _measure(size: int, only: str, explain: bool) -> dict[str, tuple[Case, list[float]]]:
    with registry_of(size):
        drawn = sample(size)
        found = {}
        slowest: tuple[float, Any] = (0.0, None)
        for case in cases(*drawn):
            if only not in case.name:
                continue
            times, worst = _time(case)
            found[case.name] = (case, times)
            slowest = max(slowest, worst, key=lambda one: one[0])
        if explain and slowest[1]:
            query, values = slowest[1]
            plan = database.read(
                lambda c: c.execute(
                    f"EXPLAIN (ANALYZE, BUFFERS) {query}", values, prepare=False
                ).fetchall()
            )
            print(f"The slowest statement at {size:,} records, {slowest[0]:.1f} ms:\n")
            print("\n".join(row[0] for row in plan), "\n")
    return found


def _time(case: Case) -> tuple[list[float], tuple[float, Any]]:
    random, times = Random(case.name), []
    for _ in range(_WARM):
        case.ask(random)
    statements: list[tuple[float, Any]] = [(0.0, None)]
    plain = finder._Finder._run

    def timed(self: Any, query: str) -> Any:
        began = time.perf_counter()
        rows = plain(self, query)
        statements.append(((time.perf_counter() - began) * 1000, (query, dict(self.values))))
        return rows

    finder._Finder._run = timed  # type: ignore[method-assign]
    try:
        for _ in range(_TIMES):
            began = time.perf_counter()
            case.ask(random)
            times.append((time.perf_counter() - began) * 1000)
    finally:
        finder._Finder._run = plain  # type: ignore[method-assign]
    return times, max(statements, key=lambda one: one[0])


def _p95(times: list[float]) -> float:
    return statistics.quantiles(times, n=20)[-1]


def _print_table(measured: dict[int, dict[str, tuple[Case, list[float]]]]) -> None:
    sizes = list(measured)
    head = ["look-up", "bound"]
    head += [f"{size:,}: {what}" for size in sizes for what in ("median", "95th")]
    print("|", " | ".join([*head, "growth of the median"]), "|")
    print("|", " | ".join(["---", *["---:"] * len(head)]), "|")
    for name, (case, _) in measured[sizes[0]].items():
        row = [name, f"{case.most_ms:.0f}"]
        for size in sizes:
            times = measured[size][name][1]
            row += [f"{statistics.median(times):.1f}", f"{_p95(times):.1f}"]
        first, last = (statistics.median(measured[one][name][1]) for one in (sizes[0], sizes[-1]))
        missed = any(_p95(measured[one][name][1]) > case.most_ms for one in sizes)
        print(
            "|",
            " | ".join([*row, f"{last / first:.1f}{' (over the bound)' if missed else ''}"]),
            "|",
        )


def _machine() -> str:
    cpu = next(
        (
            line.split(":")[1].strip()
            for line in Path("/proc/cpuinfo").read_text().splitlines()
            if line.startswith("model name")
        ),
        platform.processor(),
    )
    memory = psutil.virtual_memory().total / 2**30
    return f"{cpu}, {psutil.cpu_count()} cores, {memory:.0f} GiB"


main()
