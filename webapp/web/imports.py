"""The imports: files of credits given, previewed, confirmed, followed to their end, and their history."""

import errno
import unicodedata
from pathlib import PurePath
from typing import BinaryIO, cast
from urllib.parse import quote

from flask import (
    Blueprint,
    Response,
    flash,
    redirect,
    render_template,
    request,
    stream_with_context,
    url_for,
)
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.wrappers import Response as AnyResponse

from webapp.actions import importing
from webapp.actions.importing import Import
from webapp.domain.refusals import (
    FileRefused,
    FileTooLarge,
    ImportNotFound,
    ImportNotWaiting,
    InvalidQuery,
    NoRoomForFile,
)
from webapp.errors import status_of
from webapp.web import access, htmx, import_words

bp = Blueprint("imports", __name__)

MOST_BYTES = 1 << 30  # of a file; FileTooLarge names it
_AROUND_BYTES = 1 << 16  # of the form that the file is sent in
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
_PAGE = 25
_MOST_NUMBER = 2**63 - 1
_SHOWN = 20  # refused rows
_ONE = f"/imports/<int(max={_MOST_NUMBER}):import_id>"
_ENDED = ("done", "undone", "stopped")


@bp.url_value_preprocessor
def _take_file(endpoint: str | None, _values: object) -> None:
    """Lets an operator send more than others may. This runs before the CSRF check, which reads all of it.

    Raises SignInNeeded, NotAllowed, FileTooLarge, NoRoomForFile.
    """
    if endpoint != "imports.receive":
        return
    access.operator()
    request.max_content_length = MOST_BYTES + _AROUND_BYTES
    try:
        _ = request.files
    except RequestEntityTooLarge:
        raise FileTooLarge from None
    except OSError as error:
        if error.errno in _FULL:
            raise NoRoomForFile from error
        raise


@bp.errorhandler(FileRefused)
def _refuse(refusal: FileRefused) -> Response:
    return htmx.part(_list(refused=refusal.detail), status_of(refusal))


@bp.get("/imports")
def every() -> str:
    """The form for a file, and what was imported so far."""
    access.actor()
    return _list()


@bp.post("/imports")
def receive() -> AnyResponse:
    """Keep a file, and go on to its preview."""
    actor = access.operator()
    file = request.files.get("file")
    if file is None or not file.filename:
        raise FileRefused("No file was chosen. Choose one first.")
    found = importing.receive(file.filename, cast(BinaryIO, file.stream), actor)
    return redirect(url_for("imports.show", import_id=found.id), 303)


@bp.get(_ONE)
def show(import_id: int) -> AnyResponse | str:
    """One import: its preview, how far it is, or what became of it."""
    access.actor()
    found = importing.one(import_id)
    if found.state == "previewed":
        return _foresee(found)
    shown = {
        "found": found,
        "ended": found.state in _ENDED,
        "refused": importing.first_refused(found.id, _SHOWN) if _has_refusals(found) else [],
    }
    if htmx.is_partial():
        return htmx.part(render_template("partials/import.html", partial=True, **shown))
    return render_template("imports/import.html", **shown)


@bp.post(_ONE)
def decide(import_id: int) -> AnyResponse | str:
    """Have the file imported, or show how it will be understood."""
    actor = access.operator()
    own_blocks, strict = (bool(request.form.get(name)) for name in ("own_blocks", "strict"))
    if "preview" in request.form:
        return _foresee(importing.one(import_id), own_blocks, strict)
    try:
        importing.confirm(import_id, actor, own_blocks, strict)
        flash("The import has begun. It goes on if you close this page.")
    except ImportNotWaiting:  # pressed twice
        found = importing.one(import_id)
        if (found.own_blocks, found.strict) != (own_blocks, strict):
            flash("This import was confirmed before, with other choices. Those count.")
    return _to(import_id)


@bp.post(f"{_ONE}/discard")
def discard(import_id: int) -> AnyResponse:
    """Forget a file that was not imported."""
    actor = access.operator()
    try:
        importing.discard(import_id, actor)
    except ImportNotWaiting as refusal:
        flash(refusal.detail)
        return _to(import_id)
    except ImportNotFound:  # pressed twice
        pass
    flash("The file is discarded. Nothing of it was imported.")
    return redirect(url_for("imports.every"), 303)


@bp.post(f"{_ONE}/stop")
def stop(import_id: int) -> AnyResponse:
    """Stop an import where it is."""
    importing.stop(import_id, access.operator())
    return _to(import_id)


@bp.get(f"{_ONE}/<any(discard, stop):_what>")
def back(import_id: int, _what: str) -> AnyResponse:
    """Where one lands who opens the address of an answer again."""
    return _to(import_id)


@bp.get(f"{_ONE}/refusals")
def refusals(import_id: int) -> AnyResponse:
    """The refused rows as a file of the same shape, to be corrected and imported again."""
    access.actor()
    found = importing.one(import_id)
    if not _has_refusals(found):
        return _to(import_id)
    table = found.kind in ("csv", "xlsx")
    kind = "text/csv; charset=utf-8" if table else "application/x-ndjson"
    response = Response(stream_with_context(importing.refused_file(found)), content_type=kind)
    stem = PurePath(found.file_name).stem.removesuffix(".refused")
    _name(response, f"{stem}.refused.{'csv' if table else 'jsonl'}")
    return response


def _name(response: Response, name: str) -> None:
    """Has the browser save the answer under the name; headers are ASCII, so RFC 8187 tells the rest."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    names = {"filename": plain}
    if plain != name:
        names["filename*"] = f"UTF-8''{quote(name, safe='')}"
    response.headers.set("Content-Disposition", "attachment", **names)


def _has_refusals(found: Import) -> bool:
    return found.state in _ENDED and found.refused > 0


def _to(import_id: int) -> AnyResponse:
    return redirect(url_for("imports.show", import_id=import_id), 303)


def _list(refused: str = "") -> str:
    found = importing.newest(_before(), _PAGE + 1)
    return render_template(
        "imports/every.html",
        imports=found[:_PAGE],
        further=found[_PAGE - 1].id if len(found) > _PAGE else None,
        later="before" in request.args,
        refused=refused,
        known=import_words.known(),
        most=MOST_BYTES,
    )


def _before() -> int | None:
    asked = request.args.get("before")
    if asked is None:
        return None
    plain = asked.isascii() and asked.isdigit() and len(asked) < 20
    if not plain or int(asked) > _MOST_NUMBER:
        raise InvalidQuery.at("before", "before is the number of an import, in plain digits.")
    return int(asked)


def _foresee(found: Import, own_blocks: bool = False, strict: bool = False) -> AnyResponse | str:
    preview, unreadable = None, ""
    try:
        preview = importing.preview(found.id, own_blocks)
    except ImportNotWaiting:  # confirmed meanwhile
        return _elsewhere(url_for("imports.show", import_id=found.id))
    except FileRefused as refusal:
        unreadable = refusal.detail
    shown = {
        "found": found,
        "preview": preview,
        "unreadable": unreadable,
        "own_blocks": own_blocks,
        "strict": strict,
    }
    if htmx.is_partial():
        html = render_template("partials/import_foreseen.html", **shown)
        return htmx.part(html, into="#foreseen")
    return render_template("imports/preview.html", **shown)


def _elsewhere(address: str) -> AnyResponse:
    if htmx.is_partial():
        return Response(headers={"HX-Redirect": address})
    return redirect(address, 303)
