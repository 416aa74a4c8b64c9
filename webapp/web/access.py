"""Who is signed in to the pages, and what they may see."""

from flask import Flask, current_app, g, redirect, request, session, url_for
from werkzeug.wrappers import Response

from webapp.actions import sessions
from webapp.actions.sessions import SignedIn
from webapp.config import Settings
from webapp.domain.actors import Actor
from webapp.domain.refusals import SignInNeeded

_SECRET = "secret"
_OPEN_TO_ONE_TIME_PASSWORDS = {"account.password", "account.sign_out", "account.sign_in", "static"}


def init_app(app: Flask) -> None:
    """Makes who is signed in known to templates, and sends one-time passwords to be changed."""
    app.before_request(_change_password_first)
    settings: Settings = app.extensions["cairn.settings"]
    app.jinja_env.globals["public_lookup"] = settings.public_lookup
    app.context_processor(lambda: {"signed_in": signed_in()})


def signed_in() -> SignedIn | None:
    """Who is signed in, asked once a request; None for everybody else."""
    if "signed_in" not in g:
        g.signed_in = None  # also for the page that says that the database is away
        if found := secret():
            g.signed_in = sessions.who(found)
    who: SignedIn | None = g.signed_in
    return who


def secret() -> str | None:
    """The session's secret, out of the signed cookie."""
    found = session.get(_SECRET)
    return found if isinstance(found, str) else None


def begin(new_secret: str) -> None:
    """Puts the new session into the cookie, in place of everything that was there."""
    session.clear()
    session[_SECRET] = new_secret


def reader() -> None:
    """Lets everybody read while look-up is public. Raises SignInNeeded otherwise."""
    settings: Settings = current_app.extensions["cairn.settings"]
    if not settings.public_lookup:
        actor()


def actor() -> Actor:
    """Who is signed in. Raises SignInNeeded."""
    who = signed_in()
    if who is None:
        raise SignInNeeded("You are not signed in, or the session is over. Sign in and try again.")
    return who.actor


def operator() -> Actor:
    """Who is signed in and may act. Raises SignInNeeded, NotAllowed."""
    found = actor()
    found.must_be("operator")
    return found


def admin() -> Actor:
    """Who is signed in and may manage accounts and tokens. Raises SignInNeeded, NotAllowed."""
    found = actor()
    found.must_be("admin")
    return found


def has_one_time_password() -> bool:
    """Whether who is signed in must change a one-time password first."""
    who = signed_in()
    return who is not None and who.must_change_password


def _change_password_first() -> Response | None:
    if request.path.startswith("/api/") or request.endpoint in _OPEN_TO_ONE_TIME_PASSWORDS:
        return None
    if not secret() or not has_one_time_password():
        return None
    return redirect(url_for("account.password"), 303)
