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
_PARAMETERS = {"api.newest": ("limit", "cursor")}


def command(model: type[C]) -> C:
    """The command in the body; an empty body is {}.

    Raises NotJson, InvalidFields, and for another content type than JSON UnsupportedMediaType.
    """
    body = _whole_body()
    if not body:
        return read_command(model, "{}")
    if request.mimetype != "application/json":
        raise UnsupportedMediaType
    return read_command(model, body)


def _whole_body() -> bytes:
    """The body. Raises BadRequest for one that broke off: an empty rest must never mean "all"."""
    body = request.get_data()
    announced = request.content_length
    if announced is None and "Transfer-Encoding" in request.headers:
        cut = not body
    else:
        cut = len(body) < (announced or 0)
    if cut:
        raise BadRequest("The body broke off before its end, so nothing was done. Send it again.")
    return body


def known_parameters() -> None:
    """Raises InvalidQuery, naming a parameter in the address that this call does not have."""
    known = _PARAMETERS.get(request.endpoint or "", ())
    for name in sorted(set(request.args) - set(known)):
        there_are = f"there are {' and '.join(known)}" if known else "this call has none"
        raise InvalidQuery.at(name, f"There is no parameter {name} here; {there_are}.")
    for name in known:
        if len(request.args.getlist(name)) > 1:
            raise InvalidQuery.at(name, f"{name} is given twice.")


def once() -> Once | None:
    """The Idempotency-Key, quoted or not. Raises InvalidKey."""
    given = request.headers.get("Idempotency-Key")
    if given is None:
        return None
    key = given.strip()
    if len(key) > 1 and key[0] == key[-1] == '"':
        key = key[1:-1]
    return Once(key, request.method, request.path)


def page() -> tuple[int, str | None]:
    """limit and cursor. Raises InvalidQuery for a limit that is none."""
    limit = request.args.get("limit", "50")
    digits = limit.isascii() and limit.isdigit() and len(limit) <= len(str(MOST_ITEMS))
    if not digits or not 1 <= int(limit) <= MOST_ITEMS:
        raise InvalidQuery.at("limit", f"limit must be a whole number from 1 to {MOST_ITEMS}.")
    return int(limit), request.args.get("cursor")
