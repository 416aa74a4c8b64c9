"""How records and their events are written as rows of a file, in SQL: a table, and JSON Lines.

Nothing in them depends on when or by whom it was recorded here, so a registry that imports a file
gives the same file.
"""

from webapp.domain.lifecycle import EVENT_TYPES
from webapp.exchange.neutral import RISKY

WHERE = "{where}"  # stands in the statements for the condition on holdings h

_RISKY = RISKY.pattern.replace("'", "''")


def _cell(text: str) -> str:
    """The text, made harmless for spreadsheets as webapp.exchange.neutral has it."""
    # The first character tells most of it apart, at a fraction of what the expression takes.
    first = ", ".join(str(ord(one)) for one in "'=+-@\t\r")
    return (
        f"CASE WHEN ascii({text}) IN ({first}) AND {text} ~ '^({_RISKY})' THEN '''' || {text}"
        f" ELSE {text} END"
    )


_DAY = "coalesce(e.effective_on, (e.at AT TIME ZONE 'UTC')::date)"
_SUMS = ("h.status", "h.available", "h.sold", "h.retired", "h.cancelled")
# What a record's own row has in the places of an event's, and the events after it. That of the
# creation says nothing that the record does not say, so most records need no look at the events.
_ROWS_OF_A_RECORD = f"""
    SELECT 'created' AS event_type, 1::bigint AS seq, NULL AS units, NULL::bigint AS quantity,
        NULL::bigint AS sale, NULL AS party, NULL AS reason, NULL AS note, NULL::date AS day
    UNION ALL
    SELECT e.event_type, e.seq, u.units, u.quantity,
        CASE WHEN e.from_seq > 1 THEN (SELECT s.seq FROM events s
            WHERE s.record_id = e.record_id AND s.seq = e.from_seq AND s.event_type = 'sold') END,
        e.party, e.reason, e.note, {_DAY}
    FROM events e CROSS JOIN LATERAL (SELECT sum(upper(one) - lower(one)) AS quantity,
        string_agg(CASE WHEN upper(one) - lower(one) = 1 THEN lower(one)::text
            ELSE lower(one) || ' to ' || upper(one) - 1 END, '; ') AS units
        FROM unnest(e.units) one) u
    WHERE h.last_seq > 1 AND e.record_id = h.record_id AND e.seq > 1
"""
_CELLS = (
    *("r.id", _cell("r.project_name"), _cell("r.registry"), "r.vintage", "r.quantity"),
    *(_cell("r.serial_number"), _cell("r.project_id"), "r.issued_on"),
    *(f"CASE WHEN e.seq = 1 THEN {one} END" for one in _SUMS),
    *("e.event_type", "e.seq", "e.units", "e.quantity", "e.sale"),
    *(_cell("e.party"), _cell("e.reason"), _cell("e.note"), "e.day"),
)
# The columns of webapp.exchange.plain: a row a record, and one for each of its later events.
TABLE = (
    f"SELECT {', '.join(_CELLS)} FROM holdings h JOIN records r ON r.id = h.record_id"
    f" CROSS JOIN LATERAL ({_ROWS_OF_A_RECORD}) e WHERE {WHERE} ORDER BY h.no, e.seq"
)


def _given(name: str, column: str) -> str:
    """A field of a JSON object that is left out when it has no value."""
    return f"coalesce(',\"{name}\":' || to_json({column}), '')"


_BLOCK = "'{\"first\":' || lower(one) || ',\"last\":' || upper(one) - 1 || '}'"
_PARTY = " ".join(
    f"WHEN '{one.name}' THEN {_given(one.party, 'e.party')}"
    for one in EVENT_TYPES.values()
    if one.party
)
_EVENT = " || ".join(
    (
        "'{\"seq\":' || e.seq",
        '\',"event_type":"\' || e.event_type',
        '\'","from_seq":\' || e.from_seq',
        "',\"quantity\":' || u.quantity || ',\"blocks\":[' || u.blocks",
        f"']' || CASE e.event_type {_PARTY} ELSE '' END",
        _given("reason", "e.reason"),
        _given("note", "e.note"),
        f"',\"effective_on\":\"' || {_DAY} || '\"}}'",
    )
)
_EVENTS = (
    f"CASE WHEN h.last_seq > 1 THEN (SELECT string_agg({_EVENT}, ',' ORDER BY e.seq)"
    " FROM events e CROSS JOIN LATERAL (SELECT sum(upper(one) - lower(one)) AS quantity,"
    f" string_agg({_BLOCK}, ',') AS blocks FROM unnest(e.units) one) u"
    " WHERE e.record_id = r.id AND e.seq > 1) ELSE '' END"
)
_RECORD = " || ".join(
    (
        '\'{"id":"\' || r.id',
        '\'","project_name":\' || to_json(r.project_name)',
        "',\"registry\":' || to_json(r.registry)",
        "',\"vintage\":' || r.vintage",
        "',\"quantity\":' || r.quantity",
        "',\"serial_number\":' || to_json(r.serial_number)",
        _given("project_id", "r.project_id"),
        _given("issued_on", "r.issued_on"),
        '\',"status":"\' || h.status',
        '\'","units":{"available":\' || h.available',
        "',\"sold\":' || h.sold",
        "',\"retired\":' || h.retired",
        "',\"cancelled\":' || h.cancelled",
        f"'}},\"events\":[' || {_EVENTS}",
        "']}'",
    )
)
# An object a record, with the names of the JSON API.
LINES = (
    f"SELECT {_RECORD} FROM holdings h JOIN records r ON r.id = h.record_id WHERE {WHERE}"
    " ORDER BY h.no"
)
