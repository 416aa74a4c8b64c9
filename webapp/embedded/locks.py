"""The two lock files beside the cluster: who uses it, and who starts or stops it."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager

from webapp.embedded.cluster import Cluster


def open_lock(cluster: Cluster, name: str) -> int:
    """A descriptor of the lock file, not locked yet; made if need be."""
    lock = os.open(cluster.data_dir / name, os.O_RDWR | os.O_CREAT, 0o600)
    if os.geteuid() == 0:  # one command as root must not shut out the owner of the folder
        owner = cluster.data_dir.stat()
        os.fchown(lock, owner.st_uid, owner.st_gid)
    return lock


@contextmanager
def start_lock(cluster: Cluster) -> Iterator[int]:
    """Nobody else starts, makes or stops the cluster inside the block; gives the descriptor."""
    lock = open_lock(cluster, "postgres.start.lock")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield lock
    finally:
        os.close(lock)
