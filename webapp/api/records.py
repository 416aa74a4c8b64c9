"""The JSON door: records and the actions on them."""

import json
from collections.abc import Callable, Mapping
from typing import Any

from flask import Blueprint, Response, current_app, url_for

from webapp.actions import creating, looking, taking
from webapp.actions.outcome import Once, Outcome
from webapp.api import access, presentation, reading, schemas
from webapp.api.openapi import describes, document
from webapp.domain.actors import Actor
from webapp.domain.commands import Cancel, CreateRecord, Retire, Return, Sell

bp = Blueprint("api", __name__, url_prefix="/api/v1")
bp.before_request(reading.known_parameters)


@bp.post("/records")
@describes(CreateRecord, {201: schemas.Record, 200: schemas.Record})
def create() -> Response:
    """Record units that were issued; the same input again gives the same record."""
    actor = access.caller()
    outcome = creating.create(reading.command(CreateRecord), actor, reading.once())
    record_id = outcome.story.record.id
    location = {"Location": url_for("api.show", record_id=record_id)}
    status = 201 if outcome.added else 200
    return _json(presentation.story(outcome.story), status, location)


@bp.get("/records")
@describes(None, {200: schemas.RecordPage}, query=schemas.ListQuery)
def newest() -> Response:
    """List the records, newest first."""
    access.reader()
    limit, cursor = reading.page()
    items, following = looking.newest(limit, cursor)
    return _json({"items": [presentation.listed(item) for item in items], "next": following})


@bp.get("/records/<record_id>")
@describes(None, {200: schemas.Record})
def show(record_id: str) -> Response:
    """Look a record up, with everything that happened to its units."""
    access.reader()
    return _json(presentation.story(looking.record(record_id)))


@bp.post("/records/<record_id>/retire")
@describes(Retire, {200: schemas.Acted})
def retire(record_id: str) -> Response:
    """Retire units for good. An empty body retires everything that is left."""
    return _act(record_id, Retire, taking.retire, "Record retired")


@bp.post("/records/<record_id>/sell")
@describes(Sell, {200: schemas.Acted})
def sell(record_id: str) -> Response:
    """Sell available units to a buyer."""
    return _act(record_id, Sell, taking.sell, "Record sold")


@bp.post("/records/<record_id>/return")
@describes(Return, {200: schemas.Acted})
def return_sold(record_id: str) -> Response:
    """Undo a sale, wholly or in part: its units are available again."""
    return _act(record_id, Return, taking.return_sold, "Units returned")


@bp.post("/records/<record_id>/cancel")
@describes(Cancel, {200: schemas.Acted})
def cancel(record_id: str) -> Response:
    """Take available units out of the market for good, without anybody claiming them."""
    return _act(record_id, Cancel, taking.cancel, "Record cancelled")


def _act(
    record_id: str,
    model: type[Any],
    action: Callable[[str, Any, Actor, Once | None], Outcome],
    message: str,
) -> Response:
    actor = access.caller()
    outcome = action(record_id, reading.command(model), actor, reading.once())
    return _json(presentation.acted(message, outcome))


def _json(body: object, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    text = json.dumps(body, ensure_ascii=False)
    return Response(text, status, headers, content_type="application/json")


@bp.get("/openapi.json")
def openapi() -> Response:
    """The description of this API."""
    return _json(document(current_app))
