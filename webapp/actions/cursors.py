"""Cursors: where a page of a search begins, as text that only this registry can write."""

import hashlib
import json
from datetime import date, datetime
from typing import Any

from flask import current_app
from itsdangerous import BadData, URLSafeSerializer

from webapp.domain.refusals import InvalidQuery
from webapp.domain.searching import EventSearch, Search
from webapp.store.searching import Position


def write(search: Search | EventSearch, key: tuple[Any, ...], backwards: bool = False) -> str:
    """The cursor of the search's page after (or before) the record or event with this key."""
    told = [one.isoformat() if isinstance(one, date | datetime) else one for one in key]
    return _signer().dumps([_fingerprint(search), int(backwards), *told])


def read(search: Search | EventSearch) -> Position | None:
    """Where the page that a search asks for begins; None for the first page.

    Raises InvalidQuery for a cursor that this registry did not give, or gave for another search.
    """
    if search.cursor is None:
        return None
    try:
        fingerprint, backwards, *key = _signer().loads(search.cursor)
    except (BadData, ValueError, TypeError):
        raise InvalidQuery.at(
            "cursor", "cursor is not one that this registry gave; begin without it."
        ) from None
    if fingerprint != _fingerprint(search):
        raise InvalidQuery.at(
            "cursor", "cursor belongs to another search; begin this one without it."
        )
    return Position(tuple(key), bool(backwards))


def _fingerprint(search: Search | EventSearch) -> str:
    # With its kind: records and events may be searched alike, but have other keys.
    told = json.dumps([type(search).__name__, search.chosen], sort_keys=True)
    return hashlib.sha256(told.encode()).hexdigest()[:12]


def _signer() -> URLSafeSerializer:
    secret = current_app.secret_key
    assert secret is not None  # there is no application without one
    return URLSafeSerializer(secret, salt="cursor")
