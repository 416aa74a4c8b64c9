"""The kept sums: how many records and units there are, by registry, vintage, status, project, month.

A writer adds what it changes to pending_sums, in its own transaction, so that writers never wait
for each other; every so often one of them folds what is there into the sums. A reader adds both,
in one statement, and so reads what is true at that moment.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any

from webapp.store.database import Connection

_FOLD_EVERY = 512  # rows of pending_sums
_ONE_AT_A_TIME = "SELECT pg_try_advisory_xact_lock(7240613)"

_UNITS = ("records", "issued", "available", "sold", "retired", "cancelled")
_SUMMED = ", ".join(f"sum({name})" for name in _UNITS)
_ADDED = ", ".join(f"{name} = unit_sums.{name} + excluded.{name}" for name in _UNITS)
_FOLD = (
    "WITH taken AS (DELETE FROM pending_sums RETURNING *),"
    f" by_group AS (INSERT INTO unit_sums SELECT registry, vintage, status, {_SUMMED} FROM taken"
    f" GROUP BY 1, 2, 3 ON CONFLICT (registry, vintage, status) DO UPDATE SET {_ADDED}),"
    " by_month AS (INSERT INTO event_sums SELECT event_type, registry, month, count(*), sum(units)"
    " FROM taken WHERE event_type IS NOT NULL GROUP BY 1, 2, 3"
    " ON CONFLICT (event_type, registry, month) DO UPDATE"
    " SET events = event_sums.events + excluded.events, units = event_sums.units + excluded.units),"
    " by_party AS (UPDATE parties p SET events = p.events + t.events,"
    " retired = p.retired + t.retired FROM (SELECT party_no, count(*) AS events,"
    " coalesce(sum(units) FILTER (WHERE event_type = 'retired'), 0) AS retired FROM taken"
    " WHERE party_no IS NOT NULL GROUP BY 1) t WHERE p.no = t.party_no)"
    " UPDATE projects p SET "
    + ", ".join(f"{name} = p.{name} + t.{name}" for name in _UNITS)
    + " FROM (SELECT project_no, "
    + ", ".join(f"sum({name}) AS {name}" for name in _UNITS)
    + " FROM taken GROUP BY 1) t WHERE p.no = t.project_no"
)

GROUPS = (
    "SELECT registry, vintage, status, sum(records)::bigint AS records,"
    " sum(issued)::numeric AS issued, sum(available)::numeric AS available,"
    " sum(sold)::numeric AS sold, sum(retired)::numeric AS retired,"
    " sum(cancelled)::numeric AS cancelled FROM ("
    f"SELECT registry, vintage, status, {', '.join(_UNITS)} FROM unit_sums UNION ALL"
    f" SELECT registry, vintage, status, {', '.join(_UNITS)} FROM pending_sums) both_kept"
    " GROUP BY 1, 2, 3 HAVING sum(records) > 0"
)
_MONTHS = (
    "SELECT month, sum(units)::numeric FROM (SELECT event_type, month, units FROM event_sums"
    " UNION ALL SELECT event_type, month, units FROM pending_sums) both_kept"
    " WHERE event_type = 'retired' GROUP BY 1 ORDER BY 1"
)
# Issued and retired units only grow, so who is not among the first in the kept sums can only get
# there by what is pending.
_TOP_PROJECTS = (
    "WITH likely AS ((SELECT no FROM projects ORDER BY issued DESC, no DESC LIMIT %(limit)s)"
    " UNION SELECT project_no FROM pending_sums)"
    " SELECT p.registry, p.name, "
    + ", ".join(f"p.{name} + coalesce(t.{name}, 0)" for name in _UNITS)
    + " FROM likely JOIN projects p USING (no) LEFT JOIN (SELECT project_no AS no, "
    + ", ".join(f"sum({name}) AS {name}" for name in _UNITS)
    + " FROM pending_sums GROUP BY 1) t USING (no) ORDER BY 4 DESC, p.no DESC LIMIT %(limit)s"
)
_TOP_BENEFICIARIES = (
    "WITH likely AS ((SELECT no FROM parties WHERE retired > 0"
    " ORDER BY retired DESC, no DESC LIMIT %(limit)s) UNION SELECT party_no FROM pending_sums"
    " WHERE event_type = 'retired')"
    " SELECT p.name, p.retired + coalesce(t.retired, 0) FROM likely JOIN parties p USING (no)"
    " LEFT JOIN (SELECT party_no AS no, sum(units) AS retired FROM pending_sums"
    " WHERE event_type = 'retired' GROUP BY 1) t USING (no) ORDER BY 2 DESC, p.no DESC"
    " LIMIT %(limit)s"
)


@dataclass(frozen=True)
class Sums:
    """How many records there are and how their units are held, in tonnes."""

    records: int
    issued: int
    available: int
    sold: int
    retired: int
    cancelled: int

    @property
    def adds_up(self) -> bool:
        """Whether issued = available + sold + retired + cancelled, as it must."""
        return self.issued == self.available + self.sold + self.retired + self.cancelled

    def __add__(self, other: "Sums") -> "Sums":
        mine, theirs = vars(self), vars(other)
        return Sums(**{name: mine[name] + theirs[name] for name in mine})


@dataclass(frozen=True)
class Totals:
    """The whole registry in sums, all read at one moment."""

    by_group: dict[tuple[str, int, str], Sums]  # registry, vintage, status
    retired_by_month: list[tuple[date, int]]
    top_projects: list[tuple[str, str, Sums]]  # registry, name
    top_beneficiaries: list[tuple[str, int]]


def fold_when_due(connection: Connection, written: list[int]) -> None:
    """Folds what is pending into the sums if one of the rows just written is the one that says so."""
    if any(number % _FOLD_EVERY == 0 for number in written):
        fold(connection)


def fold(connection: Connection) -> None:
    """Folds what is pending into the sums, unless somebody else is at it: nobody waits here."""
    row = connection.execute(_ONE_AT_A_TIME).fetchone()
    if row and row[0]:
        connection.execute(_FOLD)


def totals(connection: Connection, limit: int) -> Totals:
    """The sums of the whole registry, and its `limit` largest projects and beneficiaries."""
    with connection.transaction():  # one snapshot for all four, or they could disagree
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        groups = connection.execute(GROUPS).fetchall()
        months = connection.execute(_MONTHS).fetchall()
        projects = connection.execute(_TOP_PROJECTS, {"limit": limit}).fetchall()
        parties = connection.execute(_TOP_BENEFICIARIES, {"limit": limit}).fetchall()
    return Totals(
        {(row[0], row[1], row[2]): _sums(row[3:]) for row in groups},
        [(month, int(units)) for month, units in months],
        [(row[0], row[1], _sums(row[2:])) for row in projects],
        [(name, int(units)) for name, units in parties],
    )


def _sums(row: Any) -> Sums:
    return Sums(*(int(one) for one in row))
