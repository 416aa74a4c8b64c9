"""The accounts of the registry's staff, for administrators: added, changed, closed."""

from flask import Blueprint, Response, flash, redirect, render_template, request, session, url_for
from werkzeug.wrappers import Response as AnyResponse

from webapp.actions import secrets, staff
from webapp.actions.staff import Account
from webapp.domain.actors import Actor
from webapp.domain.refusals import DoneAlready, FieldError, InvalidFields, KeyReused, Refusal
from webapp.errors import status_of
from webapp.web import access, htmx
from webapp.web.people_forms import (
    AccountForm,
    DisableForm,
    NewAccountForm,
    PeopleForm,
    ResetForm,
)

bp = Blueprint("staff", __name__)

_ONE = f"/staff/<int(max={2**63 - 1}):staff_id>"


@bp.get("/staff")
def everyone() -> str:
    """All accounts, and the form for one more."""
    access.admin()
    return _list(NewAccountForm.fresh(role="viewer"))


@bp.post("/staff")
def add() -> Response:
    """Add an account and show its one-time password, this once."""
    actor, form = access.admin(), NewAccountForm(request.form)
    password = secrets.new_password()
    email, name, role = form.email.data or "", form.name.data or "", form.role.data or ""
    try:
        staff.add(email, name, role, password, must_change=True, asking=form.asking(actor))
    except DoneAlready as refusal:
        page = _list(NewAccountForm.fresh(role="viewer"), told=refusal.detail)
        return htmx.part(page, status_of(refusal))
    except (InvalidFields, KeyReused) as refusal:
        elsewhere = form.show(refusal)
        return htmx.part(_list(form, elsewhere=elsewhere), status_of(refusal))
    return _show_password(email.strip(), password, "can sign in now")


@bp.get(_ONE)
def show(staff_id: int) -> str:
    """One account: what it may do, and what can be done about it."""
    return _page(access.admin(), staff.one(staff_id))


@bp.post(_ONE)
def change(staff_id: int) -> AnyResponse:
    """Give the account another public name or role."""
    actor, account = access.admin(), staff.one(staff_id)
    form = AccountForm(request.form)
    try:
        staff.set_name_and_role(account.email, form.name.data or "", form.role.data or "")
    except InvalidFields as refusal:
        return _refuse(actor, account, refusal, changing=form)
    changed = staff.one(staff_id)
    flash(f"{changed.name} is saved, with the role {changed.role}.")
    if _is_own(actor, account) and changed.role != "admin":
        return redirect(url_for("account.me"), 303)  # this page is closed to them now
    return redirect(url_for("staff.show", staff_id=staff_id), 303)


@bp.post(f"{_ONE}/password")
def reset_password(staff_id: int) -> AnyResponse:
    """Give the account a one-time password and show it, this once."""
    actor, account = access.admin(), staff.one(staff_id)
    if _is_own(actor, account):
        flash("Nothing was reset: you choose your own password here.")
        return redirect(url_for("account.me"), 303)
    form = ResetForm(request.form)
    try:
        password = staff.reset_password(account.email, form.asking(actor))
    except DoneAlready as refusal:
        return htmx.part(_page(actor, account, told=refusal.detail), status_of(refusal))
    return _show_password(account.email, password, "has a new password and is signed out")


@bp.post(f"{_ONE}/disable")
def disable(staff_id: int) -> AnyResponse:
    """Close the account, and end its sessions."""
    actor, account = access.admin(), staff.one(staff_id)
    form = DisableForm(request.form)
    own = _is_own(actor, account)
    try:
        if own and not form.own.data:
            message = "This is your own account. Tick this if you mean it; nothing was done."
            raise InvalidFields([FieldError("own", message)])
        staff.disable(account.email)
    except InvalidFields as refusal:
        return _refuse(actor, account, refusal, disabling=form)
    if own:
        session.clear()
        flash("Your account is disabled, and you are signed out.")
        return redirect(url_for("searching.find"), 303)
    flash(f"{account.name} is disabled and signed out everywhere.")
    return redirect(url_for("staff.show", staff_id=staff_id), 303)


@bp.post(f"{_ONE}/enable")
def enable(staff_id: int) -> AnyResponse:
    """Open a disabled account again."""
    access.admin()
    account = staff.one(staff_id)
    staff.enable(account.email)
    flash(f"{account.name} may sign in again, with the password from before.")
    return redirect(url_for("staff.show", staff_id=staff_id), 303)


@bp.get(f"{_ONE}/<any(password, disable, enable):_what>")
def back(staff_id: int, _what: str) -> AnyResponse:
    """Where one lands who opens the address of an answer again."""
    return redirect(url_for("staff.show", staff_id=staff_id), 303)


def _is_own(actor: Actor, account: Account) -> bool:
    return actor.id == f"staff:{account.id}"


def _list(form: PeopleForm, elsewhere: list[str] | None = None, told: str = "") -> str:
    accounts = staff.everyone()
    return render_template(
        "staff/everyone.html", accounts=accounts, form=form, elsewhere=elsewhere or [], told=told
    )


def _page(
    actor: Actor,
    account: Account,
    *,
    changing: PeopleForm | None = None,
    disabling: PeopleForm | None = None,
    elsewhere: list[str] | None = None,
    told: str = "",
) -> str:
    return render_template(
        "staff/account.html",
        account=account,
        own=_is_own(actor, account),
        changing=changing or AccountForm(name=account.name, role=account.role),
        resetting=ResetForm.fresh(),
        disabling=disabling or DisableForm(),
        refused=changing or disabling,
        elsewhere=elsewhere or [],
        told=told,
    )


def _refuse(
    actor: Actor,
    account: Account,
    refusal: Refusal,
    changing: PeopleForm | None = None,
    disabling: PeopleForm | None = None,
) -> Response:
    form = changing or disabling
    elsewhere = form.show(refusal) if form else []
    page = _page(actor, account, changing=changing, disabling=disabling, elsewhere=elsewhere)
    return htmx.part(page, status_of(refusal))


def _show_password(email: str, password: str, what: str) -> Response:
    html = render_template("staff/password.html", email=email, password=password, what=what)
    answer = htmx.part(html)
    answer.headers["Cache-Control"] = "no-store"
    return answer
