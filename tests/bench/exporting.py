"""Exporting measured against a COPY of the same rows in one statement, in turns, by the same client."""

import statistics
import time
from collections.abc import Callable

from webapp.actions import exporting
from webapp.domain.searching import Export
from webapp.store import database, writing
from webapp.store.database import Connection

_TIMES = 3
_STATEMENTS = {
    "csv": f"COPY ({writing.TABLE.replace(writing.WHERE, 'true')}) TO STDOUT (FORMAT csv)",
    "jsonl": f"COPY ({writing.LINES.replace(writing.WHERE, 'true')}) TO STDOUT",
}


def measure_exports() -> None:
    """Measures everything as CSV and as JSON Lines, and prints. Under an application's context."""
    for wanted, statement in _STATEMENTS.items():
        times: dict[str, list[float]] = {"export": [], "COPY": []}
        size = 0
        for _ in range(_TIMES):
            took, size = _timed(lambda wanted=wanted: _export(wanted))
            times["export"].append(took)
            times["COPY"].append(_timed(lambda one=statement: database.read(_copy, one))[0])
        ours, plain = (statistics.median(times[name]) for name in ("export", "COPY"))
        print(
            f"- export as {wanted}: {ours:.1f} s for {size / 2**20:,.0f} MiB; "
            f"COPY in one statement: {plain:.1f} s; the export has {plain / ours:.0%} of its speed"
        )


def _timed(work: Callable[[], int]) -> tuple[float, int]:
    began = time.perf_counter()
    size = work()
    return time.perf_counter() - began, size


def _export(wanted: str) -> int:
    return sum(map(len, exporting.export(Export(format=wanted)).chunks))  # type: ignore[arg-type]


def _copy(connection: Connection, statement: str) -> int:
    connection.execute("SET statement_timeout = 0")
    with connection.cursor() as cursor, cursor.copy(statement) as copy:  # type: ignore[arg-type]
        size = sum(map(len, copy))
    connection.execute("SET statement_timeout = '30s'")
    return size
