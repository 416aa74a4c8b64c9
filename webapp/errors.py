"""One table: which refusal is which status. Problem details (RFC 9457) for scripts, a page for people."""

import json
import logging
import math
import secrets
import time
from http import HTTPStatus
from typing import cast

from flask import Flask, Response, g, render_template, request, url_for
from flask_limiter import RateLimitExceeded
from werkzeug.exceptions import HTTPException

from webapp.domain import refusals, wording
from webapp.domain.reading import NotJson
from webapp.domain.refusals import FieldError, Refusal
from webapp.extensions import limiter

log = logging.getLogger(__name__)

STATUS: dict[type[Refusal], int] = {
    refusals.InvalidFields: 422,
    refusals.InvalidQuery: 400,
    refusals.InvalidKey: 400,
    refusals.RecordNotFound: 404,
    refusals.NotARetirement: 404,
    refusals.AccountNotFound: 404,
    refusals.TokenNotFound: 404,
    refusals.SessionNotFound: 404,
    refusals.EventNotFound: 404,
    refusals.NotInLog: 404,
    refusals.ProofWaits: 202,
    refusals.ImportNotFound: 404,
    refusals.FileRefused: 422,
    refusals.FileTooLarge: 413,
    refusals.NoRoomForFile: 507,
    refusals.KeyReused: 422,
    refusals.SignInNeeded: 401,
    refusals.SignInRefused: 422,
    refusals.NotAllowed: 403,
    refusals.Unavailable: 503,
    Refusal: 409,  # all others: the ledger says no
}
_RETRY_AFTER_S = 2
_FOR_SCRIPTS = ("/api/", "/ledger/checkpoint/", "/ledger/tile/", "/ledger/growth/")

_SENTENCES = {
    404: "There is nothing at this address. Check it, or begin at the start page.",
    405: "This address does not take {method}; it takes {allowed}.",
    413: "The request is too large: at most {limit} bytes are read. Send less.",
    415: "Send the body as application/json.",
    429: "Too many attempts. Wait {wait} seconds and try again.",
    500: "Something went wrong on our side and nothing was saved. Try again; if it happens again, "
    "tell the registry this number: {request_id}.",
}


def init_app(app: Flask) -> None:
    """Registers the handlers. They go by path on the application, since blueprints miss routing errors."""
    app.register_error_handler(Refusal, _refused)
    app.register_error_handler(NotJson, _not_json)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(Exception, _unexpected)
    app.before_request(_number_request)


def status_of(refusal: Refusal) -> int:
    """The HTTP status of a refusal."""
    return next(STATUS[kind] for kind in type(refusal).__mro__ if kind in STATUS)


def request_id() -> str:
    """A number for this request, by which its log lines are found."""
    if "request_id" not in g:
        g.request_id = secrets.token_hex(8)
    number: str = g.request_id
    return number


def _number_request() -> None:
    request_id()


def _refused(refusal: Refusal) -> Response:
    if isinstance(refusal, refusals.SignInNeeded) and not _is_api():
        return _ask_to_sign_in(refusal)
    status = status_of(refusal)
    response = answer(status, refusal.code, refusal.detail, refusal.errors)
    if status in (202, 503):
        response.headers["Retry-After"] = str(_RETRY_AFTER_S)
    if status == 401 and _is_api():
        response.headers["WWW-Authenticate"] = "Bearer"
    return response


def _ask_to_sign_in(refusal: Refusal) -> Response:
    if request.method != "GET":  # what was typed stays in the browser: go back finds it
        return answer(401, refusal.code, refusal.detail)
    address = url_for("account.sign_in", next=request.full_path.rstrip("?"))
    if "HX-Request" in request.headers:
        return Response(headers={"HX-Redirect": address})
    return Response(status=303, headers={"Location": address})


def _not_json(error: NotJson) -> Response:
    return answer(400, "not_json", f"The body is not JSON: {error}. Mend it and send it again.")


def _http(error: HTTPException) -> Response:
    status = error.code or 500
    if status < 400:
        return cast(Response, error.get_response())  # a redirect
    sentence = _SENTENCES.get(status, "")
    wait = _wait(error)
    detail = sentence.format(
        method=request.method,
        allowed=" or ".join(sorted(set(getattr(error, "valid_methods", None) or ()) - {"OPTIONS"})),
        limit=wording.number(request.max_content_length or 0),
        wait=wait,
        request_id=request_id(),
    )
    code = HTTPStatus(status).phrase.lower().replace(" ", "_")
    response = answer(status, code, detail or error.description or HTTPStatus(status).phrase)
    for name, value in error.get_headers(request.environ):
        if name.lower() in ("allow", "retry-after"):
            response.headers[name] = value
    if isinstance(error, RateLimitExceeded):
        response.headers["Retry-After"] = str(wait)
    return response


def _wait(error: HTTPException) -> int:
    """Seconds until the limit that was hit lets the next attempt through."""
    if not isinstance(error, RateLimitExceeded) or limiter.current_limit is None:
        return 0
    left = math.ceil(limiter.current_limit.reset_at - time.time())
    return max(1, min(left, error.limit.limit.get_expiry()))


def _unexpected(error: Exception) -> Response:
    log.exception("request %s failed", request_id(), exc_info=error)
    return answer(500, "internal_error", _SENTENCES[500].format(request_id=request_id()))


def _is_api() -> bool:
    """Whether scripts ask: under /api, and for the files of the log."""
    return f"{request.path}/".startswith(_FOR_SCRIPTS)


def answer(status: int, code: str, detail: str, errors: tuple[FieldError, ...] = ()) -> Response:
    """What says no: problem details under /api, a notice for htmx, a page for everybody else."""
    title = HTTPStatus(status).phrase
    if _is_api():
        return problem(status, title, code, detail, errors)
    if "HX-Request" in request.headers:
        return Response(
            render_template(
                "partials/notice.html",
                detail=detail,
                sign_in=status == 401,
                renewed=code == "stale_form",
            ),
            status,
            {"HX-Retarget": "#notice", "HX-Reswap": "innerHTML"},
        )
    page = render_template("error.html", status=status, title=title, detail=detail)
    return Response(page, status, content_type="text/html; charset=utf-8")


def problem(
    status: int, title: str, code: str, detail: str, errors: tuple[FieldError, ...] = ()
) -> Response:
    """Problem details as RFC 9457 has them, with a code, the request's number, and fields at fault."""
    body: dict[str, object] = {
        "type": "about:blank",
        "title": title,
        "status": status,
        "detail": detail,
        "code": code,
        "request_id": request_id(),
    }
    if errors:
        body["errors"] = [{"field": one.field, "message": one.message} for one in errors]
    return Response(
        json.dumps(body, ensure_ascii=False), status, content_type="application/problem+json"
    )
