"""Finding events: the newest day first, filtered, page by page, however many there are.

As in searching.py: each combination of type, registry and vintage (or each party) has its events in
order in an index, and a page is among the first of those whose first event comes first.
"""

from datetime import date
from typing import Any

from webapp.domain.searching import EventSearch
from webapp.domain.text import fold
from webapp.store.database import Connection
from webapp.store.searching import Hits, Position

_COLUMNS = ("day", "at", "record_no", "seq")
_TYPES = ("date", "timestamptz", "bigint", "bigint")
_GROUPS = (
    "SELECT t.event_type, k.registry, k.vintage FROM unnest(%(types)s::text[]) AS t (event_type)"
    " CROSS JOIN (SELECT registry, vintage FROM unit_sums UNION SELECT registry, vintage"
    " FROM pending_sums) k"
    " WHERE (%(registry)s::text IS NULL OR k.registry = %(registry)s)"
    " AND (%(vintage)s::integer IS NULL OR k.vintage = %(vintage)s)"
)
_IN_GROUP = "f.event_type = g.event_type AND f.registry = g.registry AND f.vintage = g.vintage"
_PARTIES = "SELECT no FROM parties WHERE folded = %(party)s"
_OF_PARTY = (
    "f.party_no = g.no AND f.event_type = ANY (%(types)s)"
    " AND (%(registry)s::text IS NULL OR f.registry = %(registry)s)"
    " AND (%(vintage)s::integer IS NULL OR f.vintage = %(vintage)s)"
)
_NEWEST = (
    "SELECT record_no, seq FROM feed WHERE event_type = %s"
    " ORDER BY at DESC, record_no DESC, seq DESC LIMIT %s"
)
_ALL_TYPES = ["created", "sold", "returned", "retired", "cancelled"]


def find(
    connection: Connection, search: EventSearch, position: Position | None, limit: int
) -> Hits:
    """The keys of a page of events: (day, at, record number, seq). They are not counted."""
    backwards = position is not None and position.backwards
    values: dict[str, Any] = {
        "limit": limit + 1,
        "types": [search.type] if search.type else _ALL_TYPES,
        "registry": search.registry or None,
        "vintage": search.vintage,
        "date_from": search.date_from or date.min,
        "date_to": search.date_to or date.max,
        "party": fold(search.party or ""),
    }
    if position is not None:
        values |= {f"key{place}": part for place, part in enumerate(position.key)}
    query = _query(bool(search.party), position is not None, backwards)
    rows = connection.execute(query, values, prepare=False).fetchall()
    page = rows[:limit]
    if backwards:
        page.reverse()
    return Hits([row[2] for row in page], page, len(rows) > limit, len(page))


def newest(connection: Connection, event_type: str, limit: int) -> list[tuple[int, int]]:
    """The events of a type that were written last: record numbers and seqs, newest first."""
    return [(row[0], row[1]) for row in connection.execute(_NEWEST, (event_type, limit)).fetchall()]


def _query(of_party: bool, begun: bool, backwards: bool) -> str:
    groups, inside = (_PARTIES, _OF_PARTY) if of_party else (_GROUPS, _IN_GROUP)
    direction = "ASC" if backwards else "DESC"

    def columns(alias: str) -> str:
        return ", ".join(f"{alias}.{column}" for column in _COLUMNS)

    def in_order(alias: str) -> str:
        return "ORDER BY " + ", ".join(f"{alias}.{column} {direction}" for column in _COLUMNS)

    key = ", ".join(f"%(key{place})s::{kind}" for place, kind in enumerate(_TYPES))
    after = f" AND ({columns('f')}) {'>' if backwards else '<'} ({key})" if begun else ""
    one = (
        f"SELECT {columns('f')} FROM feed f WHERE {inside}"
        f" AND f.day BETWEEN %(date_from)s AND %(date_to)s{after} {in_order('f')}"
    )
    return (
        f"WITH firsts AS (SELECT g.* FROM ({groups}) g CROSS JOIN LATERAL ({one} LIMIT 1) first"
        f" {in_order('first')} LIMIT %(limit)s)"
        f" SELECT {columns('p')} FROM firsts g CROSS JOIN LATERAL ({one} LIMIT %(limit)s) p"
        f" {in_order('p')} LIMIT %(limit)s"
    )
