"""Whether this server works, for whoever watches over it."""

import json

from flask import Blueprint, Response, current_app

from webapp.actions import sealing
from webapp.config import Settings
from webapp.domain.refusals import Unavailable

bp = Blueprint("health", __name__)

_RETRY_AFTER_S = "5"


@bp.get("/healthz")
def healthz() -> Response:
    """200 while the database answers and is what was signed; else 503 and a sentence.

    That nothing is signed at the moment is told with a 200: records can be looked up and retired.
    """
    settings: Settings = current_app.extensions["cairn.settings"]
    silent = None
    try:
        wrong = sealing.why_behind(settings)
        silent = wrong or sealing.why_silent()
    except Unavailable as refusal:
        wrong = refusal.detail
    answer = {"status": "ok"}
    if wrong or silent:
        answer = {"status": "failing" if wrong else "degraded", "detail": wrong or silent or ""}
    response = Response(json.dumps(answer), 503 if wrong else 200, content_type="application/json")
    response.headers["Cache-Control"] = "no-store"
    if wrong:
        response.headers["Retry-After"] = _RETRY_AFTER_S
    return response
