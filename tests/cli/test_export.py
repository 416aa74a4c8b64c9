"""flask records export: to a file, to standard output, and what it says when it cannot."""

import os
import resource
import subprocess
import sys
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from tests.cli.commands import environment, on
from tests.cli.conftest import Run
from tests.exported import as_csv, as_lines, parsed
from tests.registry import Registry, commands, fill, registry_of
from webapp.config import ROOT, Settings
from webapp.domain.lifecycle import Story


@pytest.fixture
def registry(app: Flask) -> Registry:
    """Ten records with lives."""
    return registry_of(fill(commands(size=10)))


def stories(registry: Registry) -> list[Story]:
    return [one.story for one in registry.records]


def test_without_a_file_csv_goes_to_standard_output_and_nothing_else(
    run: Run, registry: Registry
) -> None:
    ended = run("records", "export")

    assert ended.code == 0
    assert ended.out.encode() == as_csv(stories(registry))
    assert ended.err == ""


def test_the_files_ending_tells_the_format(run: Run, registry: Registry, tmp_path: Path) -> None:
    for ending in ("csv", "jsonl", "xlsx", "CSV"):
        assert run("records", "export", str(tmp_path / f"records.{ending}")).code == 0

    assert (tmp_path / "records.csv").read_bytes() == as_csv(stories(registry))
    assert (tmp_path / "records.CSV").read_bytes() == as_csv(stories(registry))
    assert parsed((tmp_path / "records.jsonl").read_bytes()) == as_lines(stories(registry))
    assert (tmp_path / "records.xlsx").read_bytes().startswith(b"PK")
    assert len(list(tmp_path.iterdir())) == 4


def test_a_format_that_is_named_comes_before_the_ending(
    run: Run, registry: Registry, tmp_path: Path
) -> None:
    assert run("records", "export", str(tmp_path / "a.txt"), "--format", "jsonl").code == 0

    assert parsed((tmp_path / "a.txt").read_bytes()) == as_lines(stories(registry))


def test_an_ending_that_tells_nothing_is_refused(run: Run, tmp_path: Path) -> None:
    sentence = run("records", "export", str(tmp_path / "records.txt")).sentence()

    assert sentence == (
        "The ending of records.txt names no format: give --format csv, jsonl or xlsx."
    )


def test_filters_are_those_of_the_search(run: Run, registry: Registry) -> None:
    code = registry.records[3].story.record.registry

    ended = run("records", "export", "--registry", code)

    assert ended.out.encode() == as_csv(
        one for one in stories(registry) if one.record.registry == code
    )
    assert run("records", "export", "--serial", "serial 7").out.count("\n") > 1
    assert run("records", "export", "--event-from", "2190-01-01").out.encode() == as_csv([])


def test_a_malformed_filter_is_told_in_a_sentence(run: Run) -> None:
    sentence = run("records", "export", "--vintage", "soon").sentence()

    assert sentence == "vintage must be a year from 1900 to 2100."


def test_a_file_that_was_there_is_replaced_once_the_new_one_is_whole(
    settings: Settings, run: Run, registry: Registry, tmp_path: Path
) -> None:
    file = tmp_path / "records.csv"
    file.write_text("the old one")
    cut = partial(resource.setrlimit, resource.RLIMIT_FSIZE, (1000, 1000))

    done = _export(settings, str(file), stdout=subprocess.DEVNULL, preexec_fn=cut)

    assert done.returncode == 1
    assert done.stderr.decode().endswith("records.csv: File too large.\n")
    assert [one.read_text() for one in tmp_path.iterdir()] == ["the old one"]
    assert run("records", "export", str(file)).code == 0
    assert [one.read_bytes() for one in tmp_path.iterdir()] == [as_csv(stories(registry))]


def test_a_new_file_may_be_read_like_any_other(
    run: Run, registry: Registry, tmp_path: Path
) -> None:
    (tmp_path / "other").touch()
    assert run("records", "export", str(tmp_path / "records.csv")).code == 0

    assert (tmp_path / "records.csv").stat().st_mode == (tmp_path / "other").stat().st_mode


def test_a_folder_that_is_not_there_is_told(run: Run, tmp_path: Path) -> None:
    sentence = run("records", "export", str(tmp_path / "nowhere" / "records.csv")).sentence()

    assert sentence.endswith("records.csv: No such file or directory.")


@pytest.mark.parametrize("words", [["/dev/full", "--format", "csv"], []])
def test_a_full_disk_is_told(settings: Settings, registry: Registry, words: list[str]) -> None:
    with Path("/dev/full").open("wb") as full:
        done = _export(settings, *words, stdout=full)

    assert done.returncode == 1
    assert done.stderr.decode().startswith("Error: The disk is full, so ")
    assert done.stderr.count(b"\n") == 1


def test_a_reader_that_has_enough_ends_it_quietly(settings: Settings, registry: Registry) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    try:
        done = _export(settings, stdout=writing)
    finally:
        os.close(writing)

    assert (done.returncode, done.stderr) == (0, b"")


def _export(settings: Settings, *words: str, **how: Any) -> "subprocess.CompletedProcess[bytes]":
    """The command in a process of its own: in this one the streams are pytest's."""
    return subprocess.run(
        [sys.executable, "-m", "flask", "records", "export", *words],
        cwd=ROOT,
        env=environment(**on(settings)),
        timeout=60,
        **({"stderr": subprocess.PIPE} | how),
    )


def test_a_terminal_is_told_how_far_it_is(settings: Settings, registry: Registry) -> None:
    terminal, there = os.openpty()
    try:
        done = _export(settings, stdout=subprocess.DEVNULL, stderr=there)
        os.close(there)
        told = os.read(terminal, 10_000).decode()
    finally:
        os.close(terminal)

    assert done.returncode == 0
    assert told.rpartition("\x1b[K")[2].startswith("10 records, ")
    assert told.endswith(" a second\r\n")
