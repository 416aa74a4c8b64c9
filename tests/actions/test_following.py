"""How the log grew: by the hour while it is young, then by day, then by month."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest
from flask import Flask

from tests.factories import DESK, new_record
from webapp.actions import creating, sealing
from webapp.actions.sealing import Sealer
from webapp.config import Settings


@pytest.fixture
def three(app: Flask, settings: Settings, tmp_path: Path) -> None:
    """A log that was signed at sizes 1, 2 and 3."""
    sealer = Sealer(replace(settings, data_dir=tmp_path / "data"))
    for number in range(3):
        creating.create(new_record(serial_number=f"S-{number}"), DESK)
        sealer.seal()


def date_back(owner: psycopg.Connection, ago: dict[int, timedelta]) -> None:
    owner.execute("ALTER TABLE ledger_checkpoints DISABLE TRIGGER ALL")
    for size, before in ago.items():
        at = datetime.now(UTC) - before
        owner.execute("UPDATE ledger_checkpoints SET at = %s WHERE size = %s", (at, size))


def test_before_anything_is_signed_there_is_no_growth(app: Flask) -> None:
    assert sealing.growth() is None


@pytest.mark.parametrize(
    ("step", "one", "many"),
    [
        ("hour", timedelta(hours=1), 12),
        ("day", timedelta(days=1), 12),
        ("month", timedelta(days=32), 12),
    ],
)
def test_it_is_told_in_steps_as_fine_as_its_age_lets_them_be(
    three: None, owner: psycopg.Connection, step: str, one: timedelta, many: int
) -> None:
    date_back(owner, {1: 5 * one, 2: 2 * one})

    grown = sealing.growth()

    assert grown is not None
    assert (grown.step, len(grown.begins), grown.sizes[0], grown.sizes[-1]) == (step, many, 0, 3)
    assert grown.sizes == sorted(grown.sizes)
    assert {1, 2} <= set(grown.sizes)
    assert grown.begins == sorted(set(grown.begins))
    for begin, size in zip(grown.begins, grown.sizes, strict=True):
        if size == 2:
            assert begin + one * 1.1 > datetime.now(UTC) - 2 * one


def test_a_log_of_many_years_is_told_in_its_last_five(
    three: None, owner: psycopg.Connection
) -> None:
    date_back(owner, {1: timedelta(days=4000), 2: timedelta(days=3000)})

    grown = sealing.growth()

    assert grown is not None
    assert (grown.step, len(grown.sizes), grown.sizes[0], grown.sizes[-1]) == ("month", 60, 2, 3)
