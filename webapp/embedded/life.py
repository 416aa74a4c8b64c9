"""The cluster's life: entered by all who use it, revived when killed, left by the last one.

Two lock files carry the life: everyone who uses the cluster holds a shared lock on
`postgres.users.lock`, and whoever starts or stops it holds `postgres.start.lock` meanwhile, so a
newcomer never meets a cluster that the last user is about to stop. Locks vanish with a killed
process: its cluster runs on, and the next user finds it and, leaving last, stops it.
"""

from __future__ import annotations

import fcntl
import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from webapp.embedded.cluster import Cluster, EmbeddedPostgresError, cluster_of
from webapp.embedded.complaints import in_sentences
from webapp.embedded.locks import open_lock, start_lock
from webapp.embedded.making import make, make_roles_and_database
from webapp.embedded.server import answers, bring_up, postmaster, stop

logger = logging.getLogger(__name__)


@contextmanager
def running(data_dir: Path) -> Iterator[None]:
    """The cluster of data_dir is up and answers inside the block; made on first use.

    Raises EmbeddedPostgresError. End every thread that calls `revive` before leaving the block.
    """
    cluster = cluster_of(data_dir)
    with in_sentences(cluster):
        cluster.data_dir.mkdir(parents=True, exist_ok=True)
        users = open_lock(cluster, "postgres.users.lock")
    try:
        try:
            with in_sentences(cluster), start_lock(cluster) as lock:
                fcntl.flock(users, fcntl.LOCK_SH)
                if not cluster.exists:
                    make(cluster, lock)
                bring_up(cluster)
                make_roles_and_database(cluster)
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
    cluster = cluster_of(data_dir)
    with in_sentences(cluster):
        if answers(cluster) or postmaster(cluster):
            return False
        if not cluster.exists:  # a new, empty one in its place would hide the loss
            raise EmbeddedPostgresError(
                f"The database in {cluster.folder} was removed while it was in use. "
                "Stop the server and put the folder back from a backup."
            )
        with start_lock(cluster):
            return bring_up(cluster)


def _leave(cluster: Cluster, users: int) -> None:
    """Stop the cluster if nobody else uses it. Never hides why the block ended by an error."""
    try:
        with start_lock(cluster):
            # The upgrade drops our shared lock even when it fails, so of two who leave one gets it.
            fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if postmaster(cluster):  # else pg_ctl would signal whoever has that pid now
                said = stop(cluster)
                if postmaster(cluster):
                    logger.warning("PostgreSQL in %s goes on: %s", cluster.folder, said.strip())
    except BlockingIOError:
        pass  # another process uses it, and will stop it
    except (OSError, EmbeddedPostgresError) as error:
        logger.warning("PostgreSQL in %s was not stopped: %s", cluster.folder, error)
