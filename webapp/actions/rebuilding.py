"""The holdings, made anew from the events they are a projection of."""

from collections.abc import Iterator
from dataclasses import dataclass

from webapp.domain.lifecycle import holdings
from webapp.store import database, journal, records


@dataclass(frozen=True)
class Difference:
    """A record whose kept sums are not what its events say."""

    record_id: str
    kept: str
    computed: str


def check() -> Iterator[Difference]:
    """Every record whose holdings differ from its events. Changes nothing."""
    for record_id in _all_ids():
        if difference := database.change(_compare, record_id):
            yield difference


def rebuild() -> tuple[int, int]:
    """Writes the holdings of every record from its events; how many were read and how many wrong."""
    read = wrong = 0
    for record_id in _all_ids():
        read += 1
        wrong += database.change(_mend, record_id)
    return read, wrong


def _all_ids() -> Iterator[str]:
    after = ""
    while page := database.read(records.ids, after, 1000):
        yield from page
        after = page[-1]


def _compare(connection: database.Connection, record_id: str) -> Difference | None:
    journal.lock(connection, record_id)
    events = journal.events_of(connection, record_id)
    kept = journal.kept_holdings(connection, record_id)
    if not events:  # only somebody past the application can make such a record
        return Difference(record_id, str(kept), "nothing: it has no events")
    computed = (holdings(events).as_row(), events[-1].seq)
    if kept == computed:
        return None
    return Difference(record_id, str(kept), str(computed))


def _mend(connection: database.Connection, record_id: str) -> int:
    if _compare(connection, record_id) is None:
        return 0
    events = journal.events_of(connection, record_id)
    if not events:
        return 0
    journal.write_holdings(connection, record_id, holdings(events), events[-1].seq)
    return 1
