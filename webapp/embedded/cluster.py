"""Where the cluster of a data directory lies, whom it runs as, and the addresses it answers at."""

from __future__ import annotations

import hashlib
import os
import pwd
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

LONGEST_SOCKET_PATH_BYTES = 99  # the kernel's limit is 108, on macOS 104
PORT = 5432  # only part of the socket's name
OWNER, APPLICATION, DATABASE = "cairn_owner", "cairn", "cairn"


class EmbeddedPostgresError(Exception):
    """The embedded PostgreSQL cannot be had; the text says what holds and what to do next."""


@dataclass(frozen=True)
class Cluster:
    """Where the cluster of a data directory lies and whom it runs as."""

    data_dir: Path
    folder: Path
    sockets: Path
    uid: int
    gid: int

    @property
    def log(self) -> Path:
        """The server's log."""
        return self.folder / "postgres.log"  # in here, since the server's user must write it

    @property
    def exists(self) -> bool:
        """Whether it was ever made."""
        return (self.folder / "PG_VERSION").exists()


def owner_url(data_dir: Path) -> str:
    """The address for the role that owns the database and makes its tables. Starts nothing."""
    return _url(OWNER, data_dir)


def application_url(data_dir: Path) -> str:
    """The address for the role without any special right. Starts nothing."""
    return _url(APPLICATION, data_dir)


def _url(role: str, data_dir: Path) -> str:
    sockets = quote(str(cluster_of(data_dir).sockets), safe="")
    # The port is named, since PGPORT in the environment would change the socket's name.
    return f"postgresql://{role}@/{DATABASE}?host={sockets}&port={PORT}"


def cluster_of(data_dir: Path) -> Cluster:
    """The cluster of a data directory. Raises EmbeddedPostgresError."""
    data_dir = data_dir.resolve()
    folder = data_dir / "postgres"
    uid, gid = _account(folder)
    sockets = folder / "run"
    length = len(os.fsencode(sockets / f".s.PGSQL.{PORT}"))
    if length > LONGEST_SOCKET_PATH_BYTES or "," in str(sockets):  # libpq parts hosts at commas
        name = hashlib.sha256(f"{uid}:".encode() + os.fsencode(data_dir)).hexdigest()
        # Not tempfile.gettempdir(): two terminals with different TMPDIR must meet at one socket.
        sockets = Path("/tmp", f"cairn-{name[:32]}")  # noqa: S108 (checked in make_private)
    return Cluster(data_dir, folder, sockets, uid, gid)


def _account(folder: Path) -> tuple[int, int]:
    """Whom the cluster runs as: ourselves, or, since PostgreSQL refuses root, another for root."""
    if os.geteuid() != 0:
        return os.geteuid(), os.getegid()
    with suppress(FileNotFoundError, NotADirectoryError):
        owner = folder.stat()
        return owner.st_uid, owner.st_gid
    for name in ("postgres", "nobody"):
        with suppress(KeyError):
            account = pwd.getpwnam(name)
            return account.pw_uid, account.pw_gid
    raise EmbeddedPostgresError(
        "PostgreSQL does not run as root, and there is no user postgres or nobody to run it as. "
        "Start as another user, or set DATABASE_URL."
    )
