"""Reading a request of the JSON door: its body, its query, its Idempotency-Key."""

from typing import TypeVar

from flask import current_app, request
from werkzeug.exceptions import BadRequest, UnsupportedMediaType

from webapp.actions.outcome import Once
from webapp.domain.commands import Command
from webapp.domain.reading import read_command
from webapp.domain.refusals import InvalidQuery
from webapp.domain.searching import EventSearch, Export, Search, read_query

C = TypeVar("C", bound=Command)

Q = TypeVar("Q", Search, EventSearch, Export)


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


def no_parameters() -> None:
    """Raises InvalidQuery for a parameter in the address of a call that has none."""
    view = current_app.view_functions.get(request.endpoint or "")
    if view is None or getattr(view, "reads_query", False):
        return
    for name in sorted(request.args):
        raise InvalidQuery.at(name, f"There is no parameter {name} here; this call has none.")


def query(model: type[Q]) -> Q:
    """The search in the address. Raises InvalidQuery, naming each parameter at fault."""
    return read_query(model, request.args.to_dict(flat=False))


def once() -> Once | None:
    """The Idempotency-Key, quoted or not. Raises InvalidKey."""
    given = request.headers.get("Idempotency-Key")
    if given is None:
        return None
    key = given.strip()
    if len(key) > 1 and key[0] == key[-1] == '"':
        key = key[1:-1]
    return Once(key, request.method, request.path)
