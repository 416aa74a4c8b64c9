"""Cairn's own table: a row a record, and right after it a row for each of its later events."""

COLUMNS = (
    *("id", "project_name", "registry", "vintage", "quantity", "serial_number", "project_id"),
    *("issued_on", "status", "available", "sold", "retired", "cancelled"),
    *("event", "seq", "units", "event_quantity", "sale", "party", "reason", "note", "effective_on"),
)
NUMBERS = frozenset(
    {"vintage", "quantity", "available", "sold", "retired", "cancelled"}
    | {"seq", "event_quantity", "sale"}
)
