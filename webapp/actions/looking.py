"""Looking records up: what the public sees."""

from webapp.domain.identity import is_record_id
from webapp.domain.lifecycle import Listed, Story
from webapp.domain.refusals import RecordNotFound
from webapp.store import database, records
from webapp.store.records import Position

__all__ = ["Position", "newest", "record"]


def record(record_id: str) -> Story:
    """The record with its events. Raises RecordNotFound, Unavailable."""
    if not is_record_id(record_id):
        raise RecordNotFound
    story = database.read(records.find, record_id)
    if story is None:
        raise RecordNotFound
    return story


def newest(limit: int, after: Position | None = None) -> tuple[list[Listed], Position | None]:
    """A page of records, newest first, and where the next page begins (None: this is the last)."""
    return database.read(records.newest, limit, after)
