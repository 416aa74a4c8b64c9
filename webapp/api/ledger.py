"""The log of all events: tlog-tiles under /ledger/, and each event's leaf and proof; open to every origin."""

from flask import Blueprint, Flask, Response, current_app, request

from webapp.actions import sealing
from webapp.api import access
from webapp.api.openapi import describes
from webapp.api.records import bp as records_bp
from webapp.config import Settings

bp = Blueprint("ledger_files", __name__, url_prefix="/ledger")

_TEXT = "text/plain; charset=utf-8"
_BYTES = "application/octet-stream"
_FOR_SECONDS = "max-age=2"
_FOR_EVER = "max-age=31536000, immutable"
_OPEN_TO_ALL = ("api.leaf", "api.proof")


def init_app(app: Flask) -> None:
    """Registers the blueprint; scripts of every site may read the log."""
    app.register_blueprint(bp)
    app.after_request(_open)


def _open(response: Response) -> Response:
    if request.blueprint == bp.name or request.endpoint in _OPEN_TO_ALL:
        response.headers["Access-Control-Allow-Origin"] = "*"
    return response


@bp.get("/checkpoint")
def checkpoint() -> Response:
    """The newest signed checkpoint."""
    access.reader()
    return _answer(sealing.checkpoint(), _TEXT, _FOR_SECONDS)


@bp.get("/tile/<path:path>")
def tile(path: str) -> Response:
    """A tile of hashes, or a bundle of entries. They never change."""
    access.reader()
    return _answer(sealing.tile(f"tile/{path}"), _BYTES, _FOR_EVER)


@bp.get("/growth/<int:old_size>")
def growth(old_size: int) -> Response:
    """The newest checkpoint, and the proof that it has grown from the first `old_size` leaves."""
    access.reader()
    return _answer(sealing.growth_proof(old_size), _TEXT, _FOR_SECONDS)


@records_bp.get("/records/<record_id>/events/<int:seq>/leaf")
@describes(None, {}, files=(_BYTES,), refusals=(202, 404))
def leaf(record_id: str, seq: int) -> Response:
    """Get an event's leaf: the very bytes that stand in the log."""
    access.reader()
    answer = _answer(sealing.leaf(record_id, seq), _BYTES, _FOR_EVER)
    return _named(answer, record_id, seq, "leaf")


@records_bp.get("/records/<record_id>/events/<int:seq>/proof")
@describes(None, {}, files=(_TEXT,), refusals=(202, 404))
def proof(record_id: str, seq: int) -> Response:
    """Get the proof that an event stands in the log (.tlog-proof), to be verified offline."""
    access.reader()
    answer = _answer(sealing.prove(record_id, seq).proof, _TEXT, _FOR_SECONDS)
    return _named(answer, record_id, seq, "tlog-proof")


def _named(answer: Response, record_id: str, seq: int, ending: str) -> Response:
    name = f"cairn-{record_id[:12]}-{seq}.{ending}"
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def _answer(data: bytes, content_type: str, cached: str) -> Response:
    settings: Settings = current_app.extensions["cairn.settings"]
    readers = "public" if settings.public_lookup else "private"
    kept = {"Cache-Control": f"{readers}, {cached}"}
    return Response(data, content_type=content_type, headers=kept)
