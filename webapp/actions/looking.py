"""Looking records up: what the public sees."""

import base64
from datetime import datetime

from webapp.domain.identity import is_record_id
from webapp.domain.lifecycle import Listed, Story
from webapp.domain.refusals import InvalidQuery, RecordNotFound
from webapp.store import database, records
from webapp.store.records import Position


def record(record_id: str) -> Story:
    """The record with its events. Raises RecordNotFound, Unavailable."""
    if not is_record_id(record_id):
        raise RecordNotFound
    story = database.read(records.find, record_id)
    if story is None:
        raise RecordNotFound
    return story


def newest(limit: int, cursor: str | None = None) -> tuple[list[Listed], str | None]:
    """A page of records, newest first, and the cursor of the next page (None: this is the last).

    Raises InvalidQuery for a cursor that was not given here, Unavailable.
    """
    after = None if cursor is None else _read_cursor(cursor)
    page, end = database.read(records.newest, limit, after)
    return page, None if end is None else _write_cursor(end)


def _write_cursor(position: Position) -> str:
    text = f"{position.created_at.isoformat()} {position.id}"
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _read_cursor(text: str) -> Position:
    try:
        padded = text.encode("ascii") + b"=" * (-len(text) % 4)
        time, _, record_id = base64.b64decode(padded, b"-_", validate=True).decode().partition(" ")
        created_at = datetime.fromisoformat(time)
        if created_at.tzinfo is None or not is_record_id(record_id):
            raise ValueError(text)
    except ValueError:
        raise InvalidQuery.at(
            "cursor", "cursor is not one that this registry gave; begin without it."
        ) from None
    return Position(created_at, record_id)
