"""The sums of a ledger counted from its events alone, with SQL of the tests' own."""

from typing import Any

import psycopg

from webapp.actions.totals import RegistryTotals, Sums

_STAYS = """
WITH sized AS (
    SELECT r.registry, r.vintage, r.project_name, e.record_id, e.seq, e.event_type, e.from_seq, e.party,
        coalesce(e.effective_on, (e.at AT TIME ZONE 'UTC')::date) AS day,
        (SELECT sum(upper(one) - lower(one)) FROM unnest(e.units) one) AS size
    FROM events e JOIN records r ON r.id = e.record_id
), stays AS (
    SELECT s.*, s.size - coalesce((SELECT sum(t.size) FROM sized t
        WHERE t.record_id = s.record_id AND t.from_seq = s.seq), 0) AS stay FROM sized s
)
"""
_SUMS = """
    count(*) FILTER (WHERE event_type = 'created'),
    coalesce(sum(size) FILTER (WHERE event_type = 'created'), 0),
    coalesce(sum(stay) FILTER (WHERE event_type IN ('created', 'returned')), 0),
    coalesce(sum(stay) FILTER (WHERE event_type = 'sold'), 0),
    coalesce(sum(stay) FILTER (WHERE event_type = 'retired'), 0),
    coalesce(sum(stay) FILTER (WHERE event_type = 'cancelled'), 0)
"""


def recount(owner: psycopg.Connection) -> dict[str, Any]:
    """What the totals must be, side by side with `told`."""

    def grouped(columns: str) -> dict[Any, Sums]:
        query = f"{_STAYS} SELECT {columns}, {_SUMS} FROM stays GROUP BY {columns}"
        return {row[:-6]: sums(row[-6:]) for row in owner.execute(query).fetchall()}

    def retired(column: str) -> dict[Any, int]:
        query = (
            f"{_STAYS} SELECT {column}, sum(size) FROM stays"
            f" WHERE event_type = 'retired' AND {column} IS NOT NULL GROUP BY 1"
        )
        return {key: int(units) for key, units in owner.execute(query).fetchall()}

    return {
        "whole": sums(owner.execute(f"{_STAYS} SELECT {_SUMS} FROM stays").fetchone() or ()),
        "registries": grouped("registry"),
        "vintages": grouped("vintage"),
        "projects": grouped("registry, project_name"),
        "beneficiaries": retired("party"),
        "months": retired("date_trunc('month', day)::date"),
    }


def told(totals: RegistryTotals) -> dict[str, Any]:
    """The totals in the shape of a recount; of at most 20 projects and beneficiaries."""
    return {
        "whole": totals.whole,
        "registries": {(one.key,): one.sums for one in totals.by_registry},
        "vintages": {(one.key,): one.sums for one in totals.by_vintage},
        "projects": {(one.registry, one.name): one.sums for one in totals.projects},
        "beneficiaries": {one.name: one.units for one in totals.beneficiaries},
        "months": {one.month: one.units for one in totals.retired_by_month},
    }


def sums(row: tuple[Any, ...]) -> Sums:
    return Sums(*map(int, row))
