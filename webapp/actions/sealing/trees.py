"""The log's tree over what the database keeps of it."""

from collections.abc import Mapping
from functools import partial

from webapp.ledger.merkle import Plan, consistency_plan, root_plan
from webapp.ledger.tiles import ENTRIES, Tile, hashes_from, write_bundle
from webapp.ledger.verifier import (
    Checkpoint,
    Refused,
    read_checkpoint,
    read_note,
    verify_consistency,
)
from webapp.store import sealing
from webapp.store.database import Connection
from webapp.store.sealing import Published, Span

_NOT_THE_HEAD = "The head of the log does not agree with its leaves and with what was signed last."


def tiles(connection: Connection, wanted: list[Tile]) -> Mapping[Tile, bytes]:
    """The bytes of tiles, all asked for at once."""
    spans = [
        Span(8 * tile.level, tile.number * 256, tile.number * 256 + tile.width) for tile in wanted
    ]
    return dict(zip(wanted, sealing.hashes(connection, spans), strict=True))


def bundle(connection: Connection, tile: Tile) -> bytes:
    """An entry bundle."""
    assert tile.level == ENTRIES
    first = tile.number * 256
    return write_bundle(sealing.entries(connection, first, first + tile.width))


def hashes(connection: Connection, plan: Plan, size: int) -> list[bytes]:
    """What a plan makes in the log of this size."""
    return hashes_from(plan, size, partial(tiles, connection))


def root(connection: Connection, size: int) -> bytes:
    """The root over the first `size` leaves."""
    return hashes(connection, root_plan(size), size)[0]


def has_not_grown_from(connection: Connection, note: bytes, size: int) -> str | None:
    """Why the log of `size` leaves has not grown from a checkpoint; None if it has."""
    try:
        before: Checkpoint = read_checkpoint(read_note(note)[0])
    except Refused as refused:
        return f"The checkpoint that is kept outside cannot be read: {refused}"
    if before.size > size:
        return (
            f"The log has {size} leaves, and {before.size} were signed: the database was restored "
            "from an old copy."
        )
    try:
        if root(connection, before.size) == before.root:
            return None
    except ValueError as lacking:
        return f"Leaves or nodes of the log are gone: {lacking}"
    return f"The first {before.size} leaves are not those that were signed."


def has_not_led_to(connection: Connection, old: Published | None, new: Checkpoint) -> str | None:
    """Why what is to be signed does not begin with what was signed last; None if it does."""
    try:
        if old is None:
            return None if root(connection, new.size) == new.root else _NOT_THE_HEAD
        path = hashes(connection, consistency_plan(old.size, new.size), new.size)
        verify_consistency(old.size, new.size, path, old.root, new.root)
    except Refused as refused:
        return f"{_NOT_THE_HEAD} {refused}"
    except ValueError as lacking:
        return f"Leaves or nodes of the log are gone: {lacking}"
    return None
