"""The ways to a page of records, each one statement; searching.py tells which is short when."""

from webapp.store.asking import IN_MONTHS, Asked
from webapp.store.sums import GROUPS

_MONTHS = (
    "SELECT DISTINCT event_type, month FROM (SELECT event_type, month FROM event_sums UNION ALL"
    " SELECT event_type, month FROM pending_sums WHERE event_type IS NOT NULL) k"
    f" WHERE event_type = ANY (%(types)s) AND {IN_MONTHS}"
)


class Ways(Asked):
    """The statements that find a page's keys, and those that count."""

    def _merge(self) -> str:
        in_group = "registry = g.registry AND h.status = g.status AND h.vintage = g.vintage"
        one = (
            f"SELECT {self._columns('h')} FROM holdings h WHERE h.{in_group}{self._after('h')}"
            f" {self._in_order('h')}"
        )
        return (
            f"WITH firsts AS (SELECT g.registry, g.status, g.vintage FROM ({GROUPS}) g"
            f" CROSS JOIN LATERAL ({one} LIMIT 1) f WHERE {self._inside('g')}"
            f" {self._in_order('f')} LIMIT %(limit)s)"
            f" SELECT {self._columns('p')} FROM firsts g CROSS JOIN LATERAL ({one} LIMIT %(limit)s) p"
            f" {self._in_order('p')} LIMIT %(limit)s"
        )

    def _gather(self, way: str) -> str:
        source = "holdings h"
        if way == "inside":
            source = (
                f"({GROUPS}) g CROSS JOIN LATERAL (SELECT * FROM holdings h WHERE"
                " h.registry = g.registry AND h.status = g.status AND h.vintage = g.vintage"
                " OFFSET 0) h"
            )
        conditions = [self._inside("g" if way == "inside" else "h")]
        if self.matched is not None:
            conditions.append(self._found(listed=way == "found"))
        if self.search.by_event:
            conditions.append(self._happened(listed=way == "events"))
        key = self._columns("h")
        if self.by_last_match:
            key = "e.day, e.at, h.no"
            source += (
                " CROSS JOIN LATERAL (SELECT f.day, f.at FROM feed f WHERE f.record_no = h.no"
                " AND f.event_type = ANY (%(types)s)"
                " AND f.day BETWEEN %(event_from)s AND %(event_to)s"
                " ORDER BY f.day DESC, f.at DESC LIMIT 1) e"
            )
        return (
            f"WITH matching AS MATERIALIZED (SELECT {key} FROM {source}"
            f" WHERE {' AND '.join(conditions)}),"
            f" page AS (SELECT * FROM matching m WHERE true{self._after('m')}"
            f" {self._in_order('m')} LIMIT %(limit)s)"
            f" SELECT {self._columns('page')}, counted.hits FROM (SELECT count(*) AS hits"
            " FROM (SELECT FROM matching LIMIT %(counted)s) few) counted"
            f" LEFT JOIN page ON true {self._in_order('page')}"
        )

    def _projects(self) -> str:
        """Project after project, by name; a walk would pass all those between that do not match."""
        direction = "DESC" if self.descending else "ASC"
        conditions = [self._inside("h")]
        if self.search.by_event:
            conditions.append(self._happened(listed=False))
        beyond = ""
        if self.position:
            beyond = f" AND left(folded, 100) {'<=' if self.descending else '>='} %(key0)s"
        return (
            "SELECT p.project_key, p.no FROM (SELECT no, left(folded, 100) AS project_key FROM projects"
            f" WHERE no = ANY (%(projects)s::integer[]){beyond} ORDER BY 2 {direction}) g"
            " CROSS JOIN LATERAL (SELECT h.project_key, h.no FROM holdings h"
            f" WHERE h.project_no = g.no AND {' AND '.join(conditions)}{self._after('h')}"
            f" ORDER BY h.no {direction} LIMIT %(limit)s) p"
            f" ORDER BY g.project_key {direction}, p.no {direction} LIMIT %(limit)s"
        )

    def _walk(self, source: str) -> str:
        # With "|| ''" and "+ 0" no other index than that of the order fits.
        conditions = [self._inside("h", walked=True)]
        if self.matched is not None:
            conditions.append(self._found(listed=False))
        if self.search.by_event:
            conditions.append(self._happened(listed=False))
        return (
            f"SELECT {self._columns('h')} FROM {source} h WHERE {' AND '.join(conditions)}"
            f"{self._after('h')} {self._in_order('h')} LIMIT %(limit)s"
        )

    def _event_conditions(self) -> str:
        """What is asked of an event of the feed, and of its record, but for type and place in order."""
        conditions = ["f.day BETWEEN %(event_from)s AND %(event_to)s"]
        if self.matched is not None or self.search.status:
            record = [self._inside("h", walked=True)]
            if self.matched is not None:
                record.append(self._found(listed=False))
            # OFFSET 0 keeps it a question asked of one record after the other, in their order.
            conditions.append(
                "EXISTS (SELECT FROM holdings h WHERE h.no = f.record_no"
                f" AND {' AND '.join(record)} OFFSET 0)"
            )
        elif self._filtered:
            conditions.append(self._inside("f"))
        return " AND ".join(conditions)

    def _vintages(self) -> str:
        """Vintage after vintage, in each the records to which it happened."""
        direction = "DESC" if self.descending else "ASC"
        beyond = ""
        if self.position:
            than = "<" if self.descending else ">"
            beyond = f" AND (f.vintage, f.record_no) {than} (%(key0)s::integer, %(key1)s::bigint)"
        one = (
            "SELECT DISTINCT f.record_no AS no FROM feed f WHERE f.event_type = ANY (%(types)s)"
            f" AND f.registry = ANY (ARRAY(SELECT DISTINCT registry FROM ({GROUPS}) k))"
            f" AND f.vintage = g.vintage AND {self._event_conditions()}{beyond}"
            f" ORDER BY f.record_no {direction} LIMIT %(limit)s"
        )
        return (
            f"SELECT g.vintage, p.no FROM (SELECT DISTINCT vintage FROM ({GROUPS}) g"
            f" WHERE {self._inside('g')} ORDER BY vintage {direction}) g CROSS JOIN LATERAL"
            f" ({one}) p ORDER BY g.vintage {direction}, p.no {direction} LIMIT %(limit)s"
        )

    def _last_matches(self) -> str:
        """Like merge, by type, registry and vintage: each record at the last event that is asked for."""
        one = (
            "SELECT f.day, f.at, f.record_no AS no FROM feed f WHERE f.event_type = g.event_type"
            " AND f.registry = g.registry AND f.vintage = g.vintage"
            f" AND {self._event_conditions()}{self._after('f', 'record_no')}"
            " AND NOT EXISTS (SELECT FROM feed l WHERE l.record_no = f.record_no"
            " AND l.event_type = ANY (%(types)s) AND l.day BETWEEN %(event_from)s AND %(event_to)s"
            " AND (l.day, l.at, l.seq) > (f.day, f.at, f.seq) OFFSET 0)"
            f" {self._in_order('f', 'record_no')}"
        )
        groups = (
            "SELECT t.event_type, k.registry, k.vintage FROM unnest(%(types)s::text[])"
            f" AS t (event_type) CROSS JOIN (SELECT DISTINCT registry, vintage FROM ({GROUPS}) g"
            f" WHERE {self._inside('g')}) k"
        )
        return (
            f"WITH firsts AS (SELECT g.* FROM ({groups}) g CROSS JOIN LATERAL ({one} LIMIT 1) p"
            f" {self._in_order('p')} LIMIT %(limit)s)"
            f" SELECT {self._columns('p')} FROM firsts g CROSS JOIN LATERAL"
            f" ({one} LIMIT %(limit)s) p {self._in_order('p')} LIMIT %(limit)s"
        )

    def _months(self) -> str:
        """Like merge, by type and month of the events, in the order that records were made."""
        direction = "DESC" if self.descending else "ASC"
        conditions = self._event_conditions()
        if self.position:
            conditions += f" AND f.record_no {'<' if self.descending else '>'} %(key0)s"
        one = (
            "SELECT DISTINCT f.record_no FROM feed f WHERE f.event_type = g.event_type"
            f" AND f.month = g.month AND {conditions} ORDER BY f.record_no {direction}"
        )
        return (
            # By rank, since many months may begin with one record, to which all of it happened.
            "WITH firsts AS (SELECT event_type, month FROM (SELECT g.event_type, g.month,"
            f" dense_rank() OVER (ORDER BY f.record_no {direction}) AS place FROM ({_MONTHS}) g"
            f" CROSS JOIN LATERAL ({one} LIMIT 1) f) ranked WHERE place <= %(limit)s)"
            " SELECT DISTINCT p.record_no AS no FROM firsts g CROSS JOIN LATERAL"
            f" ({one} LIMIT %(limit)s) p ORDER BY p.record_no {direction} LIMIT %(limit)s"
        )
