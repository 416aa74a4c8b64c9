"""Importing: nothing lost, nothing doubled; the sums add up, and a file of refused rows comes back."""

import csv
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest
from flask import Flask

from tests.actions.importing.taking import (
    PLAIN,
    ROWS,
    assert_consistent,
    counted,
    everything,
    take,
    units_of,
)
from tests.factories import DESK
from webapp.actions import creating, importing, looking, taking, totals
from webapp.actions.importing import Summary
from webapp.domain.commands import CreateRecord, Sell
from webapp.domain.refusals import Refusal


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
