"""What goes wrong with the embedded PostgreSQL, in sentences that say what to do next."""

from __future__ import annotations

import errno
import re
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg

from webapp.embedded.cluster import Cluster, EmbeddedPostgresError


@contextmanager
def in_sentences(cluster: Cluster) -> Iterator[None]:
    """Turns errors of the system and of the driver into EmbeddedPostgresError."""
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


def _disk_is_full(cluster: Cluster) -> EmbeddedPostgresError:
    return EmbeddedPostgresError(
        f"The disk that holds {cluster.data_dir} is full. Free some space and start again."
    )


def failed(what: str, said: str, cluster: Cluster, then: str) -> EmbeddedPostgresError:
    """The error for a program that failed, with the reason found in what it said."""
    if "No space left on device" in said:
        return _disk_is_full(cluster)
    complaints = re.findall(r"(?:FATAL|PANIC|ERROR|error): +(.+)", said)
    reason = (complaints or said.strip().splitlines() or ["no reason given"])[-1]
    return EmbeddedPostgresError(f"PostgreSQL in {cluster.folder} {what}: {reason}. {then}")
