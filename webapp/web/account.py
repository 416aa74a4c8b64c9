"""Signing in and out, and one's own account: password and sessions."""

import re
from ipaddress import IPv4Address, ip_address, ip_network

from flask import (
    Blueprint,
    flash,
    get_flashed_messages,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from flask_limiter.util import get_remote_address
from werkzeug.wrappers import Response
from wtforms import Form, HiddenField, PasswordField, StringField

from webapp.actions import sessions
from webapp.domain.refusals import InvalidFields, SignInRefused
from webapp.extensions import limiter
from webapp.web import access
from webapp.web.people_forms import PasswordForm

bp = Blueprint("account", __name__)

_BY_ADDRESS = "20 per minute; 100 per hour"
_BY_ACCOUNT = "5 per minute; 30 per hour"
_OURS = re.compile(
    r"/(?:[!-.0-\[\]-~][!-\[\]-~]*)?"
)  # printable, no backslash, no second slash first


class SignInForm(Form):
    """Email and password."""

    email = StringField("Email")
    password = PasswordField("Password")
    next = HiddenField()


def _account() -> str:
    return "account:" + request.form.get("email", "").strip().lower()[:300]


def _address() -> str:
    """The caller's address; of IPv6 the network, since one caller has all addresses of it."""
    given = get_remote_address()
    try:
        address = ip_address(given)
    except ValueError:
        return given  # a proxy wrote something else, a port perhaps
    if isinstance(address, IPv4Address):
        return given
    if address.ipv4_mapped:
        return str(address.ipv4_mapped)
    return str(ip_network((address, 64), strict=False))


def _who() -> str:
    who = access.signed_in()
    return f"password:{who.actor.id}" if who else _address()


def _forget_failures(key: str) -> None:
    """After a success the attempts of this account count from none again; those of the address stay."""
    for one in limiter.current_limits:
        if key in one.request_args:
            limiter.limiter.clear(one.limit, *one.request_args)


@bp.route("/sign-in", methods=["GET", "POST"])
@limiter.limit(_BY_ADDRESS, key_func=_address, methods=["POST"])
@limiter.limit(_BY_ACCOUNT, key_func=_account, methods=["POST"])
def sign_in() -> Response | str | tuple[str, int]:
    """Begin a session."""
    form = SignInForm(request.form, next=request.args.get("next", ""))
    if request.method != "POST":  # HEAD is no way to act, either
        form.email.takes_focus = not get_flashed_messages()  # which take it for themselves
        return render_template("account/sign_in.html", form=form)
    try:
        email, password = form.email.data or "", form.password.data or ""
        browser = request.headers.get("User-Agent", "")
        access.begin(sessions.sign_in(email, password, access.secret(), browser))
        _forget_failures(_account())
    except SignInRefused as refusal:
        return render_template("account/sign_in.html", form=form, refused=refusal.detail), 422
    return redirect(_here(form.next.data), 303)


@bp.post("/sign-out")
def sign_out() -> Response:
    """End the session."""
    if secret := access.secret():
        sessions.sign_out(secret)
    session.clear()
    flash("You are signed out.")
    return redirect(url_for("searching.find"), 303)


@bp.route("/password", methods=["GET", "POST"])
@limiter.limit(_BY_ACCOUNT, key_func=_who, methods=["POST"])
def password() -> Response | str | tuple[str, int]:
    """Change one's own password."""
    access.actor()
    form = PasswordForm(request.form)
    one_time = access.has_one_time_password()
    if request.method != "POST":
        return render_template("account/password.html", form=form)
    try:
        sessions.change_password(
            access.secret() or "", form.current.data or "", form.new_password()
        )
        _forget_failures(_who())
    except InvalidFields as refusal:
        form.show(refusal)
        return render_template("account/password.html", form=form), 422
    flash("Your password is changed. Other sessions of your account have ended.")
    return redirect(url_for("searching.find" if one_time else "account.me"), 303)


@bp.get("/account")
def me() -> str:
    """One's own account: who one is here, the password, the sessions."""
    access.actor()
    mine = sessions.mine(access.secret() or "")
    return render_template("account/me.html", form=PasswordForm(), sessions=mine)


@bp.post(f"/account/sessions/<int(max={2**63 - 1}):number>/end")
def end_session(number: int) -> Response:
    """End one of one's own sessions."""
    access.actor()
    sessions.end(access.secret() or "", number)
    flash("The session is ended.")
    return redirect(url_for("account.me"), 303)


@bp.post("/account/sessions/end-others")
def end_other_sessions() -> Response:
    """End all of one's sessions but this one."""
    access.actor()
    sessions.end_others(access.secret() or "")
    flash("All your other sessions are ended.")
    return redirect(url_for("account.me"), 303)


def _here(address: str | None) -> str:
    """An address of ours to go on to; never another site's, however it is written.

    Browsers drop tabs and line ends and read a backslash as a slash.
    """
    if address and _OURS.fullmatch(address):
        return address
    return url_for("searching.find")
