"""Finding records: one builder for both doors. A page costs about the same however many records there are.

Four ways lead to a page, and the kept sums tell which is short:

merge   Only registry, vintage or status are asked for. Each combination of the three has its
        records in every order in an index; the page is among the first of those combinations whose
        first record comes first. Events have such combinations too: `_months` (type and month, in
        the order that records were made), `_vintages`, `_last_matches` (type, registry and vintage).
gather  The words or events asked for belong to few records: read them all and sort them.
walk    They belong to many, or nothing is asked for: go through the index in the order asked for
        until the page is full. If that takes too many steps, gather after all.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from webapp.domain.searching import COUNTED_UP_TO, Search
from webapp.store.asking import IN_MONTHS, Position
from webapp.store.database import Connection
from webapp.store.matching import Matched
from webapp.store.sums import GROUPS
from webapp.store.ways import Ways

__all__ = ["Hits", "Position", "find"]

_GATHERED_AT_MOST = 20_000  # records, each a step to a row somewhere
_SCANNED_AT_MOST = 60_000  # records of projects: one index holds all that is needed of them
_MERGED_AT_MOST = 3_000  # combinations of registry, vintage and status
_STEPS = 150_000  # along an index, before a search looks elsewhere
_STEPS_ASKING = 15_000  # the same when each step asks another table


@dataclass(frozen=True)
class Hits:
    """A page of hits by their numbers and keys, and how many there are: exact up to COUNTED_UP_TO."""

    nos: list[int]
    keys: list[tuple[Any, ...]]
    more: bool
    count: int


def find(
    connection: Connection,
    search: Search,
    matched: Matched | None,
    position: Position | None,
    limit: int,
) -> Hits:
    """The hits of a page. `matched` is what the search's words match, None if it has none."""
    return _Finder(connection, search, matched, position, limit).find()


class _Finder(Ways):
    """One search on its way to its page."""

    def __init__(self, connection: Connection, *asked: Any) -> None:
        super().__init__(*asked)
        self.connection = connection
        self.values["counted"] = COUNTED_UP_TO + 1

    def find(self) -> Hits:
        if self.matched is not None and not self.matched:
            return Hits([], [], more=False, count=0)
        inside, groups, events = self._sizes()
        if self.matched is None and not self.search.by_event:
            count = min(inside, COUNTED_UP_TO + 1)
            if self._filtered and groups <= _MERGED_AT_MOST:
                return self._hits(self._run(self._merge()), count)
            return self._hits(self._run(self._walk("holdings")), count)
        sizes = {"inside": inside}
        if self.matched is not None:
            sizes["found"] = self.matched.size
        if self.search.by_event:
            sizes["events"] = events
        way = min(sizes, key=lambda name: sizes[name])
        by_events = self._events_ways().get(self.search.sort) if self.search.by_event else None
        # An order that the feed has costs as much for few events as for many, if nothing else is asked.
        if by_events and self.matched is None and self.search.status is None:
            return self._hits(self._run(by_events()), self._count())
        if sizes[way] <= self._gathered_at_most(way):
            return self._gathered(way)
        if by_events:
            return self._hits(self._run(by_events()), self._count())
        if self.search.sort == "project" and self._only_projects:
            return self._hits(self._run(self._projects()), self._count())
        walked = self._walked()
        if walked is None:  # what is asked for lies far from where the order begins
            return self._gathered(way)
        return self._hits(walked, self._count())

    def _events_ways(self) -> dict[str, Callable[[], str]]:
        return {
            "created": self._months,
            "vintage": self._vintages,
            "last_event": self._last_matches,
        }

    @property
    def _only_projects(self) -> bool:
        """Whether the words match nothing but names of projects."""
        values = self.values
        return bool(values["projects"]) and not (values["parties"] or values["records"])

    def _gathered_at_most(self, way: str) -> int:
        assert self.matched is not None or way != "found"
        if way == "found" and not self.values["parties"] and not self.search.by_event:
            return _SCANNED_AT_MOST
        return _GATHERED_AT_MOST

    def _gathered(self, way: str) -> Hits:
        rows = self._run(self._gather(way))
        return self._hits([row[:-1] for row in rows if row[-2] is not None], rows[0][-1])

    def _walked(self) -> list[tuple[Any, ...]] | None:
        """The page's rows, None if so many steps along the order's index do not fill it."""
        few = bool(self.values["projects"])  # only records of these are asked further
        asks = bool(self.values["parties"]) or (self.search.by_event and not few)
        steps = _STEPS_ASKING if asks else _STEPS
        order = (
            f"(SELECT * FROM holdings h WHERE true{self._after('h')} {self._in_order('h')}"
            f" LIMIT {steps})"
        )
        rows = self._run(self._walk(order))
        return rows if len(rows) >= self.values["limit"] else None

    def _sizes(self) -> tuple[int, int, int]:
        """How many records there are inside the filters, how many combinations of them, and about
        how many events there are."""
        query = (
            "SELECT size.records, size.groups,"
            " (SELECT coalesce(sum(events), 0) FROM event_sums e WHERE event_type = ANY (%(types)s)"
            f" AND {IN_MONTHS}"
            + (" AND registry = %(registry)s)" if self.search.registry else ")")
            + " FROM (SELECT coalesce(sum(records), 0) AS records, count(*) AS groups"
            f" FROM ({GROUPS}) g WHERE {self._inside('g')}) size"
        )
        row = self._run(query)[0]
        return int(row[0]), int(row[1]), int(row[2])

    def _count(self) -> int:
        """How many hits there are, up to one more than are counted, of searches that have many."""
        if self.matched is not None and not self.search.by_event:
            plain = self.search.status is None and self.search.vintages == (None, None)
            if plain and self.matched.issued > COUNTED_UP_TO:
                return COUNTED_UP_TO + 1
        by_event = self.search.by_event
        conditions = [self._inside("h", walked=by_event)]
        if self.matched is not None:
            conditions.append(self._found(listed=False, indexed=not by_event))
        if not by_event:
            query = (
                "SELECT count(*) FROM (SELECT FROM holdings h"
                f" WHERE {' AND '.join(conditions)} LIMIT %(counted)s) few"
            )
            return int(self._run(query)[0][0])
        return self._count_events(conditions)

    def _count_events(self, conditions: list[str]) -> int:
        """By the events, more and more of them: some records have several."""
        asked = ["f.event_type = ANY (%(types)s)", f"f.{IN_MONTHS}"]
        asked.append("f.day BETWEEN %(event_from)s AND %(event_to)s")
        if self.matched is not None or self._filtered:
            record = " AND ".join(conditions)
            asked.append(
                f"EXISTS (SELECT FROM holdings h WHERE h.no = f.record_no AND {record} OFFSET 0)"
            )
        looked_at = 2 * COUNTED_UP_TO
        while True:
            query = (
                "SELECT count(DISTINCT record_no), count(*) FROM (SELECT f.record_no FROM feed f"
                f" WHERE {' AND '.join(asked)} LIMIT {looked_at}) few"
            )
            records, events = self._run(query)[0]
            if records > COUNTED_UP_TO or events < looked_at:
                return min(int(records), COUNTED_UP_TO + 1)
            looked_at *= 10

    def _run(self, query: str) -> list[tuple[Any, ...]]:
        # Never prepared: a plan for any values would miss what is special about these.
        return self.connection.execute(query, self.values, prepare=False).fetchall()

    def _hits(self, rows: Sequence[tuple[Any, ...]], count: int) -> Hits:
        size: int = self.values["limit"] - 1
        page = list(rows[:size])
        if self.position is not None and self.position.backwards:
            page.reverse()
        return Hits([row[-1] for row in page], page, len(rows) > size, count)
