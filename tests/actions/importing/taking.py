"""Files to import, and what an import is asked for."""

import csv
from pathlib import Path

import psycopg

from tests.actions.recounting import recount, told
from tests.factories import DESK
from webapp.actions import importing, rebuilding, totals
from webapp.actions.importing import Summary

ROWS = 2500  # three batches
PLAIN = "project_name,registry,vintage,quantity,serial_number,retired_on,beneficiary\n"


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


def uploaded(path: Path, strict: bool = False) -> int:
    with path.open("rb") as file:
        found = importing.receive(path.name, file, DESK)
    importing.confirm(found.id, DESK, own_blocks=False, strict=strict)
    return found.id
