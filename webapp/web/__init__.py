"""The pages."""

from flask import Flask

from webapp.headers import HTMX_INTEGRITY, HTMX_URL
from webapp.web import (
    access,
    account,
    acting,
    certificates,
    events,
    forms,
    health,
    htmx,
    import_words,
    imports,
    ledger,
    records,
    searching,
    staff,
    stale,
    strip,
    telling,
    tokens,
    totals,
)


def init_app(app: Flask) -> None:
    """Registers the blueprints and what their templates need."""
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.globals.update(htmx_url=HTMX_URL, htmx_integrity=HTMX_INTEGRITY)
    app.jinja_env.globals.update(acts=acting.ACTS, widget=forms.widget)
    telling.init_app(app)
    import_words.init_app(app)
    strip.init_app(app)
    certificates.init_app(app)
    ledger.init_app(app)
    access.init_app(app)
    stale.init_app(app)
    app.after_request(htmx.vary)
    for module in (
        searching,
        records,
        acting,
        imports,
        account,
        staff,
        tokens,
        events,
        totals,
        health,
    ):
        app.register_blueprint(module.bp)
