"""flask records import: what it prints, its exit codes, and what it says of files it cannot read."""

import json
from pathlib import Path

import pytest

from tests.cli.commands import Ended, flask, on
from webapp.config import Settings

PLAIN = "project_name,registry,vintage,quantity,serial_number,retired_on,beneficiary\n"


@pytest.fixture
def run(settings: Settings):
    """Runs the command on a fresh database."""

    def import_(*words: object) -> Ended:
        return flask("records", "import", *map(str, words), **on(settings))

    return import_


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "credits.csv"
    path.write_text(PLAIN + "Wind,VCS,2021,100,D-1,,\nWind,VCS,2021,0,D-2,,\n")
    return path


def test_it_prints_a_summary_as_the_last_line(run, file: Path) -> None:
    done = run(file, "--json")
    assert done.code == 0
    refusals = str(file.with_name("credits.refused.csv"))
    summary = {"read": 2, "added": 1, "already_there": 0, "refused": 1, "refusals": refusals}
    assert json.loads(done.out.splitlines()[-1]) == summary
    assert "2 of 2 rows (100%)" in done.err


def test_it_tells_people_what_became_of_the_rows_and_what_to_do(run, file: Path) -> None:
    done = run(file)
    assert done.out.startswith("2 rows read: 1 added, 0 already there, 1 refused.\n")
    assert "Correct and import that file." in done.out


def test_the_refused_rows_go_where_one_wants_them(run, file: Path, tmp_path: Path) -> None:
    wanted = tmp_path / "back.csv"
    assert run(file, "--refusals", wanted).code == 0
    assert "D-2" in wanted.read_text()
    assert f"{wanted} exists already" in run(file, "--refusals", wanted).sentence()


def test_a_trial_changes_nothing(run, file: Path) -> None:
    assert "1 would be added" in run(file, "--dry-run").out
    assert json.loads(run(file, "--json").out.splitlines()[-1])["added"] == 1


def test_all_or_nothing_ends_well_with_nothing_added(run, file: Path) -> None:
    done = run(file, "--strict", "--json")
    assert done.code == 0
    summary = json.loads(done.out.splitlines()[-1])
    assert (summary["added"], summary["refused"]) == (0, 2)


def test_the_name_on_the_events_is_the_one_given(run, file: Path) -> None:
    assert run(file, "--actor", "Carbon  desk").code == 0
    assert "--actor has 1 to 300 characters" in run(file, "--actor", " ").sentence()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "empty"),
        (b"a,b\n1,2\n", "Its columns are not those of a file that is known here"),
        (PLAIN.encode() + b"Wind,VCS,2021,1,\xe9,,\n", "0xE9"),
        (PLAIN.encode() + b'Wind,VCS,2021,1,"D-1,,\n', "quot"),
        (PLAIN.encode() + b"Wind,VCS,2021\n", "3"),
    ],
    ids=["empty", "unknown columns", "wrong byte", "open quote", "ragged"],
)
def test_a_file_that_cannot_be_read_is_refused_with_a_sentence(
    run, tmp_path: Path, content: bytes, words: str
) -> None:
    path = tmp_path / "bad.csv"
    path.write_bytes(content)
    refused = run(path, "--json")
    assert refused.code == 1
    assert words in refused.sentence()
    assert [one.name for one in tmp_path.iterdir()] == ["bad.csv"]


def test_a_file_that_is_not_there_is_told(run, tmp_path: Path) -> None:
    assert "cannot be read: No such file" in run(tmp_path / "none.csv").sentence()


def test_a_format_that_the_file_does_not_have_is_told(run, file: Path) -> None:
    assert "has no column" in run(file, "--format", "verra").sentence()
