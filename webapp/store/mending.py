"""The projections against what they are projections of: telling where they differ, and making them anew."""

from webapp.store import names
from webapp.store.database import Connection

# The application's writers wait at their last statement until the sums are made anew.
_HOLD_WRITERS = "LOCK TABLE pending_sums IN EXCLUSIVE MODE"
_UNITS_OF = "(SELECT sum(upper(one) - lower(one)) FROM unnest(e.units) one)"
_DESCRIBE = (
    "UPDATE holdings h SET project_no = p.no, project_key = left(p.folded, 100),"
    " registry = r.registry, vintage = r.vintage, changed_at = last.at"
    " FROM records r JOIN projects p ON p.registry = r.registry AND p.name = r.project_name"
    " JOIN (SELECT record_id, max(at) AS at FROM events GROUP BY 1) last ON last.record_id = r.id"
    " WHERE r.id = h.record_id"
    " AND (h.project_no, h.project_key, h.registry, h.vintage, h.changed_at)"
    " IS DISTINCT FROM (p.no, left(p.folded, 100), r.registry, r.vintage, last.at)"
)
_LINE = "record_no, seq, event_type, registry, vintage, day, month, at, party_no"
_LINES = (
    "SELECT h.no, e.seq, e.event_type, h.registry, h.vintage, counted.day,"
    " counted.day - extract(day FROM counted.day)::integer + 1, e.at, p.no AS party_no"
    " FROM events e JOIN holdings h ON h.record_id = e.record_id"
    " LEFT JOIN parties p ON p.name = e.party, LATERAL"
    " (SELECT coalesce(e.effective_on, (e.at AT TIME ZONE 'UTC')::date) AS day) counted"
)
_FEED = f"INSERT INTO feed ({_LINE}) {_LINES}"
_DIFFERING_LINE = (
    f"SELECT * FROM (SELECT no, seq FROM (({_LINES}) EXCEPT SELECT {_LINE} FROM feed) lacking UNION ALL"
    f" SELECT record_no, seq FROM (SELECT {_LINE} FROM feed EXCEPT ({_LINES})) wrong) d LIMIT 1"
)
_GROUPED = (
    "SELECT registry, vintage, status, count(*), sum(quantity), sum(available), sum(sold),"
    " sum(retired), sum(cancelled) FROM holdings GROUP BY 1, 2, 3"
)
_PROJECTS = (
    "UPDATE projects p SET records = coalesce(s.records, 0), issued = coalesce(s.issued, 0),"
    " available = coalesce(s.available, 0), sold = coalesce(s.sold, 0),"
    " retired = coalesce(s.retired, 0), cancelled = coalesce(s.cancelled, 0)"
    " FROM projects q LEFT JOIN (SELECT project_no, count(*) AS records, sum(quantity) AS issued,"
    " sum(available) AS available, sum(sold) AS sold, sum(retired) AS retired,"
    " sum(cancelled) AS cancelled FROM holdings GROUP BY 1) s ON s.project_no = q.no"
    " WHERE p.no = q.no"
)
_COUNTED = (
    f"SELECT f.event_type, f.registry, f.month, count(*) AS events, sum({_UNITS_OF}) AS units"
    " FROM feed f JOIN holdings h ON h.no = f.record_no"
    " JOIN events e ON e.record_id = h.record_id AND e.seq = f.seq GROUP BY 1, 2, 3"
)
_PARTIES = (
    "UPDATE parties p SET events = coalesce(s.events, 0), retired = coalesce(s.retired, 0)"
    " FROM parties q LEFT JOIN (SELECT e.party, count(*) AS events,"
    f" sum({_UNITS_OF}) FILTER (WHERE e.event_type = 'retired') AS retired FROM events e"
    " WHERE e.party IS NOT NULL GROUP BY 1) s ON s.party = q.name WHERE p.no = q.no"
)
_UNITS = ("records", "issued", "available", "sold", "retired", "cancelled")
_SUMMED = ", ".join(f"sum({name}) AS {name}" for name in _UNITS)
_OTHER_UNITS = " OR ".join(
    f"p.{name} + coalesce(t.{name}, 0) <> coalesce(h.{name}, 0)" for name in _UNITS
)
_BOTH_KEPT = (
    "SELECT registry, vintage, status, sum(records), sum(issued), sum(available), sum(sold),"
    " sum(retired), sum(cancelled) FROM (SELECT * FROM unit_sums UNION ALL SELECT registry,"
    " vintage, status, records, issued, available, sold, retired, cancelled FROM pending_sums) k"
    " GROUP BY 1, 2, 3 HAVING sum(records) <> 0 OR sum(issued) <> 0"
)
_DIFFERING = f"(({_BOTH_KEPT}) EXCEPT ({_GROUPED})) UNION ALL (({_GROUPED}) EXCEPT ({_BOTH_KEPT}))"

# The sums of months, projects and parties, each with what is pending, beside what they are sums of.
_DIFFERING_SUMS = (
    "SELECT 'event_sums', concat_ws(', ', event_type, registry, month) FROM"
    " (SELECT event_type, registry, month, sum(events) AS events, sum(units) AS units FROM"
    " (SELECT event_type, registry, month, events, units FROM event_sums UNION ALL"
    " SELECT event_type, registry, month, 1, units FROM pending_sums WHERE event_type IS NOT NULL) k"
    " GROUP BY 1, 2, 3 HAVING sum(events) <> 0 OR sum(units) <> 0) kept"
    f" FULL JOIN ({_COUNTED}) counted USING (event_type, registry, month)"
    " WHERE (kept.events, kept.units) IS DISTINCT FROM (counted.events, counted.units) LIMIT 1",
    "SELECT 'projects', concat_ws(', ', p.registry, p.name) FROM projects p"
    f" FULL JOIN (SELECT project_no, {_SUMMED} FROM pending_sums GROUP BY 1) t ON t.project_no = p.no"
    " FULL JOIN (SELECT project_no, count(*) AS records, sum(quantity) AS issued,"
    " sum(available) AS available, sum(sold) AS sold, sum(retired) AS retired,"
    " sum(cancelled) AS cancelled FROM holdings GROUP BY 1) h"
    f" ON h.project_no = p.no WHERE p.no IS NULL OR {_OTHER_UNITS} LIMIT 1",
    "SELECT 'parties', coalesce(p.name, e.party) FROM parties p FULL JOIN (SELECT party_no,"
    " count(*) AS events, coalesce(sum(units) FILTER (WHERE event_type = 'retired'), 0) AS retired"
    " FROM pending_sums WHERE party_no IS NOT NULL GROUP BY 1) t ON t.party_no = p.no"
    " FULL JOIN (SELECT e.party, count(*) AS events,"
    f" coalesce(sum({_UNITS_OF}) FILTER (WHERE e.event_type = 'retired'), 0) AS retired FROM events e"
    " WHERE e.party IS NOT NULL GROUP BY 1) e ON e.party = p.name WHERE p.no IS NULL"
    " OR (p.events + coalesce(t.events, 0), p.retired + coalesce(t.retired, 0))"
    " IS DISTINCT FROM (coalesce(e.events, 0), coalesce(e.retired, 0)) LIMIT 1",
)


def make_anew(connection: Connection) -> None:
    """Makes the feed, the names and the kept sums anew, in this transaction."""
    take_time(connection)
    connection.execute(_HOLD_WRITERS)
    names.fold_anew(connection)
    names.add_missing(connection)
    connection.execute(_DESCRIBE)
    connection.execute("DELETE FROM feed")
    connection.execute(_FEED)
    for table in ("pending_sums", "unit_sums", "event_sums"):
        connection.execute(f"DELETE FROM {table}")
    connection.execute(f"INSERT INTO unit_sums {_GROUPED}")
    connection.execute(f"INSERT INTO event_sums {_COUNTED}")
    connection.execute(_PROJECTS)
    connection.execute(_PARTIES)


def take_time(connection: Connection) -> None:
    """Lets the statements of this transaction take as long as a large registry needs."""
    connection.execute("SET LOCAL statement_timeout = 0")


def differing_groups(connection: Connection) -> list[tuple[str, int, str]]:
    """The registries, vintages and statuses whose kept sums are not those of their holdings."""
    rows = connection.execute(_DIFFERING).fetchall()
    return sorted({(row[0], row[1], row[2]) for row in rows})


def differing_sums(connection: Connection) -> list[tuple[str, str]]:
    """Of each table of sums a row, by its table and its key, that is not what it is the sum of."""
    return [row for query in _DIFFERING_SUMS for row in connection.execute(query).fetchall()]


def missing_lines(connection: Connection) -> int:
    """How many events the feed lacks or has too many."""
    row = connection.execute(
        "SELECT abs((SELECT count(*) FROM events) - (SELECT count(*) FROM feed))"
    ).fetchone()
    assert row is not None
    number: int = row[0]
    return number


def differing_line(connection: Connection) -> tuple[int, int] | None:
    """A line of the feed, by the record's number and seq, that is not what its event says."""
    row = connection.execute(_DIFFERING_LINE).fetchone()
    return None if row is None else (row[0], row[1])
