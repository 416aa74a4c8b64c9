"""The JSON door: records and the actions on them."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response, current_app, url_for

from webapp.actions import creating, looking, sealing, taking
from webapp.actions.outcome import Once, Outcome
from webapp.api import access, presentation, reading, schemas
from webapp.api.answering import json_answer
from webapp.api.openapi import describes, document
from webapp.domain.actors import Actor
from webapp.domain.certificate import certificate_of
from webapp.domain.commands import Cancel, CreateRecord, Retire, Return, Sell

bp = Blueprint("api", __name__, url_prefix="/api/v1")
bp.before_request(reading.no_parameters)


@bp.post("/records")
@describes(CreateRecord, {201: schemas.Record, 200: schemas.Record})
def create() -> Response:
    """Record units that were issued; the same input again gives the same record."""
    actor = access.caller()
    outcome = creating.create(reading.command(CreateRecord), actor, reading.once())
    record_id = outcome.story.record.id
    location = {"Location": url_for("api.show", record_id=record_id)}
    status = 201 if outcome.added else 200
    return json_answer(presentation.story(outcome.story), status, location)


@bp.get("/records/<record_id>")
@describes(None, {200: schemas.Record})
def show(record_id: str) -> Response:
    """Look a record up, with everything that happened to its units."""
    access.reader()
    return json_answer(presentation.story(looking.record(record_id)))


@bp.get("/records/<record_id>/events/<int:seq>/certificate")
@describes(None, {200: schemas.Certificate})
def certificate(record_id: str, seq: int) -> Response:
    """Certify a retirement: what was retired, for whom and when, with exact serial numbers."""
    access.reader()
    story = looking.record(record_id)
    certified = certificate_of(story, seq, sealing.sealed(record_id, seq))
    endpoints = {
        "page": "certificates.show",
        "pdf": "certificates.pdf",
        "leaf": "api.leaf",
        "proof": "api.proof",
    }
    addresses = {
        name: url_for(endpoint, record_id=certified.record_id, seq=seq, _external=True)
        for name, endpoint in endpoints.items()
    }
    return json_answer(presentation.certificate(certified, addresses))


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
    return json_answer(presentation.acted(message, outcome))


@bp.get("/openapi.json")
def openapi() -> Response:
    """The description of this API."""
    return json_answer(document(current_app))
