"""Looking one record up: what the public sees of it."""

from webapp.domain.identity import is_record_id
from webapp.domain.lifecycle import Story
from webapp.domain.refusals import RecordNotFound
from webapp.store import database, records


def record(record_id: str) -> Story:
    """The record with its events. Raises RecordNotFound, Unavailable."""
    if not is_record_id(record_id):
        raise RecordNotFound
    story = database.read(records.find, record_id)
    if story is None:
        raise RecordNotFound
    return story
