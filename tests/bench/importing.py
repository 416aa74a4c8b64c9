"""Importing a file measured against a plain COPY of the rows that it makes, and look-ups meanwhile.

The COPY goes into the same tables with the same indexes, constraints and triggers, from files on the
same disk; both run in the same server, one after the other.
"""

import json
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from random import Random

import psutil
import psycopg

from tests.bench import files
from tests.bench.cases import cases
from tests.bench.exporting import measure_exports
from tests.bench.registry import HOME, bench_settings, fresh, sample
from tests.cli.commands import environment
from webapp.app import create_app
from webapp.config import ROOT, Settings
from webapp.store import database, provisioning

# In the order in which foreign keys want them.
_TABLES = ("records", "serial_blocks", "projects", "parties", "events", "holdings", "feed")
# Others come as they lie; an event must follow its source.
_IN_ORDER = {
    "events": "SELECT e.* FROM events e JOIN holdings h USING (record_id) ORDER BY h.no, e.seq",
    "holdings": "SELECT * FROM holdings ORDER BY no",
}
_SUMS = ("unit_sums", "event_sums", "pending_sums")
_LOOK_UPS = (
    "all records, by created",
    "registry, by created",
    "one project, by created",
    "a single serial inside a block",
    "a record with its events",
    "totals",
)
_MIB = 2**20


@dataclass(frozen=True)
class Ran:
    """How a command ran: seconds, the largest memory of its process in MiB, its last line."""

    seconds: float
    mib: float
    last: str


def measure(rows: int) -> None:
    """Measures and prints."""
    HOME.mkdir(parents=True, exist_ok=True)
    file = HOME / f"verra_{rows}.csv"
    if not file.exists():
        files.write(file, rows)
    with provisioning.available(bench_settings()):
        imported, copied = fresh("imported"), fresh("copied")
        ours = run(imported, "records", "import", str(file), "--json")
        summary = json.loads(ours.last)
        assert summary["added"] == rows, summary
        plain = _copy(imported, copied)
        print(f"{rows:,} rows of {file.stat().st_size / _MIB:,.0f} MiB:")
        print(
            f"- import: {ours.seconds:.1f} s, {rows / ours.seconds:,.0f} rows a second, {ours.mib:.0f} MiB"
        )
        print(
            f"- plain COPY of what it made: {plain:.1f} s; the import has {plain / ours.seconds:.0%} of its speed"
        )
        _measure_exports(imported)
        _look_up_meanwhile(imported, rows)


def run(settings: Settings, *words: str, output: Path | None = None) -> Ran:
    """Runs a flask command on a database and watches its memory."""
    began = time.perf_counter()
    with tempfile.TemporaryFile("w+") as told:
        process = subprocess.Popen(
            [sys.executable, "-m", "flask", *words],
            cwd=ROOT,
            env=environment(DATABASE_URL=settings.database_url, SECRET_KEY=settings.secret_key),
            stdout=output.open("wb") if output else told,
            stderr=subprocess.DEVNULL,
        )
        most = 0
        while process.poll() is None:
            try:
                most = max(most, psutil.Process(process.pid).memory_info().rss)
            except psutil.Error:
                break
            time.sleep(0.05)
        seconds = time.perf_counter() - began
        assert process.wait() == 0
        told.seek(0)
        lines = told.read().splitlines()
    return Ran(seconds, most / _MIB, lines[-1] if lines else "")


def _copy(source: Settings, target: Settings) -> float:
    """Copies the rows out into files, and then, measured, in."""
    with (
        tempfile.TemporaryDirectory(dir=HOME) as folder,
        psycopg.connect(source.owner_url, autocommit=True) as reading,
        psycopg.connect(target.owner_url, autocommit=True) as writing,
    ):
        tables = (*_TABLES, *_SUMS)
        for table in tables:
            out = f"COPY ({_IN_ORDER.get(table, f'TABLE {table}')}) TO STDOUT"
            with (Path(folder) / table).open("wb") as file, reading.cursor().copy(out) as copy:
                file.writelines(copy)
        began = time.perf_counter()
        for table in tables:
            into = f"COPY {table} FROM STDIN"
            with (Path(folder) / table).open("rb") as file, writing.cursor().copy(into) as copy:
                while part := file.read(2**18):
                    copy.write(part)
        return time.perf_counter() - began


def _measure_exports(settings: Settings) -> None:
    """Exports against COPY out: of the same statement, and of the tables as they lie."""
    app = create_app(settings)
    with app.app_context():
        measure_exports()
        database.close(app)
    with tempfile.NamedTemporaryFile(dir=HOME) as file:
        ours = run(settings, "records", "export", "--format", "csv", output=Path(file.name))
    began = time.perf_counter()
    with psycopg.connect(settings.owner_url, autocommit=True) as reading:
        for table in ("records", "events", "holdings"):
            with reading.cursor().copy(f"COPY {table} TO STDOUT") as copy:
                sum(map(len, copy))
    plain = time.perf_counter() - began
    print(
        f"- `flask records export`: {ours.seconds:.1f} s with its start, {ours.mib:.0f} MiB; "
        f"COPY of records, events and holdings side by side: {plain:.1f} s"
    )


def _look_up_meanwhile(settings: Settings, rows: int) -> None:
    """The times of look-ups while a second file is imported into the same registry."""
    more = HOME / f"verra_more_{rows}.csv"
    if not more.exists():
        files.write(more, max(20_000, rows // 20), first_batch=rows)
    app = create_app(settings)
    with app.app_context():
        kinds = [one for one in cases(*sample(rows)) if one.name in _LOOK_UPS]
        times: dict[str, list[float]] = {one.name: [] for one in kinds}
        with _running(lambda: run(settings, "records", "import", str(more))) as still:
            random = Random(rows)
            while still():
                for one in kinds:
                    began = time.perf_counter()
                    one.ask(random)
                    times[one.name].append((time.perf_counter() - began) * 1000)
                    time.sleep(0.01)
        database.close(app)
    print("- look-ups while an import runs, milliseconds: median, 95th percentile")
    for name, found in times.items():
        p95 = statistics.quantiles(found, n=20)[-1]
        print(f"  - {name}: {statistics.median(found):.1f}, {p95:.1f} ({len(found)} look-ups)")


@contextmanager
def _running(work: Callable[[], object]) -> Iterator[Callable[[], bool]]:
    thread = threading.Thread(target=work)
    thread.start()
    yield thread.is_alive
    thread.join()


if __name__ == "__main__":
    measure(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000)
