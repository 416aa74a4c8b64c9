"""The page for a form whose CSRF token does not fit any more: what happened, and what to do."""

from flask import Flask, Response, request
from flask_wtf.csrf import CSRFError

from webapp import errors
from webapp.domain.refusals import SignInNeeded
from webapp.web import access

_FOR_EVERYBODY = ("account.sign_in", "ledger.check")


def init_app(app: Flask) -> None:
    """Registers the handler."""
    app.register_error_handler(CSRFError, _stale_form)


def _stale_form(_: CSRFError) -> Response:
    """The form's CSRF token does not fit: signed out or in again meanwhile, or sent from elsewhere."""
    if access.secret() is None and request.endpoint not in _FOR_EVERYBODY:
        sentence = (
            "You are not signed in any more, so nothing was done. Sign in again in another tab, come back here "
            "and press again: what you typed is still here."
        )
        return errors.answer(401, SignInNeeded.code, sentence)
    sentence = (
        "You signed in again since this form was opened, so nothing was done yet. Press again."
        if "HX-Request" in request.headers
        else "This form is too old or was sent from elsewhere, so nothing was done. Go back, reload "
        "the page and send it again."
    )
    return errors.answer(400, "stale_form", sentence)
