"""The start page: one search box, filters, and the records that they find."""

from dataclasses import dataclass
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from webapp.actions import exporting, searching
from webapp.actions.searching import Found, Located
from webapp.domain import wording
from webapp.domain.identity import is_record_id
from webapp.domain.lifecycle import EVENT_TYPES
from webapp.domain.refusals import InvalidQuery
from webapp.domain.searching import Export, Search, read_query
from webapp.downloading import download
from webapp.web import access, htmx

bp = Blueprint("searching", __name__)

_PAGE = 25
STATUSES = ("active", "sold", "retired", "cancelled")
SORTS = {
    "created": "newest record",
    "last_event": "latest event",
    "vintage": "vintage",
    "quantity": "quantity",
    "project": "project name",
}
_WORDS = {
    "q": "“{}”",
    "registry": "registry {}",
    "vintage": "vintage {}",
    "vintage_from": "vintage from {}",
    "vintage_to": "vintage to {}",
    "status": "status {}",
    "serial": "serial number {}",
    "event_from": "on or after {}",
    "event_to": "on or before {}",
}


@dataclass(frozen=True)
class Condition:
    """One thing that was asked for, in words, and the address of the search without it."""

    words: str
    without: str


@bp.get("/")
def find() -> Response | str:
    """Find records: all of them, newest first, until somebody asks for certain ones."""
    access.reader()
    typed = {name: texts[0] for name, texts in request.args.to_dict(flat=False).items()}
    try:
        search = read_query(Search, request.args.to_dict(flat=False), of_page=True)
        search = search.model_copy(update={"limit": _PAGE})
        found = searching.find_records(search, with_events=True)
    except InvalidQuery as refusal:
        return _refuse(typed, refusal)
    if not htmx.is_partial():
        if place := _straight_to(search, found):
            return redirect(place, 303)
        if search.cursor is None and any(not text.strip() for text in request.args.values()):
            return redirect(_address(search), 303)  # an address that can be shared
    return _show(search, found)


@bp.get("/records/export")
def export() -> Response:
    """All records that a search finds, as a file."""
    access.reader()
    return download(read_query(Export, request.args.to_dict(flat=False), of_page=True))


def _straight_to(search: Search, found: Found) -> str | None:
    """The record's address, when a serial number or an id was asked for and one record has it."""
    if found.count != 1 or len(found.items) != 1:
        return None
    record = found.items[0].record
    if len(found.located) == 1 and found.located[0].story.record.id == record.id:
        return located_at(found.located[0])
    if is_record_id(search.q.strip().lower()):
        return url_for("records.show", record_id=record.id)
    return None


def located_at(place: Located) -> str:
    """The address where the units of a serial number are shown in their record."""
    record = place.story.record
    unit = place.units.first if place.units.quantity == 1 else None
    return url_for("records.show", record_id=record.id, unit=unit)


def _address(search: Search, **changes: Any) -> str:
    chosen = {**search.chosen, **changes}
    return url_for("searching.find", **{name: one for name, one in chosen.items() if one})


def _export_address(search: Search, wanted: str) -> str:
    chosen = {name: one for name, one in search.chosen.items() if name in Export.model_fields}
    return url_for("searching.export", format=wanted, **chosen)


def _show(search: Search, found: Found) -> Response | str:
    shown = {
        "search": search,
        "found": found,
        "conditions": conditions(search),
        "address": lambda **changes: _address(search, **changes),
        "located_at": located_at,
        "most_rows": exporting.MOST_ROWS,
        "export_address": lambda wanted: _export_address(search, wanted),
    }
    if htmx.is_partial():
        response = htmx.part(render_template("partials/hits.html", **shown))
        response.headers["HX-Replace-Url"] = _address(search, cursor=search.cursor)
        return response
    return render_template("records/list.html", form=search, **shown, **_choices())


def _refuse(typed: dict[str, str], refusal: InvalidQuery) -> Response:
    """The form as it was typed, with what is wrong in it; softer while somebody is typing."""
    if htmx.is_partial():
        html = render_template("partials/hits.html", refused=refusal, search=None)
        return htmx.part(html)
    html = render_template("records/list.html", form=typed, refused=refusal, **_choices())
    return htmx.part(html, 400)


def _choices() -> dict[str, Any]:
    return {
        "registries": searching.known_registries(),
        "statuses": STATUSES,
        "events": {name: row.label.lower() for name, row in EVENT_TYPES.items()},
        "sorts": SORTS,
    }


def conditions(search: Search) -> list[Condition]:
    """What was asked for, each in words with the way to ask without it."""
    chosen = search.chosen
    found = []
    for name, value in chosen.items():
        if name in ("sort", "order"):
            continue
        rest = {other: one for other, one in chosen.items() if other != name}
        if name == "event":
            words = f"with units {EVENT_TYPES[value].label.lower()}"
        elif name in ("event_from", "event_to"):
            words = _WORDS[name].format(wording.day(getattr(search, name)))
        else:
            words = _WORDS[name].format(value)
        found.append(Condition(words, url_for("searching.find", **rest)))
    return found
