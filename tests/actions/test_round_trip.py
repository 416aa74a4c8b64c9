"""Out of one registry, into an empty one, and out again: the same bytes."""

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from flask import Flask

from tests.actions.importing.taking import assert_consistent
from tests.conftest import Filled
from tests.factories import DESK
from webapp.actions import exporting, importing
from webapp.app import create_app
from webapp.domain.searching import Export, FormatName
from webapp.store import database

RISKY = (
    "=1+1",
    "'=1+1",
    "+44",
    "-1",
    "@home",
    "''@",
    "'quoted'",
    '"',
    "a,b;c",
    "é\u2028x",
    "{}\\n",
)


def exported(path: Path, form: FormatName) -> Path:
    path.write_bytes(b"".join(exporting.export(Export(format=form)).chunks))
    return path


@pytest.fixture
def lives(filled: Filled, tmp_path: Path) -> Iterator[dict[str, Path]]:
    """Sixty records with all kinds of lives, in each format."""
    app = create_app(filled.settings["all"])
    forms: tuple[FormatName, ...] = ("csv", "jsonl", "xlsx")
    with app.app_context():
        yield {form: exported(tmp_path / f"first.{form}", form) for form in forms}
    database.close(app)


@pytest.mark.parametrize("form", ["csv", "jsonl", "xlsx"])
def test_an_export_comes_back_the_same(
    lives: dict[str, Path],
    app: Flask,
    owner: psycopg.Connection,
    tmp_path: Path,
    form: FormatName,
) -> None:
    with app.app_context():
        summary = importing.import_file(lives[form], DESK)
        assert (summary.refused, summary.already_there) == (0, 0)
        for other, path in lives.items():
            again = exported(tmp_path / f"second.{other}", other)  # type: ignore[arg-type]
            assert again.read_bytes() == path.read_bytes(), other
        assert_consistent(owner)
        assert importing.import_file(lives[form], DESK).added == 0


@pytest.mark.parametrize("form", ["csv", "jsonl", "xlsx"])
def test_texts_that_a_spreadsheet_would_run_come_back_the_same(
    app: Flask, other_app: Flask, tmp_path: Path, form: FormatName
) -> None:
    lines = ["project_name,registry,vintage,quantity,serial_number,event,seq,party,reason,note"]
    for number, text in enumerate(RISKY):
        cell = '"' + text.replace('"', '""') + '"'
        if text[0] in "'=+-@":  # written as Cairn itself would
            cell = cell.replace('"', "\"'", 1)
        fields = f"{cell},VCS,2021,3,R-{number}"
        lines += [f"{fields},,,,,", f"{fields},retired,2,{cell},{cell},{cell}"]
    path = tmp_path / "risky.csv"
    path.write_text("\n".join(lines))
    summary = importing.import_file(path, DESK)
    assert (summary.added, summary.refused) == (2 * len(RISKY), 0)
    first = exported(tmp_path / f"first.{form}", form)
    if form == "csv":
        assert not any(cell[:1] in tuple("=+-@\t") for cell in first.read_text().split(","))
    with other_app.app_context():
        assert importing.import_file(first, DESK).refused == 0
        assert exported(tmp_path / f"second.{form}", form).read_bytes() == first.read_bytes()
