"""A new cluster: initdb, the roles, the database."""

from __future__ import annotations

import os
import shutil
import stat
from contextlib import suppress
from pathlib import Path

import psycopg

from webapp.embedded.cluster import (
    APPLICATION,
    DATABASE,
    OWNER,
    PORT,
    Cluster,
    EmbeddedPostgresError,
)
from webapp.embedded.complaints import failed
from webapp.embedded.programs import program, way_to_run


def make(cluster: Cluster, lock: int) -> None:
    """Make the cluster beside its place and move it there whole: a half one is never believed."""
    if cluster.folder.exists() and any(cluster.folder.iterdir()):
        raise EmbeddedPostgresError(
            f"{cluster.folder} is there but holds no PostgreSQL database. Move it away, or set "
            "DATA_DIR to another folder."
        )
    new = cluster.data_dir / "postgres.new"
    way, _ = way_to_run(cluster)
    for locale in ("C.UTF-8", "C"):
        if new.exists():
            shutil.rmtree(new)
        make_private(new, cluster)
        # The builtin provider sorts by code point and knows every letter's case, on any system.
        # initdb keeps the start lock open: if we are killed, a newcomer waits for its end.
        ok, said = way.run(
            *(program("initdb"), "-D", new, "-U", OWNER, "--encoding=UTF8", f"--locale={locale}"),
            *("--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--data-checksums"),
            *("--auth-local=trust", "--auth-host=reject", "--lc-messages=C"),
            held=(lock,),
        )
        if ok or "invalid locale" not in said:
            break
    if not ok:
        shutil.rmtree(new)
        raise failed("could not be made", said, cluster, "Start again when that is mended.")
    new.rename(cluster.folder)
    # Without this a power cut could undo the rename, and with it all that was written since.
    directory = os.open(cluster.data_dir, os.O_RDONLY)
    try:
        os.fsync(directory)
    finally:
        os.close(directory)


def make_private(folder: Path, cluster: Cluster) -> None:
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


def make_roles_and_database(cluster: Cluster) -> None:
    """Make those of the application's role and database that are not there yet."""
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
