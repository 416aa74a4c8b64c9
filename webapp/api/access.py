"""Who calls the JSON door: bearer tokens, never cookies."""

from flask import current_app, g, request

from webapp.actions import tokens
from webapp.config import Settings
from webapp.domain.actors import Actor
from webapp.domain.refusals import SignInNeeded

_HOW = "Send the header Authorization: Bearer <token>; flask token add makes a token."


def caller() -> Actor:
    """The actor behind the request's token. Raises SignInNeeded."""
    if "caller" not in g:
        scheme, _, secret = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not secret.strip():
            raise SignInNeeded(f"This needs an API token. {_HOW}")
        actor = tokens.who(secret.strip())
        if actor is None:
            raise SignInNeeded(f"This token is unknown or was revoked. {_HOW}")
        g.caller = actor
    caller: Actor = g.caller
    return caller


def reader() -> None:
    """Lets everybody read while look-up is public; raises SignInNeeded otherwise.

    A token that is sent is checked all the same: a script should learn that its token is dead.
    """
    settings: Settings = current_app.extensions["cairn.settings"]
    if not settings.public_lookup or "Authorization" in request.headers:
        caller()
