"""The JSON door."""

import re

from flask import Flask
from flask_cors import CORS

from webapp.api import ledger, searching, totals  # noqa: F401  (their views are the blueprint's)
from webapp.api.records import bp
from webapp.config import Settings
from webapp.extensions import csrf


def init_app(app: Flask, settings: Settings) -> None:
    """Registers the blueprint. It takes no cookies, so forged forms cannot reach it."""
    csrf.exempt(bp)
    app.register_blueprint(bp)
    ledger.init_app(app)
    if settings.cors_origins:
        CORS(
            app,
            resources={
                r"/api/*": {
                    "origins": [re.compile(f"{re.escape(one)}$") for one in settings.cors_origins]
                }
            },
            methods=["GET", "POST"],
            allow_headers=["Authorization", "Content-Type", "Idempotency-Key"],
            expose_headers=["Location", "Retry-After"],
            max_age=600,
        )
