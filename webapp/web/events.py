"""The events page: what happened to units, newest day first, and the feed of retirements."""

import hashlib
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from flask import Blueprint, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from webapp.actions import searching
from webapp.actions.searching import FoundEvents
from webapp.domain import wording
from webapp.domain.lifecycle import EVENT_TYPES
from webapp.domain.refusals import InvalidQuery
from webapp.domain.searching import EventSearch, read_query
from webapp.web import access, atom, htmx
from webapp.web.searching import Condition

bp = Blueprint("events", __name__)

_PAGE = 50
_FED = 50  # retirements in the feed
# A date has whole seconds, and what is written later may be of an earlier second: only a date that
# is older than any transaction can say that nothing was added since.
_SETTLED = timedelta(minutes=5)
_WORDS = {
    "party": "buyer or beneficiary “{}”",
    "registry": "registry {}",
    "vintage": "vintage {}",
    "date_from": "on or after {}",
    "date_to": "on or before {}",
}


@bp.get("/events")
def feed() -> Response | str:
    """What happened, all of it, until somebody asks for certain events."""
    access.reader()
    given = request.args.to_dict(flat=False)
    try:
        search = read_query(EventSearch, given, of_page=True)
        search = search.model_copy(update={"limit": _PAGE})
        found = searching.find_events(search)
    except InvalidQuery as refusal:
        return _refuse({name: texts[0] for name, texts in given.items()}, refusal)
    if not htmx.is_partial() and any(not text.strip() for text in request.args.values()):
        return redirect(_address(search, cursor=search.cursor), 303)  # one that can be shared
    return _show(search, found)


@bp.get("/events.atom", endpoint="atom")
def newest_retirements() -> Response:
    """The retirements that were written last, for feed readers."""
    access.reader()
    retirements = searching.newest_retirements(_FED)
    document = atom.feed(retirements, url_for("events.atom", _external=True))
    response = make_response(document)
    response.content_type = "application/atom+xml; charset=utf-8"
    response.set_etag(hashlib.sha256(document).hexdigest())
    if retirements and retirements[0].event.at < datetime.now(UTC) - _SETTLED:
        response.last_modified = retirements[0].event.at
    return response.make_conditional(request)


def _address(search: EventSearch, **changes: Any) -> str:
    asked = {**search.chosen, **changes}
    return url_for("events.feed", **{name: one for name, one in asked.items() if one})


def _show(search: EventSearch, found: FoundEvents) -> Response | str:
    shown = {
        "search": search,
        "found": found,
        "conditions": conditions(search),
        "address": lambda **changes: _address(search, **changes),
    }
    if htmx.is_partial():
        response = htmx.part(render_template("partials/happened.html", **shown))
        response.headers["HX-Replace-Url"] = _address(search, cursor=search.cursor)
        return response
    return render_template("events/feed.html", form=search, faults={}, **shown, **_choices())


def _refuse(typed: Mapping[str, str], refusal: InvalidQuery) -> Response:
    """The form as it was typed, with what is wrong at its field; softer while somebody types."""
    if htmx.is_partial():
        return htmx.part(render_template("partials/happened.html", refused=refusal))
    faults = {one.field: one.message for one in refusal.errors}
    html = render_template(
        "events/feed.html", form=typed, refused=refusal, faults=faults, **_choices()
    )
    return htmx.part(html, 400)


def _choices() -> dict[str, Any]:
    return {
        "registries": searching.known_registries(),
        "types": {name: row.label for name, row in EVENT_TYPES.items()},
    }


def conditions(search: EventSearch) -> list[Condition]:
    """What was asked for, each in words with the way to ask without it."""
    chosen = search.chosen
    found = []
    for name, value in chosen.items():
        rest = {other: one for other, one in chosen.items() if other != name}
        if name == "type":
            words = f"event “{EVENT_TYPES[value].label.lower()}”"
        elif name in ("date_from", "date_to"):
            words = _WORDS[name].format(wording.day(getattr(search, name)))
        else:
            words = _WORDS[name].format(value)
        found.append(Condition(words, url_for("events.feed", **rest)))
    return found
