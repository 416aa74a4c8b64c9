"""The log over HTTP: checkpoint, tiles, bundles, leaves and proofs; open to all, cached, never a 500."""

import base64
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from tests.api.client import Answer, Client, check_headers
from tests.factories import DESK, GUJARAT_ID, new_record
from webapp.actions import creating, taking
from webapp.actions.sealing import Sealer
from webapp.config import Settings
from webapp.domain.commands import Retire, Sell
from webapp.ledger.entry import read
from webapp.ledger.merkle import Frontier, consistency_plan
from webapp.ledger.tiles import Tile, hashes_from, read_bundle, tiles_between
from webapp.ledger.verifier import (
    Checkpoint,
    Key,
    hash_leaf,
    verify_checkpoint,
    verify_consistency,
    verify_growth,
    verify_proof,
)
from webapp.ledger_files import signers

Seal = Callable[[], None]
EVENT = f"/api/v1/records/{GUJARAT_ID}/events"
SITE = {"Origin": "https://maps.example"}


@pytest.fixture
def api_app(door: Callable[..., Flask], tmp_path: Path) -> Flask:
    """The application with a folder of its own for what the ledger keeps outside the database."""
    return door(data_dir=tmp_path)


@pytest.fixture
def key(api_app: Flask) -> Key:
    settings: Settings = api_app.extensions["cairn.settings"]
    return signers(settings)[0].key


@pytest.fixture
def seal(api_app: Flask) -> Seal:
    def seal() -> None:
        with api_app.app_context():
            Sealer(api_app.extensions["cairn.settings"]).seal()

    return seal


@pytest.fixture
def log(api_app: Flask, seal: Seal) -> None:
    """Three events that are sealed."""
    with api_app.app_context():
        creating.create(new_record(), DESK)
        taking.sell(GUJARAT_ID, Sell(buyer="Acme Ltd", quantity=60), DESK)
        taking.retire(GUJARAT_ID, Retire(quantity=5), DESK)
    seal()


def plain(public: Client, path: str, method: str = "GET", **headers: str) -> Answer:
    response = public.app.test_client().open(path, method=method, headers=headers)
    answer = Answer(response.status_code, response.headers, response.data)
    check_headers(answer)
    return answer


def get(public: Client, path: str, status: int = 200) -> Answer:
    """The answer to a GET, which bears the security headers; under /api it is as described, too."""
    if path.startswith("/api"):
        answer = public.call("GET", path, headers=SITE)
    else:
        answer = plain(public, path, **SITE)
    assert answer.status == status, answer.data
    return answer


def test_the_checkpoint_is_the_signed_note_and_kept_for_seconds(
    public: Client, log: None, key: Key
) -> None:
    answer = get(public, "/ledger/checkpoint")
    assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert answer.headers["Cache-Control"] == "public, max-age=2"
    assert verify_checkpoint(answer.data, [key]).size == 3


def test_before_anything_is_signed_the_checkpoint_waits(public: Client) -> None:
    answer = get(public, "/ledger/checkpoint", 202)
    assert answer.headers["Retry-After"] == "2"
    assert answer.headers["Content-Type"] == "application/problem+json"


def test_tiles_and_bundles_make_the_root_that_was_signed(
    public: Client, log: None, key: Key
) -> None:
    signed = verify_checkpoint(get(public, "/ledger/checkpoint").data, [key])
    hashes = get(public, "/ledger/tile/0/000.p/3")
    bundle = get(public, "/ledger/tile/entries/000.p/3")
    for one in (hashes, bundle):
        assert one.headers["Content-Type"] == "application/octet-stream"
        assert one.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    leaves = read_bundle(bundle.data, 3)
    assert [read(leaf)[1].seq for leaf in leaves] == [1, 2, 3]
    assert b"".join(map(hash_leaf, leaves)) == hashes.data
    grown = Frontier()
    for leaf in leaves:
        grown.append(hash_leaf(leaf))
    assert grown.root == signed.root


def test_a_log_of_many_tiles_is_followed_by_its_tiles_alone(
    public: Client, api_app: Flask, seal: Seal, key: Key
) -> None:
    def write(count: int) -> Checkpoint:
        with api_app.app_context():
            for _ in range(count):
                taking.retire(GUJARAT_ID, Retire(quantity=1), DESK)
        seal()
        return verify_checkpoint(get(public, "/ledger/checkpoint").data, [key])

    def fetch(wanted: list[Tile]) -> Mapping[Tile, bytes]:
        return {tile: get(public, f"/ledger/{tile.path}").data for tile in wanted}

    with api_app.app_context():
        creating.create(new_record(quantity=1000), DESK)
    before, after = write(9), write(290)
    assert after.size == 300
    path = hashes_from(consistency_plan(before.size, after.size), after.size, fetch)
    verify_consistency(before.size, after.size, path, before.root, after.root)
    for tile in tiles_between(0, after.size):
        assert get(public, f"/ledger/{tile.path}").data
    for tile in (Tile(0, 0), Tile(1, 0, 1), Tile(0, 1, 44)):  # and what was partial stays
        for width in range(1, tile.width):
            partial = Tile(tile.level, tile.number, width)
            whole = get(public, f"/ledger/{tile.path}").data
            if width % 40 == 1:
                assert get(public, f"/ledger/{partial.path}").data == whole[: width * 32]


def test_an_events_leaf_and_proof_verify_offline(public: Client, log: None, key: Key) -> None:
    for seq in (1, 2, 3):
        leaf, proof = get(public, f"{EVENT}/{seq}/leaf"), get(public, f"{EVENT}/{seq}/proof")
        assert leaf.headers["Content-Type"] == "application/octet-stream"
        assert proof.headers["Content-Type"] == "text/plain; charset=utf-8"
        disposition = f'attachment; filename="cairn-{GUJARAT_ID[:12]}-{seq}.tlog-proof"'
        assert proof.headers["Content-Disposition"] == disposition
        assert verify_proof(proof.data, leaf.data, [key]).size == 3
        assert read(leaf.data)[1].seq == seq


def test_a_proof_that_waits_is_accepted_and_asked_for_again(
    public: Client, api_app: Flask, seal: Seal
) -> None:
    with api_app.app_context():
        creating.create(new_record(), DESK)
    for what in ("proof", "leaf"):
        answer = get(public, f"{EVENT}/1/{what}", 202)
        assert answer.headers["Retry-After"] == "2"
        assert answer.json["code"] == "proof_waits"
        assert answer.headers["Cache-Control"] == "no-cache"
    seal()
    get(public, f"{EVENT}/1/proof")


@pytest.mark.parametrize(
    "path",
    [
        f"{EVENT}/4/proof",
        f"{EVENT}/0/proof",
        f"{EVENT}/-1/proof",
        f"{EVENT}/one/leaf",
        f"{EVENT}/99999999999999999999999/proof",
        f"{EVENT}/9223372036854775808/leaf",
        f"/api/v1/records/{'0' * 64}/events/1/proof",
        "/api/v1/records/x/events/1/leaf",
        "/api/v1/records/%00/events/1/leaf",
        "/api/v1/records/%ED%A0%80/events/1/proof",
    ],
)
def test_events_that_are_not_there_have_neither_leaf_nor_proof(
    public: Client, log: None, path: str
) -> None:
    get(public, path, 404)


@pytest.mark.parametrize(
    "path",
    [
        "tile/0/000",
        "tile/0/000.p/0",
        "tile/0/000.p/4",
        "tile/0/000.p/03",
        "tile/0/000.p/256",
        "tile/0/000.p/-1",
        "tile/0/000.p/1.5",
        "tile/0/000.p/",
        "tile/0/001.p/1",
        "tile/1/000.p/1",
        "tile/0/x000/000.p/3",
        "tile/0/0.p/3",
        "tile/0/0000.p/3",
        "tile/00/000.p/3",
        "tile/-1/000.p/3",
        "tile/64/000.p/1",
        "tile/63/000.p/1",
        "tile/8/000.p/1",
        "tile/data/000.p/3",
        "tile/entries/000",
        "tile/entries/000.p/4",
        "tile/entries/x999/x999/x999/x999/x999/x999/x999/999",
        "tile/0/" + "x999/" * 50 + "999",
        "tile/0/\u0660\u0660\u0660.p/3",
        "tile/0/%00",
        "tile/0/..%2f..%2fcheckpoint",
        "tile",
        "tile/",
        "tile//",
        "checkpoint/",
        "checkpoint.1",
        "nothing",
        "%F0",
    ],
)
def test_what_the_log_does_not_have_is_not_found(public: Client, log: None, path: str) -> None:
    answer = plain(public, f"/ledger/{path}")
    if path == "checkpoint/":  # addresses with a slash at their end mean the same
        assert answer.status in (200, 404)
        return
    assert answer.status in (400, 404), answer.data
    assert "immutable" not in answer.headers.get("Cache-Control", "")
    if path.startswith("tile"):
        assert answer.headers["Content-Type"] == "application/problem+json"
    if path.startswith("tile/0"):
        assert answer.json["code"] == "not_in_log"
        assert answer.headers["Access-Control-Allow-Origin"] == "*"


def test_a_log_that_has_grown_proves_it_to_who_kept_a_checkpoint(
    public: Client, log: None, api_app: Flask, seal: Seal, key: Key
) -> None:
    kept = get(public, "/ledger/checkpoint").data
    with api_app.app_context():
        taking.retire(GUJARAT_ID, Retire(quantity=5), DESK)
    seal()
    growth = get(public, "/ledger/growth/3")
    assert growth.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert growth.headers["Cache-Control"] == "public, max-age=2"
    assert verify_growth(growth.data, kept, [key]).size == 4
    for size in (0, 4):
        assert get(public, f"/ledger/growth/{size}").data.startswith(b"old %d\n\n" % size)


@pytest.mark.parametrize("size", ["4", "99999999999999999999999", "-1", "one", "", "1.5"])
def test_a_log_has_not_grown_from_more_leaves_than_it_has(
    public: Client, log: None, size: str
) -> None:
    answer = get(public, f"/ledger/growth/{size}", 404)
    assert answer.headers["Content-Type"] == "application/problem+json"


def test_every_site_may_read_the_log_without_credentials(public: Client, log: None) -> None:
    for path in (
        "/ledger/checkpoint",
        "/ledger/tile/0/000.p/3",
        "/ledger/growth/1",
        f"{EVENT}/1/leaf",
        f"{EVENT}/1/proof",
    ):
        answer = get(public, path)
        assert answer.headers.get_all("Access-Control-Allow-Origin") == ["*"]
        assert "Access-Control-Allow-Credentials" not in answer.headers
    assert get(public, f"{EVENT}/9/proof", 404).headers["Access-Control-Allow-Origin"] == "*"
    record = get(public, f"/api/v1/records/{GUJARAT_ID}")
    assert "Access-Control-Allow-Origin" not in record.headers


def test_the_log_is_only_read(public: Client, log: None) -> None:
    for path in ("/ledger/checkpoint", "/ledger/tile/0/000.p/3", f"{EVENT}/1/proof"):
        for method in ("POST", "PUT", "DELETE"):
            assert plain(public, path, method).status in (400, 401, 405)


@pytest.mark.parametrize(
    "path",
    [
        "/ledger/checkpoint",
        "/ledger/tile/0/000.p/1",
        "/ledger/growth/1",
        f"{EVENT}/1/leaf",
        f"{EVENT}/1/proof",
    ],
)
def test_with_look_up_closed_the_log_needs_a_token(
    door: Callable[..., Flask], tmp_path: Path, token_for: Callable[..., str], log: None, path: str
) -> None:
    closed: Any = door(data_dir=tmp_path, public_lookup=False)
    answer = closed.test_client().get(path)
    assert answer.status_code == 401
    assert answer.content_type == "application/problem+json"
    assert b"c2sp" not in answer.data
    token = token_for("Auditor", "viewer")
    answer = Client(closed, token).call("GET", path)
    assert answer.status == 200
    assert answer.headers["Cache-Control"].startswith("private, max-age=")


def test_the_root_is_told_in_base64(public: Client, log: None, key: Key) -> None:
    note = get(public, "/ledger/checkpoint").data
    lines = note.decode().split("\n")
    assert lines[:2] == [key.name, "3"]
    assert base64.b64decode(lines[2]) == verify_checkpoint(note, [key]).root
