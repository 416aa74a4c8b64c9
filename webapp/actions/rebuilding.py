"""The holdings, and the sums above them, made anew from the events they are projections of."""

from collections.abc import Iterator
from dataclasses import dataclass

from webapp.domain import lifecycle
from webapp.store import database, holdings, journal, mending, names, records


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


def check_above() -> list[str]:
    """What differs, as sentences, between the holdings and events and what is kept above them."""
    return database.change(_differences_above)


def _differences_above(connection: database.Connection) -> list[str]:
    mending.take_time(connection)
    found = [
        f"The kept sums of {registry}, vintage {vintage}, {status} differ from their holdings."
        for registry, vintage, status in mending.differing_groups(connection)
    ]
    if missing := mending.missing_lines(connection):
        found.append(f"The feed and the events differ by {missing}.")
    elif line := mending.differing_line(connection):
        found.append(
            f"The feed's line of event {line[1]} of the record whose no in holdings is {line[0]} is "
            "not what the event says."
        )
    found += [
        f"The kept sums in {table} of {key} are not those of its events."
        for table, key in mending.differing_sums(connection)
    ]
    found += [
        f"In {table}, {name} is not folded as it is looked for."
        for table, name in names.wrongly_folded(connection)
    ]
    return found


def rebuild() -> tuple[int, int]:
    """Writes every record's holdings from its events, then the feed and the kept sums.

    Gives how many records were read and how many of them were wrong.
    """
    read = wrong = 0
    for record_id in _all_ids():
        read += 1
        wrong += database.change(_mend, record_id)
    database.change(mending.make_anew)
    return read, wrong


def _all_ids() -> Iterator[str]:
    after = ""
    while page := database.read(records.ids, after, 1000):
        yield from page
        after = page[-1]


def _compare(connection: database.Connection, record_id: str) -> Difference | None:
    holdings.lock(connection, record_id)
    events = journal.events_of(connection, record_id)
    kept = holdings.kept(connection, record_id)
    if not events:  # only somebody past the application can make such a record
        return Difference(record_id, str(kept), "nothing: it has no events")
    computed = (lifecycle.holdings(events).as_row(), events[-1].seq)
    if kept == computed:
        return None
    return Difference(record_id, str(kept), str(computed))


def _mend(connection: database.Connection, record_id: str) -> int:
    if _compare(connection, record_id) is None:
        return 0
    events = journal.events_of(connection, record_id)
    if not events:
        return 0
    holdings.overwrite(connection, record_id, lifecycle.holdings(events), events[-1])
    return 1
