"""Importing files: what goes in, what comes back, and what holds however often and wherever it breaks."""

import csv
import io
import json
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial
from pathlib import Path

import psycopg
import pytest
from flask import Flask

from tests.actions.recounting import recount, told
from tests.bench import files
from tests.factories import DESK
from webapp.actions import creating, importing, looking, rebuilding, taking, totals
from webapp.actions.importing import Summary, batches, history, running
from webapp.actions.importing.receiving import opened
from webapp.domain.actors import Actor
from webapp.domain.commands import CreateRecord, Sell
from webapp.domain.refusals import Busy, FileRefused, ImportNotWaiting, NotAllowed, Refusal

ROWS = 2500  # three batches
PLAIN = "project_name,registry,vintage,quantity,serial_number,retired_on,beneficiary\n"


@pytest.fixture
def verra(tmp_path: Path) -> Path:
    """A file of Verra's shape without a fault."""
    path = tmp_path / "verra.csv"
    files.write(path, ROWS)
    return path


@pytest.fixture
def dirty(tmp_path: Path) -> Path:
    """A file with two good rows and three bad ones between them."""
    path = tmp_path / "dirty.csv"
    path.write_text(
        PLAIN
        + "Wind,VCS,2021,100,A-1,,\n"
        + "Wind,VCS,2021,0,A-2,,\n"
        + "Wind,VCS,2021,100,A-3,2999-01-01,Acme\n"
        + "=Wind,VCS,2021,x,A-4,,\n"
        + "Wind,VCS,2021,100,A-5,2026-01-02,Acme\n"
    )
    return path


def take(path: Path, **how: object) -> Summary:
    return importing.import_file(path, DESK, **how)  # type: ignore[arg-type]


def counted(summary: Summary) -> tuple[int, int, int, int]:
    return summary.read, summary.added, summary.already_there, summary.refused


def everything(owner: psycopg.Connection) -> dict[str, list[tuple[object, ...]]]:
    """All rows of all tables that an import writes."""
    tables = "records serial_blocks events holdings feed projects parties imports import_refusals"
    return {
        table: owner.execute(f"SELECT t::text FROM {table} t ORDER BY 1").fetchall()
        for table in tables.split()
    }


def assert_consistent(owner: psycopg.Connection) -> None:
    """Every projection says what its events say, and the totals are those of a recount."""
    assert list(rebuilding.check()) == []
    assert rebuilding.check_above() == []
    counted_anew, kept = recount(owner), told(totals.totals())
    for name in ("whole", "registries", "vintages", "months"):
        assert kept[name] == counted_anew[name], name


def units_of(path: Path, only_retired: bool = False) -> int:
    with path.open(newline="") as file:
        return sum(
            int(row["Quantity Issued"].replace(",", ""))
            for row in csv.DictReader(file)
            if row["Retirement/Cancellation Date"] or not only_retired
        )


def test_all_rows_of_a_clean_file_go_in_and_the_totals_are_the_files(
    app: Flask, owner: psycopg.Connection, verra: Path
) -> None:
    assert counted(take(verra)) == (ROWS, ROWS, 0, 0)
    whole = totals.totals().whole
    assert (whole.records, whole.issued) == (ROWS, units_of(verra))
    assert whole.retired == units_of(verra, only_retired=True)
    assert_consistent(owner)


def test_records_are_numbered_in_the_order_of_the_file(
    app: Flask, owner: psycopg.Connection, verra: Path
) -> None:
    take(verra)
    query = (
        "SELECT r.serial_number FROM holdings h JOIN records r ON r.id = h.record_id ORDER BY no"
    )
    with verra.open(newline="") as file:
        serials = [row["Serial Number"] for row in csv.DictReader(file)]
    assert [row[0] for row in owner.execute(query)] == serials


def test_the_same_file_again_adds_nothing(
    app: Flask, owner: psycopg.Connection, verra: Path
) -> None:
    take(verra)
    before = everything(owner)
    assert counted(take(verra)) == (ROWS, 0, ROWS, 0)
    after = everything(owner)
    assert len(after.pop("imports")) == len(before.pop("imports")) + 1
    assert after == before


def test_good_rows_go_in_and_bad_ones_come_back_to_be_corrected(
    app: Flask, owner: psycopg.Connection, dirty: Path
) -> None:
    summary = take(dirty)
    assert counted(summary) == (5, 2, 0, 3)
    assert summary.refusals is not None
    returned = Path(summary.refusals)
    with returned.open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["cairn_row"] for row in rows] == ["2", "3", "4"]
    assert {row["cairn_code"] for row in rows} == {"invalid_fields"}
    assert "3 999" not in rows[1]["cairn_sentence"]
    assert "1 January 2999 lies in the future" in rows[1]["cairn_sentence"]
    assert rows[2]["project_name"] == "'=Wind"
    corrected = returned.read_text().replace(",0,A-2", ",1,A-2").replace(",x,A-4", ",7,A-4")
    returned.write_text(corrected.replace("2999-01-01", "2025-01-01"))
    assert counted(take(returned)) == (3, 3, 0, 0)
    names = {row[0] for row in owner.execute("SELECT DISTINCT project_name FROM records")}
    assert names == {"Wind", "=Wind"}
    assert_consistent(owner)


def test_a_second_file_of_refused_rows_leaves_the_first_alone(app: Flask, dirty: Path) -> None:
    first, second = take(dirty), take(dirty)
    assert first.refusals != second.refusals
    assert Path(first.refusals or "").read_text() == Path(second.refusals or "").read_text()


def test_all_or_nothing_gives_every_row_back(
    app: Flask, owner: psycopg.Connection, dirty: Path
) -> None:
    summary = take(dirty, strict=True)
    assert counted(summary) == (5, 0, 0, 5)
    assert owner.execute("SELECT count(*) FROM records").fetchone() == (0,)
    with Path(summary.refusals or "").open(newline="") as file:
        codes = [row["cairn_code"] for row in csv.DictReader(file)]
    assert codes == ["all_or_nothing", *["invalid_fields"] * 3, "all_or_nothing"]
    assert importing.newest()[0].state == "undone"


def test_all_or_nothing_takes_a_clean_file_whole(
    app: Flask, owner: psycopg.Connection, verra: Path
) -> None:
    assert counted(take(verra, strict=True)) == (ROWS, ROWS, 0, 0)
    assert importing.newest()[0].state == "done"
    assert_consistent(owner)


def test_all_or_nothing_counts_what_is_there_already(
    app: Flask, tmp_path: Path, dirty: Path
) -> None:
    take(dirty)
    assert counted(take(dirty, strict=True)) == (5, 0, 2, 3)


@pytest.mark.parametrize("strict", [False, True])
def test_a_trial_says_what_would_happen_and_leaves_nothing_behind(
    app: Flask, owner: psycopg.Connection, dirty: Path, strict: bool
) -> None:
    before = everything(owner)
    tried = take(dirty, dry_run=True, strict=strict)
    assert everything(owner) == before
    done = take(dirty, strict=strict)
    assert counted(tried) == counted(done)
    assert Path(tried.refusals or "").read_bytes() == Path(done.refusals or "").read_bytes()


def test_a_trial_sees_across_batches(app: Flask, verra: Path, tmp_path: Path) -> None:
    twice = tmp_path / "twice.csv"
    lines = verra.read_text().splitlines(keepends=True)
    twice.write_text("".join([*lines, *lines[1:]]))
    assert counted(take(twice, dry_run=True)) == (2 * ROWS, ROWS, ROWS, 0)


def test_retirements_land_on_a_clerks_record_and_leave_others_units_alone(
    app: Flask, owner: psycopg.Connection, tmp_path: Path
) -> None:
    serial = "GS1-1-KE-GS11603-16-2025-30256-{}-{}"
    command = CreateRecord(
        project_name="Cookstoves",
        registry="GS",
        vintage=2025,
        quantity=100,
        serial_number=serial.format(1, 100),
    )
    record = creating.create(command, DESK).story.record
    path = tmp_path / "plain.csv"
    rows = [(1, 10, "Acme"), (5, 12, "Bolt"), (11, 20, "Bolt"), (91, 110, "Acme")]
    path.write_text(
        PLAIN
        + "".join(
            f"Cookstoves,GS,2025,{last - first + 1},{serial.format(first, last)},2026-01-02,{who}\n"
            for first, last, who in rows
        )
    )
    assert counted(take(path)) == (4, 2, 0, 2)
    story = looking.record(record.id)
    assert [(str(one.units), one.party) for one in story.events[1:]] == [
        ("1-10", "Acme"),
        ("11-20", "Bolt"),
    ]
    assert_consistent(owner)


def test_a_row_that_only_the_database_refuses_costs_no_other_row(
    app: Flask, owner: psycopg.Connection, tmp_path: Path
) -> None:
    owner.execute("ALTER TABLE events ADD CONSTRAINT nobody CHECK (party <> 'Bolt')")
    path = tmp_path / "plain.csv"
    rows = [f"Wind,VCS,2021,1,B-{n},2026-01-02,{'Bolt' if n == 7 else 'Acme'}\n" for n in range(20)]
    path.write_text(PLAIN + "".join(rows))
    assert counted(take(path)) == (20, 19, 0, 1)
    assert_consistent(owner)


def test_two_imports_of_one_file_at_once_end_as_one(
    app: Flask, owner: psycopg.Connection, verra: Path
) -> None:
    start = threading.Barrier(2)

    def run() -> Summary:
        with app.app_context():
            start.wait()
            return take(verra)

    with ThreadPoolExecutor(2) as pool:
        summaries = [one.result() for one in [pool.submit(run), pool.submit(run)]]
    assert sum(one.added for one in summaries) == ROWS
    assert sum(one.already_there for one in summaries) == ROWS
    assert_consistent(owner)


def test_clerks_who_act_on_the_same_units_meanwhile_and_the_import_share_them(
    app: Flask, owner: psycopg.Connection, verra: Path
) -> None:
    with verra.open(newline="") as file:
        rows = list(csv.DictReader(file))
    created = threading.Event()

    def clerk(mine: list[dict[str, str]]) -> int:
        """Records the same blocks by hand, under another name, and sells what is left of each."""
        done = 0
        with app.app_context():
            created.wait()
            for row in mine:
                command = CreateRecord(
                    project_name="By hand",
                    registry="VCS",
                    vintage=int(row["Vintage Start"][:4]),
                    quantity=int(row["Quantity Issued"].replace(",", "")),
                    serial_number=row["Serial Number"],
                )
                try:
                    record = creating.create(command, DESK).story.record
                    taking.sell(record.id, Sell(buyer="Acme"), DESK)
                    done += 1
                except Refusal:
                    pass
        return done

    def started(read: int, _rows: int) -> None:
        created.set()

    with ThreadPoolExecutor(3) as pool:
        clerks = [pool.submit(clerk, rows[start::80]) for start in (2, 3)]
        summary = take(verra, progress=started)
        by_hand = sum(one.result() for one in clerks)
    assert summary.read == ROWS == summary.added + summary.already_there + summary.refused
    assert owner.execute("SELECT count(*) FROM records").fetchone() == (ROWS,)
    assert summary.refused <= by_hand
    assert_consistent(owner)


class Crash(BaseException):
    """As a process ends that is killed: nothing of ours catches it."""


def uploaded(path: Path, strict: bool = False) -> int:
    with path.open("rb") as file:
        found = importing.receive(path.name, file, DESK)
    importing.confirm(found.id, DESK, own_blocks=False, strict=strict)
    return found.id


def crash_in(import_id: int, batch: int) -> None:
    """Runs an import until the given batch was written, and dies."""
    seen = []

    def each(landed: batches.Landed) -> None:
        seen.append(landed)
        if len(seen) == batch:
            raise Crash

    found = importing.one(import_id)
    with pytest.raises(Crash):
        running.carry_out(found, partial(opened, found), each)


def test_a_confirmed_file_is_imported_and_its_bytes_forgotten(
    app: Flask, owner: psycopg.Connection, verra: Path
) -> None:
    import_id = uploaded(verra)
    assert importing.work()
    found = importing.one(import_id)
    assert (found.state, found.added, found.read) == ("done", ROWS, ROWS)
    assert owner.execute("SELECT count(*) FROM import_pieces").fetchone() == (0,)
    assert not importing.work()
    assert_consistent(owner)


@pytest.mark.parametrize("batch", [1, 2, 3])
def test_after_a_crash_an_import_goes_on_where_it_was(
    app: Flask, owner: psycopg.Connection, verra: Path, batch: int
) -> None:
    import_id = uploaded(verra)
    crash_in(import_id, batch)
    assert importing.one(import_id).read == min(batch * batches.ROWS, ROWS)
    assert importing.work()
    found = importing.one(import_id)
    assert (found.state, found.added, found.starts) == ("done", ROWS, 2)
    assert_consistent(owner)


def test_after_a_crash_refused_rows_are_neither_lost_nor_doubled(
    app: Flask, owner: psycopg.Connection, tmp_path: Path
) -> None:
    path = tmp_path / "plain.csv"
    bad = {5, 999, 1000, 1001, 2499}
    rows = [f"Wind,VCS,2021,{'x' if n in bad else 1},C-{n},,\n" for n in range(ROWS)]
    path.write_text(PLAIN + "".join(rows))
    import_id = uploaded(path)
    crash_in(import_id, 2)
    assert importing.work()
    found = importing.one(import_id)
    assert (found.added, found.refused) == (ROWS - len(bad), len(bad))
    assert [one.number for one in history.refused_rows(import_id)] == [n + 1 for n in sorted(bad)]


@pytest.mark.parametrize("batch", [1, 3])
def test_after_a_crash_all_or_nothing_begins_again(
    app: Flask, owner: psycopg.Connection, verra: Path, batch: int
) -> None:
    import_id = uploaded(verra, strict=True)
    crash_in(import_id, batch)
    assert owner.execute("SELECT count(*) FROM records").fetchone() == (0,)
    assert importing.work()
    found = importing.one(import_id)
    assert (found.state, found.added) == ("done", ROWS)
    assert_consistent(owner)


def test_a_stopped_import_keeps_what_it_added_and_can_be_completed(
    app: Flask, owner: psycopg.Connection, verra: Path
) -> None:
    import_id = uploaded(verra)
    found = importing.one(import_id)
    running.carry_out(found, partial(opened, found), lambda _: importing.stop(import_id, DESK))
    found = importing.one(import_id)
    assert (found.state, found.added) == ("stopped", batches.ROWS)
    assert found.failure is not None
    assert not importing.work()
    assert counted(take(verra)) == (ROWS, ROWS - batches.ROWS, batches.ROWS, 0)
    assert_consistent(owner)


def test_stopping_all_or_nothing_leaves_nothing(
    app: Flask, owner: psycopg.Connection, verra: Path
) -> None:
    import_id = uploaded(verra, strict=True)
    found = importing.one(import_id)
    running.carry_out(found, partial(opened, found), lambda _: importing.stop(import_id, DESK))
    found = importing.one(import_id)
    assert (found.state, found.read, found.added) == ("stopped", 0, 0)
    assert owner.execute("SELECT count(*) FROM records").fetchone() == (0,)


def test_who_runs_an_import_is_alone_at_it(app: Flask, verra: Path) -> None:
    import_id = uploaded(verra)
    with running.held(import_id) as ours:
        assert ours
        assert importing.one(import_id).alive
        assert not importing.work()
    assert not importing.one(import_id).alive


def test_an_import_that_could_not_go_on_is_free_for_the_next_attempt(
    app: Flask, verra: Path
) -> None:
    import_id = uploaded(verra)
    with pytest.raises(Busy), running.held(import_id):
        raise Busy
    assert not importing.one(import_id).alive


def test_the_bytes_of_an_import_that_was_stopped_in_the_queue_are_forgotten(
    app: Flask, owner: psycopg.Connection, verra: Path
) -> None:
    importing.stop(uploaded(verra), DESK)
    waits = uploaded(verra)
    importing.forget_abandoned(timedelta(days=1))
    left = owner.execute("SELECT DISTINCT import_id FROM import_pieces").fetchall()
    assert left == [(waits,)]


def test_a_row_that_only_the_database_refuses_undoes_all_or_nothing(
    app: Flask, owner: psycopg.Connection, tmp_path: Path
) -> None:
    owner.execute("ALTER TABLE events ADD CONSTRAINT nobody CHECK (party <> 'Bolt')")
    path = tmp_path / "plain.csv"
    rows = [f"Wind,VCS,2021,1,B-{n},2026-01-02,{'Bolt' if n == 7 else 'Acme'}\n" for n in range(20)]
    path.write_text(PLAIN + "".join(rows))
    assert counted(take(path, strict=True)) == (20, 0, 0, 20)
    assert importing.newest()[0].state == "undone"
    assert counted(take(path, dry_run=True)) == (20, 19, 0, 1)


def test_a_preview_tells_what_confirming_then_does(app: Flask, dirty: Path) -> None:
    with dirty.open("rb") as file:
        found = importing.receive("dirty.csv", file, DESK)
    preview = importing.preview(found.id)
    assert [(one.number, one.new) for one in preview.rows] == [
        (1, True),
        (2, False),
        (3, False),
        (4, False),
        (5, True),
    ]
    assert [one.number for one in preview.refused] == [2, 3, 4]
    importing.confirm(found.id, DESK, own_blocks=False, strict=False)
    importing.work()
    done = importing.one(found.id)
    assert (done.added, done.refused) == (2, 3)


def test_a_preview_changes_nothing(app: Flask, owner: psycopg.Connection, verra: Path) -> None:
    with verra.open("rb") as file:
        found = importing.receive("verra.csv", file, DESK)
    before = everything(owner)
    importing.preview(found.id)
    assert everything(owner) == before


def test_a_file_is_confirmed_or_discarded_once(app: Flask, verra: Path) -> None:
    import_id = uploaded(verra)
    with pytest.raises(ImportNotWaiting):
        importing.confirm(import_id, DESK, own_blocks=False, strict=False)
    with pytest.raises(ImportNotWaiting):
        importing.discard(import_id, DESK)


def test_a_discarded_file_is_gone(app: Flask, owner: psycopg.Connection, verra: Path) -> None:
    with verra.open("rb") as file:
        found = importing.receive("verra.csv", file, DESK)
    importing.discard(found.id, DESK)
    assert importing.newest() == []
    assert owner.execute("SELECT count(*) FROM import_pieces").fetchone() == (0,)


def test_viewers_import_nothing(app: Flask, verra: Path) -> None:
    viewer = Actor("staff:9", "Reader", "viewer")
    with verra.open("rb") as file, pytest.raises(NotAllowed):
        importing.receive("verra.csv", file, viewer)


def test_a_refused_file_is_not_kept(app: Flask, owner: psycopg.Connection) -> None:
    with pytest.raises(FileRefused):
        importing.receive("x.csv", io.BytesIO(b"a,b\n1,2\n"), DESK)
    assert owner.execute("SELECT count(*) FROM imports").fetchone() == (0,)


def test_json_as_the_prototypes_sample_goes_in(app: Flask, tmp_path: Path) -> None:
    path = tmp_path / "sample.json"
    rows = [
        {
            "project_name": f"Project {n}",
            "registry": "VCS",
            "vintage": 2020 + n,
            "quantity": n,
            "serial_number": f"VCS-{n}",
        }
        for n in range(4)
    ]
    path.write_text(json.dumps(rows, indent=2))
    summary = take(path)
    assert counted(summary) == (4, 3, 0, 1)
    (line,) = Path(summary.refusals or "").read_text().splitlines()
    assert json.loads(line)["cairn"]["row"] == 1
