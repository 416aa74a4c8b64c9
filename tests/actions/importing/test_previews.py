"""Importing: what a preview tells, and what is done with the file then."""

import io
import json
from pathlib import Path

import psycopg
import pytest
from flask import Flask

from tests.actions.importing.taking import counted, everything, take, uploaded
from tests.factories import DESK
from webapp.actions import importing
from webapp.domain.actors import Actor
from webapp.domain.refusals import FileRefused, ImportNotWaiting, NotAllowed


def test_a_preview_tells_what_confirming_then_does(app: Flask, dirty: Path) -> None:
    with dirty.open("rb") as file:
        found = importing.receive("dirty.csv", file, DESK)
    preview = importing.preview(found.id)
    assert [(one.number, one.new) for one in preview.rows] == [
        (1, True),
        (2, False),
        (3, False),
        (4, False),
        (5, True),
    ]
    assert [one.number for one in preview.refused] == [2, 3, 4]
    importing.confirm(found.id, DESK, own_blocks=False, strict=False)
    importing.work()
    done = importing.one(found.id)
    assert (done.added, done.refused) == (2, 3)


def test_a_preview_changes_nothing(app: Flask, owner: psycopg.Connection, verra: Path) -> None:
    with verra.open("rb") as file:
        found = importing.receive("verra.csv", file, DESK)
    before = everything(owner)
    importing.preview(found.id)
    assert everything(owner) == before


def test_a_file_is_confirmed_or_discarded_once(app: Flask, verra: Path) -> None:
    import_id = uploaded(verra)
    with pytest.raises(ImportNotWaiting):
        importing.confirm(import_id, DESK, own_blocks=False, strict=False)
    with pytest.raises(ImportNotWaiting):
        importing.discard(import_id, DESK)


def test_a_discarded_file_is_gone(app: Flask, owner: psycopg.Connection, verra: Path) -> None:
    with verra.open("rb") as file:
        found = importing.receive("verra.csv", file, DESK)
    importing.discard(found.id, DESK)
    assert importing.newest() == []
    assert owner.execute("SELECT count(*) FROM import_pieces").fetchone() == (0,)


def test_viewers_import_nothing(app: Flask, verra: Path) -> None:
    viewer = Actor("staff:9", "Reader", "viewer")
    with verra.open("rb") as file, pytest.raises(NotAllowed):
        importing.receive("verra.csv", file, viewer)


def test_a_refused_file_is_not_kept(app: Flask, owner: psycopg.Connection) -> None:
    with pytest.raises(FileRefused):
        importing.receive("x.csv", io.BytesIO(b"a,b\n1,2\n"), DESK)
    assert owner.execute("SELECT count(*) FROM imports").fetchone() == (0,)


def test_json_as_the_prototypes_sample_goes_in(app: Flask, tmp_path: Path) -> None:
    path = tmp_path / "sample.json"
    rows = [
        {
            "project_name": f"Project {n}",
            "registry": "VCS",
            "vintage": 2020 + n,
            "quantity": n,
            "serial_number": f"VCS-{n}",
        }
        for n in range(4)
    ]
    path.write_text(json.dumps(rows, indent=2))
    summary = take(path)
    assert counted(summary) == (4, 3, 0, 1)
    (line,) = Path(summary.refusals or "").read_text().splitlines()
    assert json.loads(line)["cairn"]["row"] == 1
