"""What looking up reads agrees with records and events, is mended from them, and is made of old ones."""

from datetime import date
from typing import Any

import psycopg
import pytest
from flask import Flask

from tests.factories import DESK, GUJARAT_ID, new_record
from tests.registry import commands, fill, registry_of
from tests.store.kept import differences, fold, kept
from webapp.actions import creating, rebuilding, searching, taking
from webapp.domain.commands import Retire, Sell
from webapp.domain.searching import EventSearch, Search


@pytest.fixture
def story(app: Flask) -> None:
    """Two records; of the first some units are sold and some retired. The sums are folded."""
    creating.create(new_record(), DESK)
    creating.create(new_record(registry="GS", vintage=2021, serial_number="W"), DESK)
    taking.sell(GUJARAT_ID, Sell(buyer="Acme Ltd", quantity=60), DESK)
    day = date(2024, 5, 3)
    taking.retire(
        GUJARAT_ID, Retire(sale=2, quantity=5, beneficiary="Bold", effective_on=day), DESK
    )
    fold()


@pytest.mark.parametrize("seed", range(3))
def test_after_any_history_they_agree_folded_or_not_and_made_anew(
    app: Flask, owner: psycopg.Connection, seed: int
) -> None:
    ids = fill(commands(seed, 12), seed)
    fold()
    ids += fill(commands(seed + 100, 24)[12:], seed + 100)
    assert differences() == []
    fold()
    assert differences() == []
    assert owner.execute("SELECT count(*) FROM pending_sums").fetchone() == (0,)
    before = kept(owner)

    rebuilding.rebuild()

    after = kept(owner)
    # A group that every record left stays in the folded sums, with nothing in it.
    before["unit_sums"] = [row for row in before["unit_sums"] if row[3]]
    assert after == before
    known = registry_of(ids)
    assert [(one.record.id, one.event.seq) for one in _events()] == known.lines(EventSearch())


def _events() -> list[Any]:
    items, page = [], searching.find_events(EventSearch(limit=100))
    while True:
        items += page.items
        if page.next is None:
            return items
        page = searching.find_events(EventSearch(limit=100, cursor=page.next))


def test_an_action_that_is_refused_or_repeated_leaves_no_trace_in_them(
    app: Flask, owner: psycopg.Connection, story: None
) -> None:
    before, pending = kept(owner), owner.execute("SELECT * FROM pending_sums").fetchall()

    creating.create(new_record(), DESK)
    with pytest.raises(Exception, match="cannot be taken"):
        taking.sell(GUJARAT_ID, Sell(buyer="Newcomer", quantity=100), DESK)
    with pytest.raises(Exception, match="belongs to one record"):
        creating.create(new_record(project_name="New project"), DESK)

    assert kept(owner) == before
    assert owner.execute("SELECT * FROM pending_sums").fetchall() == pending


EDITS = [
    *(f"UPDATE unit_sums SET {column} = {column} + 1 WHERE registry = 'VCS'"
      for column in ("vintage", "records", "issued", "available", "sold", "retired", "cancelled")),
    "UPDATE unit_sums SET registry = 'X' WHERE registry = 'VCS'",
    "UPDATE unit_sums SET status = 'sold' WHERE registry = 'VCS'",
    "DELETE FROM unit_sums WHERE registry = 'VCS'",
    "INSERT INTO unit_sums VALUES ('X', 2020, 'active', 1, 1, 1, 0, 0, 0)",
    "DELETE FROM feed WHERE seq = 2",
    "DELETE FROM feed",
    "INSERT INTO feed SELECT record_no, 9, event_type, registry, vintage, day, month, at"
    " FROM feed WHERE seq = 2",
]  # fmt: skip


@pytest.mark.parametrize("edit", EDITS)
def test_an_edited_sum_or_a_lost_line_is_found_and_mended(
    app: Flask, owner: psycopg.Connection, story: None, edit: str
) -> None:
    before = kept(owner)
    owner.execute(edit)

    assert differences() != []

    rebuilding.rebuild()
    assert kept(owner) == before
    assert differences() == []


SILENT = [
    *(f"UPDATE feed SET {edit} WHERE seq = 2"
      for edit in ("record_no = 99", "seq = 7", "event_type = 'retired'", "registry = 'GS'",
                   "vintage = 1999", "day = '2020-01-01'", "month = '2020-01-01'",
                   "at = '2020-01-01'", "party_no = NULL", "party_no = party_no + 1")),
    *(f"UPDATE holdings SET {edit} WHERE vintage = 2018"
      for edit in ("project_no = 99", "project_key = 'x'", "registry = 'X'", "vintage = 2019",
                   "changed_at = '2020-01-01'")),
    *(f"UPDATE event_sums SET {edit} WHERE event_type = 'sold'"
      for edit in ("event_type = 'x'", "registry = 'x'", "month = '2020-01-01'", "events = 9",
                   "units = 9")),
    *(f"UPDATE projects SET {column} = 9 WHERE registry = 'VCS'"
      for column in ("records", "issued", "available", "sold", "retired", "cancelled")),
    "UPDATE projects SET folded = 'x' WHERE registry = 'VCS'",
    *(f"UPDATE parties SET {edit} WHERE name = 'Bold'"
      for edit in ("events = 9", "retired = 9", "folded = 'x'")),
    "DELETE FROM event_sums",
    "DELETE FROM projects WHERE registry = 'VCS'",
    "DELETE FROM parties",
    "INSERT INTO pending_sums (registry, vintage, status, project_no, records, issued, available,"
    " sold, retired, cancelled, units) VALUES ('VCS', 2018, 'active', 1, 1, 1, 1, 0, 0, 0, 0)",
]  # fmt: skip


@pytest.mark.parametrize("edit", SILENT)
def test_whatever_else_was_edited_is_made_anew(
    app: Flask, owner: psycopg.Connection, story: None, edit: str
) -> None:
    before = kept(owner)
    assert owner.execute(edit).rowcount > 0

    rebuilding.rebuild()

    assert kept(owner) == before
    assert owner.execute("SELECT count(*) FROM pending_sums").fetchone() == (0,)


@pytest.mark.parametrize(
    "edit",
    [
        "UPDATE projects SET name = 'Other' WHERE registry = 'VCS'",
        "UPDATE projects SET registry = 'Other' WHERE registry = 'VCS'",
        "UPDATE parties SET name = 'Other' WHERE name = 'Bold'",
    ],
)
def test_a_name_that_was_edited_is_added_again_and_the_other_one_stands_for_nothing(
    app: Flask, owner: psycopg.Connection, story: None, edit: str
) -> None:
    owner.execute(edit)

    rebuilding.rebuild()

    named = "SELECT name, events FROM parties ORDER BY 1"
    assert differences() == []
    if "parties" in edit:
        assert owner.execute(named).fetchall() == [("Acme Ltd", 1), ("Bold", 1), ("Other", 0)]
    assert [one.record.id for one in searching.find_records(Search(q="gujarat vcs")).items] == (
        [GUJARAT_ID]
    )
    assert len(searching.find_records(Search(q="bold")).items) == 1
    assert searching.find_records(Search(q="other")).items == []


def test_a_holdings_row_that_was_deleted_is_found_again_by_everything(
    app: Flask, owner: psycopg.Connection, story: None
) -> None:
    owner.execute("DELETE FROM holdings WHERE record_id = %s", (GUJARAT_ID,))
    assert differences() != []

    rebuilding.rebuild()

    assert differences() == []
    for search in (
        Search(q="gujarat vcs"),
        Search(registry="VCS"),
        Search(q="acme"),
        Search(event="sold"),
    ):
        assert [one.record.id for one in searching.find_records(search).items] == [GUJARAT_ID]
