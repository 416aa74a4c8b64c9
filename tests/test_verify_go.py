"""A stranger with Go's own library, and nothing of ours, verifies what a server serves: docs/verify.go."""

import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.commands import flask
from tests.factories import GUJARAT, GUJARAT_ID
from tests.server import Server, wait_until
from webapp.config import ROOT
from webapp.ledger.note import key_text, new_signer

GOPATH = Path("/usr/share/gocode")  # where Debian's golang-golang-x-mod-dev is


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The program, built. Without Go the tests skip, or fail where REQUIRE_GO=1."""
    if not shutil.which("go") or not (GOPATH / "src/golang.org/x/mod/sumdb/note").exists():
        why = "Go and its module x/mod are not installed (golang-go golang-golang-x-mod-dev)."
        if os.environ.get("REQUIRE_GO") == "1":
            pytest.fail(why)
        pytest.skip(why)
    folder = tmp_path_factory.mktemp("go")
    settings = {"GO111MODULE": "off", "GOPATH": str(GOPATH), "GOCACHE": str(folder / "cache")}
    built = folder / "verify"
    subprocess.run(
        ["go", "build", "-o", built, ROOT / "docs" / "verify.go"],
        env=os.environ | settings,
        check=True,
    )
    return built


def test_go_verifies_an_event_its_checkpoint_and_that_the_log_only_grew(
    start: Callable[..., Server], program: Path, tmp_path: Path
) -> None:
    server = start().await_ready()
    key, token = flask("ledger", "key", **server.settings).out.strip(), server.new_token()
    assert server.ask("POST", "/api/v1/records", GUJARAT, token)[0] == 201
    await_size(server, 1)
    kept = tmp_path / "kept"
    kept.write_bytes(server.ask("GET", "/ledger/checkpoint")[1])
    for _ in range(4):
        path = f"/api/v1/records/{GUJARAT_ID}/retire"
        assert server.ask("POST", path, {"quantity": 5}, token)[0] == 200
    await_size(server, 5)

    def verified(key: str, seq: int, kept: Path) -> subprocess.CompletedProcess[str]:
        words = (f"http://127.0.0.1:{server.port}", key, GUJARAT_ID, str(seq), str(kept))
        return subprocess.run([program, *words], capture_output=True, text=True)

    ended = verified(key, 3, kept)
    assert ended.returncode == 0, ended.stderr
    assert "Counted from 0, the leaf is entry 2 of 5" in ended.stdout
    assert "The log of size 5 begins with the log of size 1." in ended.stdout
    assert ended.stdout.endswith("VERIFIED.\n")

    foreign = key_text(new_signer(key.partition("+")[0]).key)
    assert "REFUSED" in verified(foreign, 3, kept).stderr
    kept.write_bytes(kept.read_bytes().replace(b"\n1\n", b"\n2\n"))
    assert "REFUSED" in verified(key, 3, kept).stderr


def await_size(server: Server, size: int) -> None:
    def signed() -> bool:
        status, note = server.ask("GET", "/ledger/checkpoint")
        return status == 200 and note.split(b"\n")[1] == b"%d" % size

    wait_until(signed, "all is signed")
