"""What is kept beside records and events, to compare, and what `flask holdings check` says of it."""

from typing import Any

import psycopg

from webapp.actions import rebuilding
from webapp.store import database, sums

_KEPT = {
    "projects": "registry, name, folded, records, issued, available, sold, retired, cancelled",
    "parties": "name, folded, events, retired",
    "unit_sums": "*",
    "event_sums": "*",
    "feed": "record_no, seq, event_type, registry, vintage, day, month, at,"
    " (SELECT name FROM parties WHERE no = party_no)",
    "holdings": "record_id, no, quantity, available, sold, retired, cancelled, status, last_seq,"
    " (SELECT (registry, name) FROM projects p WHERE p.no = project_no), project_key, registry,"
    " vintage, changed_at",
}


def kept(owner: psycopg.Connection) -> dict[str, list[Any]]:
    """Everything that is kept beside records and events, with names in place of their numbers."""
    return {
        table: owner.execute(f"SELECT {columns} FROM {table} ORDER BY 1, 2, 3").fetchall()
        for table, columns in _KEPT.items()
    }


def fold() -> None:
    """Folds what is pending into the kept sums."""
    database.change(sums.fold)


def differences() -> list[object]:
    """What `flask holdings check` finds."""
    return [*rebuilding.check(), *rebuilding.check_above()]
