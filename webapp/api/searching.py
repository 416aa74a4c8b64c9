"""The JSON door: looking for records, for serial numbers, for events."""

from flask import Response

from webapp.actions import exporting, searching
from webapp.api import access, presentation, reading, schemas
from webapp.api.answering import json_answer
from webapp.api.openapi import describes
from webapp.api.records import bp
from webapp.domain.searching import EventSearch, Export, Search
from webapp.downloading import download


@bp.get("/records")
@describes(None, {200: schemas.RecordPage}, query=Search)
def find_records() -> Response:
    """Look for records: by words, by filters, by serial number; newest first unless sorted."""
    access.reader()
    return json_answer(presentation.found(searching.find_records(reading.query(Search))))


@bp.get("/records/export")
@describes(None, {}, query=Export, files=exporting.CONTENT_TYPES.values())
def export_records() -> Response:
    """Take all records that a search finds, with their events, as a file in the order they were made."""
    access.reader()
    return download(reading.query(Export))


@bp.get("/serials/<path:serial>")
@describes(None, {200: schemas.SerialFound})
def find_serial(serial: str) -> Response:
    """Look a serial number up, or a single unit's: which records hold its units, and their state."""
    access.reader()
    return json_answer(presentation.located(serial, searching.find_serial(serial)))


@bp.get("/events")
@describes(None, {200: schemas.EventPage}, query=EventSearch)
def find_events() -> Response:
    """Look for events, the newest day first."""
    access.reader()
    return json_answer(presentation.happened(searching.find_events(reading.query(EventSearch))))
