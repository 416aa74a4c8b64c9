"""Sealing measured: leaves a second, proofs and checkpoints, and what sealing costs those who write.

The events are an import's. Writers, in processes of their own, retire a unit each of many records in
turn, so that none of these has a long life; beside a sealer, and without one.
"""

import argparse
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

import psutil
import psycopg

from tests.bench import files
from tests.bench.importing import run
from tests.bench.registry import HOME, bench_settings, fresh, registry_of
from tests.cli.commands import environment
from tests.factories import DESK, new_record
from webapp.actions import creating, sealing
from webapp.actions.sealing import Sealer
from webapp.actions.verifying.leaves import check_head, check_leaves
from webapp.actions.verifying.signed import Signed
from webapp.app import create_app
from webapp.config import ROOT, Settings
from webapp.ledger_files import signers
from webapp.store import database, provisioning

# A registry that was filled past the application has nothing on its queue.
_QUEUE_ALL = (
    "INSERT INTO ledger_queue (record_id, seq) SELECT record_id, seq FROM events"
    " WHERE NOT EXISTS (SELECT FROM ledger_queue) AND (SELECT size FROM ledger_head) = 0"
    " ORDER BY at, record_id, seq"
)
_EVENTS_A_ROW = 1.5  # half of the rows are retired
_ASKED = 200
_WRITERS = 4
_RECORDS = 400  # of each writer
_WRITING_S = 10.0
_WARM_UP_S = 2.0  # until the sealer is up, too
_TURNS = 5
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


def measure_registry(records: int) -> None:
    """Measures in the registry that look-ups are measured in: its log, all of which is sealed first."""
    with registry_of(records) as app:
        settings: Settings = app.extensions["cairn.settings"]
        with psycopg.connect(settings.owner_url, autocommit=True) as owner:
            owner.execute(_QUEUE_ALL)
        _seal(settings)
        _ask(settings)
        _read_through(settings)


def _seal(settings: Settings) -> None:
    sealer = Sealer(settings)
    began = time.perf_counter()
    leaves = sealer.seal()
    seconds = time.perf_counter() - began
    print(f"{sealing.status(1).size:,} leaves:")
    if leaves:
        print(f"- sealing: {seconds:.1f} s, {leaves / seconds:,.0f} leaves a second")


def _read_through(settings: Settings) -> None:
    """What `flask ledger verify` does first, and longest: every leaf, its rows, nodes, checkpoints."""
    before = psutil.Process().memory_info().rss
    began = time.perf_counter()
    head = check_head()
    keys = [one.key for one in signers(settings)]
    check_leaves(head, Signed(head.size, keys, (), ()), lambda *_: None)
    seconds = time.perf_counter() - began
    more = (psutil.Process().memory_info().rss - before) / 2**20
    print(
        f"- verifying the log: {seconds:.0f} s, {head.size / seconds:,.0f} leaves a second, "
        f"{more:.0f} MiB more memory at its end"
    )


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
    """Retirements a second by several writers, in turns with and without a sealer beside them.

    Each turn has records of its own: one with a longer life takes longer to retire from.
    """
    rates: dict[bool, list[float]] = {False: [], True: []}
    for turn in range(2 * _TURNS):
        sealed = turn % 2 == 1
        made = [
            creating.create(new_record(serial_number=f"B-{turn}-{n}", quantity=10**7), DESK)
            for n in range(_WRITERS * _RECORDS)
        ]
        ids = [one.story.record.id for one in made]
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


def main() -> None:
    """Measures writers beside a sealer, and the logs of the registries of so many records."""
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--records", type=int, nargs="*", default=[10_000_000])
    parser.add_argument("--events", type=int, default=100_000, help="What is imported and sealed.")
    given = parser.parse_args()
    measure(given.events)
    for records in given.records:
        measure_registry(records)


if __name__ == "__main__":
    main()
