"""Reading a request of the JSON door: its body, its query, its Idempotency-Key."""

from typing import TypeVar

from flask import request
from werkzeug.exceptions import BadRequest, UnsupportedMediaType

from webapp.actions.outcome import Once
from webapp.domain.commands import Command
from webapp.domain.reading import read_command
from webapp.domain.refusals import InvalidQuery

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


def page() -> tuple[int, str | None]:
    """limit and cursor. Raises InvalidQuery, naming the parameter that is unknown or malformed."""
    for name in sorted(set(request.args) - {"limit", "cursor"}):
        raise InvalidQuery.at(name, f"There is no parameter {name}; there are limit and cursor.")
    limit = request.args.get("limit", "50")
    if not (limit.isascii() and limit.isdigit() and 1 <= int(limit[:9]) <= MOST_ITEMS):
        raise InvalidQuery.at("limit", f"limit must be a whole number from 1 to {MOST_ITEMS}.")
    return int(limit), request.args.get("cursor")
