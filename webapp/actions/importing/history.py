"""Imports as they are looked up: which there were, how far they came, and what was refused."""

from collections.abc import Iterator
from datetime import timedelta

from webapp.domain.actors import Actor
from webapp.domain.refusals import AllOrNothing, ImportNotFound
from webapp.exchange.refused import write_refused
from webapp.store import database, imports
from webapp.store.imports import Import, RefusedRow

__all__ = [
    "Import",
    "RefusedRow",
    "first_refused",
    "forget_abandoned",
    "newest",
    "one",
    "refused_file",
    "refused_rows",
    "stop",
]

_PAGE = 1000


def one(import_id: int) -> Import:
    """The import with this number. Raises ImportNotFound."""
    found = database.read(imports.one, import_id)
    if found is None or found.state == "discarded":
        raise ImportNotFound
    return found


def newest(before: int | None = None, limit: int = 50) -> list[Import]:
    """The imports with numbers below `before`, the newest first."""
    return database.read(imports.newest, before, limit)


def stop(import_id: int, actor: Actor) -> None:
    """Ends an import that is queued or running; what it has added stays. Raises ImportNotFound."""
    actor.must_be("operator")
    found = one(import_id)
    told = f"{actor.name} stopped it."
    database.change(imports.end, found.id, "stopped", told, ("queued", "running"))


def forget_abandoned(age: timedelta) -> int:
    """Discards files that nobody confirmed for so long; how many there were."""
    return database.change(imports.forget_abandoned, age)


def refused_rows(import_id: int) -> Iterator[RefusedRow]:
    """The refused rows in the file's order, some at a time."""
    after = 0
    while page := database.read(imports.refusals, import_id, after, _PAGE):
        yield from page
        after = page[-1].number


def first_refused(import_id: int, limit: int) -> list[RefusedRow]:
    """The first rows that are at fault themselves, not refused for the company they are in."""
    return database.read(imports.refusals_but, import_id, AllOrNothing.code, limit)


def refused_file(found: Import) -> Iterator[bytes]:
    """The refused rows as a file of the same shape, to be corrected and imported again."""
    return write_refused(found.kind, found.header, refused_rows(found.id))
