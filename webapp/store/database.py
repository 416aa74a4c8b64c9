"""The one pool of connections, and the two ways to use it: reading, and changing in a transaction."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Concatenate, ParamSpec, TypeVar

import psycopg
from flask import Flask, current_app
from psycopg import IsolationLevel, errors
from psycopg.conninfo import conninfo_to_dict
from psycopg_pool import ConnectionPool, PoolTimeout
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session
from sqlalchemy.pool import NullPool

from webapp.domain.refusals import Busy, DatabaseAway, OutcomeUnknown, StorageFull
from webapp.extensions import db
from webapp.store.violations import refusal_of

T = TypeVar("T")
P = ParamSpec("P")
Connection = psycopg.Connection[tuple[Any, ...]]
__all__ = [
    "Connection",
    "Overtaken",
    "Session",
    "borrow",
    "change",
    "close",
    "connection_of",
    "holding",
    "init_app",
    "libpq_url",
    "read",
    "session",
    "translating",
]

_KEY = "cairn.pool"
_TRIES = 4
_LOCK_TIMEOUT = "5s"
_STATEMENT_TIMEOUT = "30s"
_POOL_TIMEOUT_SECONDS = 5.0


_BREAKAGES = (errors.AdminShutdown, errors.CrashShutdown, errors.CannotConnectNow)


class Overtaken(Exception):
    """Somebody was quicker, and what was decided does not fit what they wrote: decide it again."""


def libpq_url(url: str) -> str:
    """The URL as libpq reads it: hosting providers and SQLAlchemy write the scheme their own way.

    Of several hosts the one that takes writes is meant, unless the URL says otherwise.
    """
    url = re.sub(r"^postgres(ql)?(\+\w+)?://", "postgresql://", url)
    try:
        parts = conninfo_to_dict(url)
    except psycopg.ProgrammingError:
        return url  # whoever connects says what is wrong with it
    if "," in str(parts.get("host", "")) and "target_session_attrs" not in parts:
        return f"{url}{'&' if '?' in url else '?'}target_session_attrs=read-write"
    return url


def init_app(app: Flask, url: str, size: int) -> None:
    """Gives the application its pool, of at most `size` connections; nothing is opened yet."""
    app.config["SQLALCHEMY_DATABASE_URI"] = "postgresql+psycopg://"
    # SQLAlchemy cannot read every URL that libpq can (several hosts), so it borrows connections here.
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = {"creator": borrow, "poolclass": NullPool}
    db.init_app(app)
    app.extensions[_KEY] = _new_pool(libpq_url(url), size)


def _new_pool(url: str, size: int) -> "ConnectionPool[Connection]":
    return ConnectionPool(
        url,
        min_size=1,
        max_size=size,
        timeout=_POOL_TIMEOUT_SECONDS,
        reconnect_timeout=0.5,  # give up soon: the next request tries at once, and not after a backoff
        configure=_configure,
        reset=_reset,
        close_returns=True,  # what SQLAlchemy closes comes back here
        kwargs={"autocommit": True, "connect_timeout": 5},
        open=False,
        name="cairn",
    )


def close(app: Flask) -> None:
    """Closes the connections; the next use opens new ones."""
    pool: ConnectionPool[Connection] = app.extensions[_KEY]
    pool.close()
    app.extensions[_KEY] = _new_pool(str(pool.conninfo), pool.max_size)  # a closed one stays closed


def borrow() -> Connection:
    """A connection for SQLAlchemy, whose transactions begin by themselves; close() gives it back."""
    pool = _pool()
    connection = pool.getconn()
    try:
        pool.check_connection(connection)
    except psycopg.OperationalError:  # it broke while it lay in the pool
        pool.putconn(connection)
        pool.check()
        connection = pool.getconn()
    connection.autocommit = False
    return connection


def _configure(connection: Connection) -> None:
    connection.execute(
        "SELECT set_config('lock_timeout', %s, false), set_config('statement_timeout', %s, false),"
        " set_config('TimeZone', 'UTC', false),"
        # Every statement here is short: compiling it or starting helpers would take longer than it.
        " set_config('jit', 'off', false),"
        " set_config('max_parallel_workers_per_gather', '0', false)",
        (_LOCK_TIMEOUT, _STATEMENT_TIMEOUT),
    )
    connection.isolation_level = IsolationLevel.READ_COMMITTED  # said with each BEGIN


def _reset(connection: Connection) -> None:
    connection._notice_handlers.clear()  # SQLAlchemy adds one each time it borrows
    connection.autocommit = True


def _pool() -> "ConnectionPool[Connection]":
    pool: ConnectionPool[Connection] = current_app.extensions[_KEY]
    pool.open()  # does nothing when it is open; the first use in each process opens it
    return pool


@contextmanager
def translating() -> Iterator[None]:
    """Turns what the driver raises into refusals, so that nobody above needs to know the driver."""
    try:
        yield
    except (errors.LockNotAvailable, errors.QueryCanceled):
        raise Busy from None
    except errors.DiskFull as error:
        raise StorageFull from error
    except errors.IntegrityError as error:
        raise refusal_of(error) from error
    except PoolTimeout as error:
        raise (Busy() if _answers() else DatabaseAway()) from error
    except (
        psycopg.OperationalError,
        psycopg.InterfaceError,
        errors.ReadOnlySqlTransaction,
    ) as error:
        if isinstance(error, psycopg.OperationalError) and not _is_broken(error):
            raise  # the statement's fault, not the connection's
        raise DatabaseAway from error


def _answers() -> bool:
    """Whether the database takes a connection: then it was only the pool that had none to spare."""
    pool = _pool()
    try:
        psycopg.connect(str(pool.conninfo), connect_timeout=2).close()
    except psycopg.OperationalError:
        return False
    return True


def read(query: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
    """What a query gives, on a connection in no transaction: each statement sees the present.

    A connection that broke while it lay in the pool is replaced, a few times: others may break one
    after the other while the server ends them. Raises Busy, DatabaseAway.
    """
    with translating():
        for left in reversed(range(_TRIES)):
            try:
                with _pool().connection() as connection:
                    return query(connection, *args, **kwargs)
            except psycopg.OperationalError as error:
                if not left or not _is_broken(error):
                    raise
                _pool().check()
    raise AssertionError("unreachable")


def change(work: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Runs `work` in a transaction and commits; what it raises rolls back.

    Deadlocks, serialization failures and Overtaken run it again, a few times, and so does a
    connection that broke before the commit. Raises Busy, DatabaseAway, OutcomeUnknown, or the refusal that a
    constraint of the database stands for.
    """
    with translating():
        for left in reversed(range(_TRIES)):
            try:
                return _change_once(lambda connection: work(connection, *args, **kwargs))
            except (errors.DeadlockDetected, errors.SerializationFailure, Overtaken):
                if not left:
                    raise Busy from None
            except errors.ReadOnlySqlTransaction:
                # The server lost its place as the primary, and all connections to it are of no use.
                _pool().drain()
                if not left:
                    raise
            except psycopg.OperationalError as error:
                if not left or not _is_broken(error):
                    raise
                _pool().check()
    raise AssertionError("unreachable")


def _change_once(work: Callable[[Connection], T]) -> T:
    with _pool().connection() as connection:
        connection.autocommit = False
        result = work(connection)
        try:
            connection.commit()
        except psycopg.OperationalError as error:
            if _is_broken(error):
                raise OutcomeUnknown from error
            raise
        return result


def _is_broken(error: psycopg.OperationalError) -> bool:
    """Whether the connection itself is gone, rather than a statement refused."""
    if isinstance(error, PoolTimeout):  # there was no connection that could break
        return False
    return error.sqlstate is None or isinstance(error, _BREAKAGES)


@contextmanager
def holding() -> Iterator[Connection]:
    """A connection of one's own for a while: for locks that last as long as it does.

    Raises Busy, DatabaseAway.
    """
    with translating(), _pool().connection() as connection:
        yield connection


@contextmanager
def session() -> Iterator[Session]:
    """The ORM's session, for what staff do rarely; committed at the end of the block."""
    with translating():
        try:
            yield db.session()
            db.session.flush()
            try:
                db.session.commit()
            except DBAPIError as error:
                if isinstance(error.orig, psycopg.OperationalError) and _is_broken(error.orig):
                    raise OutcomeUnknown from error
                raise
        except DBAPIError as error:
            if isinstance(error.orig, errors.ReadOnlySqlTransaction):
                _pool().drain()
            if isinstance(error.orig, psycopg.Error):
                raise error.orig from error
            raise
        finally:
            db.session.remove()  # rolls back what was not committed


def connection_of(session: Session) -> Connection:
    """The driver's connection of an ORM session: named statements in the session's transaction."""
    connection: Connection | None = session.connection().connection.driver_connection
    assert connection is not None  # the session has just borrowed it
    return connection
