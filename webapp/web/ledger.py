"""The ledger's pages: the log and its key, checking a proof, and where each event of a record stands."""

import shlex
from base64 import b64encode
from pathlib import Path
from urllib.parse import quote

from flask import Blueprint, Flask, current_app, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from webapp.actions import sealing
from webapp.config import Settings
from webapp.domain.refusals import EventNotFound, InvalidQuery, ProofWaits, Unavailable
from webapp.ledger import verifier
from webapp.ledger.note import key_text
from webapp.ledger_files import public_keys
from webapp.web import access, growth, htmx
from webapp.web.checking import NO_SUCH_EVENT, Checked, CheckForm, read_given, run

bp = Blueprint("ledger", __name__)

_VERIFIER = Path(verifier.__file__)
_SHOWN = 10  # checkpoints
_MOST_DIGITS = 16


def init_app(app: Flask) -> None:
    """Registers the blueprint and what templates ask of the log."""
    app.register_blueprint(bp)
    app.jinja_env.globals["sealed_places"] = sealing.places
    app.add_template_filter(base64)


def base64(data: bytes) -> str:
    """A root as signed states have it."""
    return b64encode(data).decode()


@bp.get("/ledger")
def page() -> str:
    """The log: how large it is, what was signed, its key, and how to follow it from outside."""
    access.reader()
    grown, keys = sealing.growth(), _keys()
    return render_template(
        "ledger/page.html",
        log=sealing.status(_SHOWN),
        behind=sealing.why_behind(_settings()),
        silent=sealing.why_silent(),
        keys=keys,
        verifying=_typed(("python3 verifier.py growth", "--old kept"), keys),
        watching=_typed(("flask ledger watch", url_for("ledger.page", _external=True)), keys),
        grown=grown,
        picture=growth.picture(grown) if grown else None,
        period=growth.period,
    )


@bp.route("/ledger/check", methods=["GET", "POST"])
def check() -> Response | str | tuple[str, int]:
    """Check a proof step by step, and read how to do it without this server."""
    access.reader()
    form = CheckForm(request.form if request.method == "POST" else request.args)
    if request.method == "POST":
        given = read_given(form, request.files)
        checked = run(*given, form.key.data) if given else None
        return _check_page(form, checked), 200 if given else 422
    form.key.data = "\n".join(_keys())
    form.proof.data = _own_proof(form)
    return _check_page(form)


@bp.get("/ledger/verifier.py", endpoint="verifier")
def verifier_file() -> Response:
    """The stand-alone verifier, as this server runs it."""
    response = current_app.response_class(
        _VERIFIER.read_bytes(), content_type="text/plain; charset=utf-8"
    )
    response.headers["Content-Disposition"] = 'attachment; filename="verifier.py"'
    return response


@bp.get("/records/<record_id>/events/<int:seq>/leaf")
def leaf(record_id: str, seq: int) -> Response:
    """An event's leaf, for who is signed in where scripts need a token."""
    access.reader()
    return _file(sealing.leaf(record_id, seq), f"{record_id[:12]}-{seq}.leaf")


@bp.get("/records/<record_id>/events/<int:seq>/proof")
def proof(record_id: str, seq: int) -> Response:
    """The proof that an event stands in the log, likewise."""
    access.reader()
    return _file(sealing.prove(record_id, seq).proof, f"{record_id[:12]}-{seq}.tlog-proof")


def _file(data: bytes, name: str) -> Response:
    response = Response(data, content_type="application/octet-stream")
    response.headers["Content-Disposition"] = f'attachment; filename="cairn-{name}"'
    return response


@bp.get("/records/<record_id>/seals")
def seals(record_id: str) -> Response | str:
    """For a record's page that waits: which of the events `first` to `last` are sealed by now."""
    access.reader()
    if not htmx.is_partial():
        return redirect(url_for("records.show", record_id=record_id), 303)
    first, last = _number("first"), _number("last")
    try:
        places = sealing.places(record_id)
    except Unavailable:
        return Response(status=204)  # nobody pressed anything: it is asked again in a second
    sealed = {seq: place for seq, place in sorted(places.items()) if first <= seq <= last}
    html = render_template(
        "ledger/seals.html",
        record_id=record_id,
        sealed=sealed,
        first=max(sealed, default=first - 1) + 1,
        last=last,
    )
    return htmx.part(html)


def _own_proof(form: CheckForm) -> str:
    """The proof of the event that the address names, to be checked with one press."""
    record_id, seq = form.record_id.data or "", form.seq.data or ""
    if not (record_id and seq.isascii() and seq.isdigit() and len(seq) <= _MOST_DIGITS):
        return ""
    try:
        return sealing.prove(record_id, int(seq)).proof.decode()
    except ProofWaits as waits:
        form.refuse("proof_file", waits.detail)
    except EventNotFound:
        form.refuse("record_id", NO_SUCH_EVENT)
    return ""


def _check_page(form: CheckForm, checked: Checked | None = None) -> str:
    ours = _keys()
    return render_template(
        "ledger/check.html",
        form=form,
        checked=checked,
        foreign=checked is not None and bool(checked.keys(form.key.data or "") - set(ours)),
        commands=_commands(form, ours),
    )


def _commands(form: CheckForm, keys: list[str]) -> str:
    """What to type to do the same offline, for the event that the form names."""
    record_id, seq = (form.record_id.data or "RECORD_ID"), (form.seq.data or "EVENT")
    token = "" if _settings().public_lookup else ' -H "Authorization: Bearer TOKEN"'
    event = f"{request.host_url}api/v1/records/{quote(record_id)}/events/{quote(seq)}"
    return "\n".join(
        (
            f"curl -fO {url_for('ledger.verifier', _external=True)}",
            _typed((f"curl -f{token} -o event.tlog-proof", f"{event}/proof")),
            _typed((f"curl -f{token} -o event.leaf", f"{event}/leaf")),
            "python3 -m pip install cryptography",
            _typed(("python3 verifier.py event.tlog-proof", "--leaf event.leaf"), keys),
        )
    )


def _typed(parts: tuple[str, ...], keys: list[str] | None = None) -> str:
    """A command in lines that a narrow window has room for; with the log's keys, if they are needed."""
    known = [] if keys is None else keys or ["VERIFIER_KEY"]
    return " \\\n".join((*parts, *(f"--key {shlex.quote(one)}" for one in known)))


def _settings() -> Settings:
    settings: Settings = current_app.extensions["cairn.settings"]
    return settings


def _keys() -> list[str]:
    return [key_text(key) for key in public_keys(_settings())]


def _number(name: str) -> int:
    asked = request.args.get(name, "")
    if not (asked.isascii() and asked.isdigit() and len(asked) <= _MOST_DIGITS):
        raise InvalidQuery.at(name, f"{name} is the number of an event, in plain digits.")
    return int(asked)
