"""Before anything can be served: a database that answers, is fit for Cairn, and has its tables."""

from collections.abc import Iterator
from contextlib import contextmanager

import flask_migrate
import psycopg
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Flask
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict
from sqlalchemy import Engine, create_engine
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

from webapp import config, embedded
from webapp.config import Settings
from webapp.store.database import libpq_url

_OLDEST = 15
_EXTENSIONS = ("btree_gist", "pg_trgm")  # exclusion constraints; searching in the middle of words
_FOR_COMMANDS = 5  # connections kept free for flask commands beside the server
_ADDED_TO = (
    *("records", "serial_blocks", "events"),
    *("ledger_leaves", "ledger_nodes", "ledger_checkpoints", "ledger_cosignatures"),
)
_ALSO_UPDATED = ("holdings", "ledger_head")
_FREE = (
    *("staff", "sessions", "api_tokens", "idempotency_keys"),
    *("projects", "parties", "feed", "unit_sums", "event_sums", "pending_sums"),
    *("imports", "import_pieces", "import_refusals"),
    "ledger_queue",
)


class ProvisioningError(Exception):
    """The database cannot be used; the text says why and what to do."""


@contextmanager
def available(settings: Settings) -> Iterator[None]:
    """The database is up inside the block: the embedded one is started if need be.

    Raises ProvisioningError or EmbeddedPostgresError.
    """
    if not settings.embedded:
        yield
        return
    with embedded.running(settings.data_dir):
        yield


def check(settings: Settings) -> None:
    """Refuses (ProvisioningError) a database that cannot be reached or is not fit for Cairn."""
    with _connected(settings) as connection:
        version = connection.info.server_version // 10000
        if version < _OLDEST:
            raise ProvisioningError(
                f"The database is PostgreSQL {version}; Cairn needs {_OLDEST} or newer. Upgrade it, "
                "or give another DATABASE_URL."
            )
        if connection.info.parameter_status("server_encoding") != "UTF8":
            raise ProvisioningError(
                "The database does not keep text as UTF8. Make one that does: "
                "createdb --encoding=UTF8 --template=template0 cairn."
            )
        query = "SELECT name FROM pg_available_extensions WHERE name = ANY (%s)"
        there = {row[0] for row in connection.execute(query, (list(_EXTENSIONS),))}
        if lacking := [name for name in _EXTENSIONS if name not in there]:
            raise ProvisioningError(
                f"The PostgreSQL server lacks the extension {' and '.join(lacking)}. Install its "
                "contrib package (on Debian it comes with postgresql, on Fedora as "
                "postgresql-contrib), or ask your provider for it."
            )
        _check_connections(connection, settings)


def _check_connections(connection: psycopg.Connection, settings: Settings) -> None:
    row = connection.execute(
        "SELECT current_setting('max_connections')::int"
        " - current_setting('superuser_reserved_connections')::int"
    ).fetchone()
    most = row[0] if row else 0
    needed = settings.workers * settings.pool_size + _FOR_COMMANDS
    if needed > most:
        raise ProvisioningError(
            f"{settings.workers} workers need up to {needed} connections, and the database allows "
            f"{most}. Set WORKERS to {max(1, (most - _FOR_COMMANDS) // settings.pool_size)} or fewer."
        )


@contextmanager
def _connected(settings: Settings) -> Iterator[psycopg.Connection]:
    url = libpq_url(settings.owner_url)
    try:
        connection = psycopg.connect(url, connect_timeout=10, autocommit=True)
    except psycopg.ProgrammingError:
        raise ProvisioningError(
            "DATABASE_URL cannot be read; it looks like postgresql://user:password@host:5432/name."
        ) from None
    except psycopg.OperationalError as error:
        reason = str(error).strip().splitlines()[0].strip().rstrip(".")
        raise ProvisioningError(
            f"The database at {_place(url)} cannot be reached: {reason}. Check that PostgreSQL runs "
            "there and that DATABASE_URL is right."
        ) from None
    with connection:
        yield connection


def _place(url: str) -> str:
    """Host, port and name of the database, and never the password."""
    parts = conninfo_to_dict(url)
    host, port = parts.get("host", "localhost"), parts.get("port", "5432")
    return f"{host}:{port}/{parts.get('dbname', '')}"


def owner_engine(settings: Settings) -> Engine:
    """SQLAlchemy's way to the database as its owner, who makes the tables."""
    url = libpq_url(settings.owner_url)
    return create_engine(
        "postgresql+psycopg://", creator=lambda: psycopg.connect(url), poolclass=NullPool
    )


def migrate(app: Flask, settings: Settings) -> None:
    """Brings the tables up to date; does nothing, and needs no right to, when they are.

    Raises ProvisioningError when the role may not make tables.
    """
    with in_sentences():
        if _is_current(settings):
            return
        make_extensions(settings)
        with app.app_context():
            flask_migrate.upgrade()
    if settings.embedded:
        grant(settings, embedded.APPLICATION)


@contextmanager
def in_sentences() -> Iterator[None]:
    """Says why tables could not be made or read, as a ProvisioningError."""
    try:
        yield
    except (DBAPIError, psycopg.Error) as error:
        cause = getattr(error, "orig", error)
        if isinstance(cause, psycopg.errors.InsufficientPrivilege):
            raise ProvisioningError(
                "The role in DATABASE_URL may not make or read Cairn's tables. Run `flask db upgrade` "
                "and `flask db grant ROLE` with the DATABASE_URL of the tables' owner."
            ) from None
        if isinstance(cause, psycopg.errors.DuplicateTable | psycopg.errors.DuplicateFunction):
            raise ProvisioningError(
                f"The database holds something else already: {cause.diag.message_primary}. Give "
                "Cairn an empty database of its own."
            ) from None
        reason = str(cause).strip().splitlines()[0].rstrip(".")
        raise ProvisioningError(
            f"The tables could not be brought up to date: {reason}. Nothing was changed."
        ) from None


def make_extensions(settings: Settings) -> None:
    """Adds the extensions that are not yet in the database. Raises ProvisioningError."""
    with _connected(settings) as connection:
        query = "SELECT extname FROM pg_extension WHERE extname = ANY (%s)"
        there = {row[0] for row in connection.execute(query, (list(_EXTENSIONS),))}
        for name in (one for one in _EXTENSIONS if one not in there):
            try:
                connection.execute(f"CREATE EXTENSION IF NOT EXISTS {name}")
            except psycopg.Error as error:
                reason = str(error).strip().splitlines()[0].rstrip(".")
                raise ProvisioningError(
                    f"The extension {name} could not be added: {reason}. Ask whoever may to run "
                    f"CREATE EXTENSION {name}; in this database, then start again."
                ) from None


def _is_current(settings: Settings) -> bool:
    scripts = ScriptDirectory(str(config.ROOT / "migrations"))
    with owner_engine(settings).connect() as connection:
        found = MigrationContext.configure(connection).get_current_heads()
    _refuse_newer(scripts, found)
    return found == tuple(scripts.get_heads())


def refuse_newer(settings: Settings) -> None:
    """Refuses (ProvisioningError) tables that a newer Cairn has made."""
    with in_sentences():
        _is_current(settings)


def _refuse_newer(scripts: ScriptDirectory, found: tuple[str, ...]) -> None:
    known = {script.revision for script in scripts.walk_revisions()}
    if newer := [one for one in found if one not in known]:
        raise ProvisioningError(
            f"The database was made by a newer Cairn (its tables are at {newer[0]}). Update this "
            "clone, then start again."
        )


def grant(settings: Settings, role: str) -> None:
    """Gives a role what the application needs: to add to the ledger's tables, never to change them.

    Raises ProvisioningError when there is no such role.
    """
    rights = (
        ("SELECT, INSERT", _ADDED_TO),
        ("SELECT, INSERT, UPDATE", _ALSO_UPDATED),
        ("SELECT, INSERT, UPDATE, DELETE", _FREE),
        ("SELECT", ("alembic_version",)),
    )
    with _connected(settings) as connection, connection.transaction():
        if not connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", (role,)).fetchone():
            raise ProvisioningError(f"There is no role {role}; make it with CREATE ROLE first.")
        try:
            for right, tables in rights:
                connection.execute(
                    sql.SQL("GRANT {} ON {} TO {}").format(
                        sql.SQL(right),
                        sql.SQL(", ").join(map(sql.Identifier, tables)),
                        sql.Identifier(role),
                    )
                )
        except (psycopg.errors.InsufficientPrivilege, psycopg.errors.UndefinedTable):
            raise ProvisioningError(
                "Only the owner of Cairn's tables may grant rights on them, once they are made. Run "
                "`flask db upgrade`, then this, with the owner's DATABASE_URL."
            ) from None
