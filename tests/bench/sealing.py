"""Sealing measured: leaves a second, proofs and checkpoints, and what sealing costs those who write.

The events are an import's. Writers, in processes of their own, retire a unit each of many records in
turn, so that none of these has a long life; beside a sealer, and without one.
"""

import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from random import Random

import psycopg

from tests.bench import files
from tests.bench.importing import run
from tests.bench.registry import HOME, bench_settings, fresh
from tests.cli.commands import environment
from tests.factories import DESK, new_record
from webapp.actions import creating, sealing
from webapp.actions.sealing import Sealer
from webapp.app import create_app
from webapp.config import ROOT, Settings
from webapp.ledger_files import signers
from webapp.store import database, provisioning

_EVENTS_A_ROW = 1.5  # half of the rows are retired
_ASKED = 200
_WRITERS = 4
_RECORDS = 400  # of each writer
_WRITING_S = 10.0
_WARM_UP_S = 2.0  # until the sealer is up, too
_TURNS = 3
# A writer's whole program: so many retirements as it can, from the line on that says go.
_WRITER = """
import sys, time
from tests.factories import DESK
from webapp.actions import taking
from webapp.app import create_app
from webapp.domain.commands import Retire
seconds, ids, done = float(sys.argv[1]), sys.stdin.readline().split(), 0
with create_app().app_context():
    taking.retire(ids[0], Retire(quantity=1), DESK)
    print("ready", flush=True)
    sys.stdin.readline()
    ends = time.monotonic() + seconds
    while time.monotonic() < ends:
        taking.retire(ids[done % len(ids)], Retire(quantity=1), DESK)
        done += 1
print(done)
"""


def measure(events: int) -> None:
    """Measures and prints."""
    HOME.mkdir(parents=True, exist_ok=True)
    rows = int(events / _EVENTS_A_ROW)
    file = HOME / f"verra_{rows}.csv"
    if not file.exists():
        files.write(file, rows)
    with provisioning.available(bench_settings()), tempfile.TemporaryDirectory(dir=HOME) as folder:
        settings = replace(fresh("sealed"), data_dir=Path(folder))
        run(settings, "records", "import", str(file), "--json")
        app = create_app(settings)
        with app.app_context():
            _seal(settings)
            _ask(settings)
            _write(settings)
            database.close(app)


def _seal(settings: Settings) -> None:
    sealer = Sealer(settings)
    began = time.perf_counter()
    leaves = sealer.seal()
    seconds = time.perf_counter() - began
    print(f"{leaves:,} leaves:")
    print(f"- sealing: {seconds:.1f} s, {leaves / seconds:,.0f} leaves a second")


def _ask(settings: Settings) -> None:
    """The times of proofs of events from all over the log, of checkpoints, and of a first look."""
    random = Random(1)
    with psycopg.connect(settings.owner_url) as owner:
        size = sealing.status(1).size
        numbers = [random.randrange(size) for _ in range(_ASKED)]
        query = "SELECT record_id, seq FROM ledger_leaves WHERE no = ANY (%s)"
        wanted = owner.execute(query, (numbers,)).fetchall()
    for name, asked in (
        ("a proof", [lambda one=one: sealing.prove(*one) for one in wanted]),
        ("the checkpoint", [sealing.checkpoint] * _ASKED),
        ("the growth since any size", [lambda n=n: sealing.growth_proof(n) for n in numbers]),
    ):
        times = [_time(one) for one in asked]
        p95 = statistics.quantiles(times, n=20)[-1]
        print(f"- {name}: {statistics.median(times):.1f} ms, 95th percentile {p95:.1f} ms")
    creating.create(new_record(), DESK)
    took = _time(lambda: Sealer(settings).seal())
    print(f"- a leaf sealed, signed and published: {took:.1f} ms")


def _time(ask: Callable[[], object]) -> float:
    began = time.perf_counter()
    ask()
    return (time.perf_counter() - began) * 1000


def _write(settings: Settings) -> None:
    """Retirements a second by several writers, in turns with and without a sealer beside them."""
    ids = [
        creating.create(new_record(serial_number=f"B-{n}", quantity=10**7), DESK).story.record.id
        for n in range(_WRITERS * _RECORDS)
    ]
    rates: dict[bool, list[float]] = {False: [], True: []}
    for sealed in (False, True) * _TURNS:
        Sealer(settings).seal()
        with _sealing(settings) if sealed else tempfile.TemporaryDirectory():
            rates[sealed].append(_retire(settings, ids))
    plain, beside = (statistics.median(rates[sealed]) for sealed in (False, True))
    print(f"- retirements by {_WRITERS} processes: {plain:,.0f} a second without a sealer")
    print(f"- with a sealer beside them: {beside:,.0f} a second, {beside / plain:.0%} of that")


def _retire(settings: Settings, ids: list[str]) -> float:
    writers = [
        subprocess.Popen(
            [sys.executable, "-c", _WRITER, str(_WRITING_S)],
            cwd=ROOT,
            env=_environment(settings),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(_WRITERS)
    ]
    for number, one in enumerate(writers):
        _tell(one, " ".join(ids[number::_WRITERS]))
    for one in writers:
        assert one.stdout is not None
        assert one.stdout.readline() == "ready\n"
    time.sleep(_WARM_UP_S)
    for one in writers:
        _tell(one, "go")
    return sum(int(one.communicate()[0]) for one in writers) / _WRITING_S


def _tell(process: "subprocess.Popen[str]", line: str) -> None:
    assert process.stdin is not None
    process.stdin.write(f"{line}\n")
    process.stdin.flush()


@contextmanager
def _sealing(settings: Settings) -> Iterator[None]:
    """The server's process for background work, as long as the block lasts."""
    process = subprocess.Popen(
        [sys.executable, "-m", "webapp.background"], cwd=ROOT, env=_environment(settings)
    )
    try:
        yield
    finally:
        process.terminate()
        process.wait()


def _environment(settings: Settings) -> dict[str, str]:
    return environment(
        DATABASE_URL=settings.database_url,
        DATA_DIR=str(settings.data_dir),
        SECRET_KEY=settings.secret_key,
        LEDGER_KEY=signers(settings)[0].secret_text(),
    )


if __name__ == "__main__":
    measure(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)
