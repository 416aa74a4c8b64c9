"""API tokens, for administrators: made, shown once, revoked."""

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from webapp.actions import tokens
from webapp.domain.refusals import DoneAlready, InvalidFields, KeyReused
from webapp.errors import status_of
from webapp.web import access, htmx
from webapp.web.people_forms import NewTokenForm

bp = Blueprint("tokens", __name__)


@bp.get("/tokens")
def every() -> str:
    """All tokens, and the form for one more."""
    access.admin()
    return _list(NewTokenForm.fresh(role="viewer"))


@bp.post("/tokens")
def add() -> Response:
    """Make a token and show it, this once."""
    actor, form = access.admin(), NewTokenForm(request.form)
    name, role = form.name.data or "", form.role.data or ""
    try:
        secret = tokens.add(name, role, form.asking(actor))
    except DoneAlready as refusal:
        page = _list(NewTokenForm.fresh(role="viewer"), told=refusal.detail)
        return htmx.part(page, status_of(refusal))
    except (InvalidFields, KeyReused) as refusal:
        elsewhere = form.show(refusal)
        return htmx.part(_list(form, elsewhere=elsewhere), status_of(refusal))
    answer = htmx.part(render_template("tokens/made.html", secret=secret, role=role))
    answer.headers["Cache-Control"] = "no-store"
    return answer


@bp.post(f"/tokens/<int(max={2**63 - 1}):number>/revoke")
def revoke(number: int) -> AnyResponse:
    """Revoke a token; it is dead at once and for good."""
    access.admin()
    token = tokens.revoke_number(number)
    flash(f"{token.name} (number {token.id}) is revoked: from now on it opens nothing.")
    return redirect(url_for("tokens.every"), 303)


def _list(form: NewTokenForm, elsewhere: list[str] | None = None, told: str = "") -> str:
    every = tokens.every()
    return render_template(
        "tokens/every.html", tokens=every, form=form, elsewhere=elsewhere or [], told=told
    )
