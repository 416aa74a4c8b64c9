"""How the log is doing: how it grew, and whether it still is what was signed."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal

from webapp.actions.sealing import trees
from webapp.config import Settings
from webapp.ledger_files import outside_copy, public_keys
from webapp.store import database, sealing
from webapp.store.database import Connection

Step = Literal["hour", "day", "month"]
_PATIENCE = timedelta(minutes=1)
_HOURS, _DAYS, _MONTHS = 24, 60, 60  # the most that are told
_FEWEST = 12


@dataclass(frozen=True)
class Growth:
    """How many leaves were signed at the end of each hour, day or month (UTC), the oldest first.

    `begins` are the moments at which they begin.
    """

    step: Step
    begins: list[datetime]
    sizes: list[int]


def growth() -> Growth | None:
    """How the log grew, in steps as fine as its age lets them be; None while nothing is signed."""
    return database.read(_growth, datetime.now(UTC))


def _growth(connection: Connection, now: datetime) -> Growth | None:
    first = sealing.began(connection)
    if first is None:
        return None
    step, begins = _steps(first.astimezone(UTC), now)
    endings = [*begins[1:], now + timedelta(days=1)]
    return Growth(step, begins, sealing.sizes_before(connection, endings))


def _steps(first: datetime, now: datetime) -> tuple[Step, list[datetime]]:
    hour = timedelta(hours=1)
    first, now = (one.replace(minute=0, second=0, microsecond=0) for one in (first, now))
    hours = (now - first) // hour + 1
    if hours <= _HOURS:
        return "hour", [now - hour * back for back in reversed(range(max(_FEWEST, hours)))]
    day = timedelta(days=1)
    first, now = first.replace(hour=0), now.replace(hour=0)
    days = (now - first) // day + 1
    if days <= _DAYS:
        return "day", [now - day * back for back in reversed(range(max(_FEWEST, days)))]
    months = (now.year - first.year) * 12 + now.month - first.month + 1
    shown = min(max(_FEWEST, months), _MONTHS)
    return "month", [_months_back(now, back) for back in reversed(range(shown))]


def _months_back(now: datetime, back: int) -> datetime:
    year, month = divmod(now.year * 12 + now.month - 1 - back, 12)
    return now.replace(year=year, month=month + 1, day=1)


def why_silent() -> str | None:
    """Why events wait that should be sealed long since; None if none does. Raises Unavailable."""
    return database.read(_why_silent, datetime.now(UTC) - _PATIENCE)


def _why_silent(connection: Connection, since: datetime) -> str | None:
    oldest = sealing.waiting_since(connection)
    newest = sealing.newest(connection)
    if oldest is None or oldest > since or (newest and newest[0].at > since):
        return None
    return (
        "Events wait to be sealed, and nothing was signed for a while. Whoever runs this registry "
        "finds the reason in the server's log, or by `flask ledger seal`."
    )


def why_behind(settings: Settings) -> str | None:
    """Why the database is not what this server signed, as a sealer would find; None if it is.

    It costs a few short reads. Raises Unavailable.
    """
    names = {key.name for key in public_keys(settings)}
    try:
        note = outside_copy(settings)
    except OSError:  # kept for the sealer alone
        note = None
    return database.read(_why_behind, note, names)


def _why_behind(connection: Connection, note: bytes | None, names: set[str]) -> str | None:
    size = sealing.head(connection).size  # also tells that the database answers
    newest = sealing.newest(connection)
    if newest and names and newest[0].origin not in names:
        return f"The log is called {newest[0].origin}, and this server's key {names.pop()}."
    return None if note is None else trees.has_not_grown_from(connection, note, size)
