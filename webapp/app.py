"""create_app: only composes."""

import logging

from flask import Flask, request
from flask.sessions import SecureCookieSessionInterface
from werkzeug.middleware.proxy_fix import ProxyFix

from webapp import api, cli, compressing, config, downloading, errors, headers, hosts, web
from webapp.config import Settings
from webapp.extensions import csrf, db, limiter, migrate
from webapp.store import database

_MOST_BODY_BYTES = 1_000_000


class _CookieSession(SecureCookieSessionInterface):
    """Flask's signed cookie, Secure whenever the request came by https."""

    def get_cookie_secure(self, app: Flask) -> bool:
        """Asked when the cookie is set."""
        return request.is_secure


def create_app(settings: Settings | None = None) -> Flask:
    """The application for these settings, those of the environment if none are given.

    Opens no connection and starts nothing. Raises ConfigurationError.
    """
    settings = settings or config.read_settings()
    app = Flask("webapp", root_path=str(config.ROOT), instance_path=str(settings.data_dir))
    app.config.update(
        SECRET_KEY=settings.secret_key,
        MAX_CONTENT_LENGTH=_MOST_BODY_BYTES,
        SESSION_COOKIE_NAME="cairn",
        SESSION_COOKIE_SAMESITE="Lax",
        SEND_FILE_MAX_AGE_DEFAULT=300,
        WTF_CSRF_TIME_LIMIT=None,  # as long as the session, which ends by itself
        RATELIMIT_STORAGE_URI=settings.rate_limit_storage_url,
        RATELIMIT_STRATEGY="moving-window",
        RATELIMIT_IN_MEMORY_FALLBACK_ENABLED=True,  # without Redis each worker counts for itself
    )
    app.extensions["cairn.settings"] = settings
    app.session_interface = _CookieSession()
    if settings.trusted_proxies:
        hops = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, hops, hops, hops)  # type: ignore[method-assign]
    app.url_map.strict_slashes = False  # an address with a slash at its end means the same
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s: %(message)s")
    logging.getLogger("alembic").setLevel(logging.WARNING)
    database.init_app(app, settings.database_url, settings.pool_size)
    migrate.init_app(app, db, directory=str(config.ROOT / "migrations"))
    limiter.init_app(app)
    csrf.init_app(app)
    errors.init_app(app)
    hosts.init_app(app, settings.trusted_hosts)
    headers.init_app(app)
    compressing.init_app(app)
    downloading.init_app(app)
    web.init_app(app)
    api.init_app(app, settings)
    cli.init_app(app)
    return app
