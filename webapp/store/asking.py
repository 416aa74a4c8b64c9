"""What a search asks, as conditions and orders of SQL: the words that the ways to a page are made of."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from webapp.domain.searching import Search
from webapp.store.matching import Matched

EVENT_TYPES = ("created", "sold", "returned", "retired", "cancelled")
IN_MONTHS = "month BETWEEN date_trunc('month', %(event_from)s::date)::date AND %(event_to)s"


@dataclass(frozen=True)
class Order:
    """An order of the list: the columns it goes by before `no`, and the types of their values."""

    columns: tuple[str, ...]
    types: tuple[str, ...]


ORDERS = {
    "created": Order((), ()),
    "vintage": Order(("vintage",), ("integer",)),
    "quantity": Order(("quantity",), ("bigint",)),
    "project": Order(("project_key",), ("text",)),
    "last_event": Order(("changed_at",), ("timestamptz",)),
}


# When certain events are asked for, the last event is the last of those.
_LAST_MATCH = Order(("day", "at"), ("date", "timestamptz"))


@dataclass(frozen=True)
class Position:
    """Where a page begins: the key of the record before it, and whether it goes back from there."""

    key: tuple[Any, ...]
    backwards: bool = False


class Asked:
    """One search, where its page begins, and how that is said in SQL.

    `matched` is what the search's words match, None if it has none.
    """

    def __init__(
        self,
        search: Search,
        matched: Matched | None,
        position: Position | None,
        limit: int,
    ) -> None:
        self.search = search
        self.matched = matched
        self.by_last_match = search.by_event and search.sort == "last_event"
        self.order = _LAST_MATCH if self.by_last_match else ORDERS[search.sort]
        self.position = position
        backwards = position is not None and position.backwards
        self.descending = search.descending != backwards
        low, high = search.vintages
        self.values: dict[str, Any] = {
            "limit": limit + 1,
            "registry": search.registry,
            "status": search.status,
            "vintage_from": low,
            "vintage_to": high,
            "types": [search.event] if search.event else list(EVENT_TYPES),
            "event_from": search.event_from or date.min,
            "event_to": search.event_to or date.max,
            "projects": matched.projects if matched else [],
            "parties": matched.parties if matched else [],
            "records": matched.records if matched else [],
        }
        if position is not None:
            self.values |= {f"key{place}": part for place, part in enumerate(position.key)}

    @property
    def _filtered(self) -> bool:
        search = self.search
        return bool(search.registry or search.status or search.vintages != (None, None))

    def _inside(self, alias: str, walked: bool = False) -> str:
        """Registry, vintage and status, as far as they are asked for."""
        text, number = (" || ''", " + 0") if walked else ("", "")
        if self.search.sort == "vintage":
            number = ""
        conditions = ["true"]
        if self.search.registry:
            conditions.append(f"{alias}.registry{text} = %(registry)s")
        if self.search.status:
            conditions.append(f"{alias}.status{text} = %(status)s")
        if self.values["vintage_from"] is not None:
            conditions.append(f"{alias}.vintage{number} >= %(vintage_from)s")
        if self.values["vintage_to"] is not None:
            conditions.append(f"{alias}.vintage{number} <= %(vintage_to)s")
        return " AND ".join(conditions)

    def _found(self, listed: bool, indexed: bool = False) -> str:
        """What the words match; `listed` reads the parties' records first, else each is asked."""
        # Arrays are cast to the column's type: only then does PostgreSQL hash them.
        ways = []
        number = "" if listed or indexed else " + 0"
        if self.values["projects"]:
            ways.append(f"h.project_no{number} = ANY (%(projects)s::integer[])")
        if self.values["parties"] and listed:
            ways.append(
                "h.no = ANY (ARRAY(SELECT DISTINCT record_no FROM feed"
                " WHERE party_no = ANY (%(parties)s::integer[])))"
            )
        elif self.values["parties"]:
            ways.append(
                "EXISTS (SELECT FROM feed f WHERE f.record_no = h.no"
                " AND f.party_no = ANY (%(parties)s::integer[]))"
            )
        if self.values["records"]:
            ways.append(f"h.no{number} = ANY (%(records)s::bigint[])")
        return f"({' OR '.join(ways)})"

    def _happened(self, listed: bool) -> str:
        """That one of the events asked for happened to the record on one of the days asked for."""
        of_kind = "event_type = ANY (%(types)s) AND day BETWEEN %(event_from)s AND %(event_to)s"
        if listed:
            return (
                "h.no = ANY (ARRAY(SELECT DISTINCT record_no FROM feed"
                f" WHERE {of_kind} AND {IN_MONTHS}))"
            )
        return f"EXISTS (SELECT FROM feed f WHERE f.record_no = h.no AND {of_kind})"

    def _columns(self, alias: str, no: str = "no") -> str:
        return ", ".join(f"{alias}.{column}" for column in (*self.order.columns, no))

    def _in_order(self, alias: str, no: str = "no") -> str:
        direction = "DESC" if self.descending else "ASC"
        parts = (f"{alias}.{column} {direction}" for column in (*self.order.columns, no))
        return f"ORDER BY {', '.join(parts)}"

    def _after(self, alias: str, no: str = "no") -> str:
        if self.position is None:
            return ""
        types = (*self.order.types, "bigint")
        key = ", ".join(f"%(key{place})s::{kind}" for place, kind in enumerate(types))
        return f" AND ({self._columns(alias, no)}) {'<' if self.descending else '>'} ({key})"
