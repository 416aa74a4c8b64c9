"""Reading a request of the JSON door: its body, its query, its Idempotency-Key."""

import base64
import binascii
from datetime import datetime
from typing import TypeVar

from flask import request
from werkzeug.exceptions import BadRequest, UnsupportedMediaType

from webapp.actions.looking import Position
from webapp.actions.outcome import Once
from webapp.domain.commands import Command
from webapp.domain.identity import is_record_id
from webapp.domain.reading import read_command

C = TypeVar("C", bound=Command)

MOST_ITEMS = 200
_LONGEST_KEY = 255


def command(model: type[C]) -> C:
    """The command in the body; an empty body is {}.

    Raises NotJson, InvalidFields, and for another content type than JSON UnsupportedMediaType.
    """
    body = request.get_data()
    if not body:
        return read_command(model, "{}")
    if request.mimetype != "application/json":
        raise UnsupportedMediaType
    return read_command(model, body)


def once() -> Once | None:
    """The Idempotency-Key, quoted or not. Raises BadRequest for an empty or overlong one."""
    given = request.headers.get("Idempotency-Key")
    if given is None:
        return None
    key = given.strip()
    if len(key) > 1 and key[0] == key[-1] == '"':
        key = key[1:-1]
    if not 1 <= len(key) <= _LONGEST_KEY or not key.isprintable():
        raise BadRequest(f"Idempotency-Key must be 1 to {_LONGEST_KEY} printable characters.")
    return Once(key, request.method, request.path)


def page() -> tuple[int, Position | None]:
    """limit and cursor. Raises BadRequest, naming the parameter that is unknown or malformed."""
    unknown = sorted(set(request.args) - {"limit", "cursor"})
    if unknown:
        raise BadRequest(f"Unknown parameter {', '.join(unknown)}. There are limit and cursor.")
    limit = request.args.get("limit", "50")
    if not (limit.isascii() and limit.isdigit() and 1 <= int(limit[:9]) <= MOST_ITEMS):
        raise BadRequest(f"limit must be a whole number from 1 to {MOST_ITEMS}.")
    return int(limit), read_cursor(request.args.get("cursor"))


def write_cursor(position: Position | None) -> str | None:
    """A position as an opaque text for addresses."""
    if position is None:
        return None
    text = f"{position.created_at.isoformat()} {position.id}"
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def read_cursor(text: str | None) -> Position | None:
    """The position in a cursor. Raises BadRequest for one that this server did not write."""
    if text is None:
        return None
    try:
        padded = text + "=" * (-len(text) % 4)
        time, _, record_id = (
            base64.urlsafe_b64decode(padded.encode("ascii")).decode().partition(" ")
        )
        created_at = datetime.fromisoformat(time)
        if created_at.tzinfo is None or not is_record_id(record_id):
            raise ValueError(text)
    except (ValueError, binascii.Error):
        raise BadRequest("cursor is not one that this server gave; begin without it.") from None
    return Position(created_at, record_id)
