"""Migration 0004 on a registry that had records before it."""

import flask_migrate
import psycopg
from flask import Flask

from tests.factories import DESK, new_record
from tests.registry import commands, fill
from tests.store.kept import differences, fold, kept
from tests.store.ledger_rows import LEDGER, A, Row
from webapp.actions import creating, looking, rebuilding, searching, taking
from webapp.config import Settings
from webapp.domain.commands import Retire
from webapp.domain.searching import EventSearch, Search
from webapp.store import database, provisioning


def test_the_migration_makes_of_old_records_what_the_application_would_have_written(
    app: Flask, settings: Settings, owner: psycopg.Connection
) -> None:
    ids = fill(commands(3, 20), seed=3)
    fold()
    before = kept(owner)
    before["unit_sums"] = [row for row in before["unit_sums"] if row[3]]
    database.close(app)

    flask_migrate.downgrade(revision="0003")
    provisioning.migrate(app, settings)

    assert kept(owner) == before
    assert differences() == []
    assert [one.record.id for one in searching.find_records(Search(limit=20)).items] == ids[::-1]
    newest = creating.create(new_record(project_name="After it"), DESK).story.record.id
    assert searching.find_records(Search(limit=1)).items[0].record.id == newest
    taking.retire(newest, Retire(quantity=1), DESK)
    assert differences() == []


def test_the_migration_takes_a_ledger_that_was_written_past_the_application(
    app: Flask, settings: Settings, owner: psycopg.Connection
) -> None:
    database.close(app)
    flask_migrate.downgrade(revision="0003")
    for row in LEDGER:
        row.insert(owner)
    plain = {"quantity": 100, "sold": 6, "retired": 10, "cancelled": 10, "status": "active"}
    Row("holdings", {"record_id": A, "available": 74, "last_seq": 5, **plain}).insert(owner)

    provisioning.migrate(app, settings)

    # B has no holdings: rebuilding makes them, as it did before.
    assert rebuilding.rebuild() == (2, 1)
    assert differences() == []
    assert searching.find_records(Search()).count == 2
    assert [one.record.id for one in searching.find_records(Search(q="acme")).items] == [A]
    assert len(searching.find_events(EventSearch()).items) == len(looking.record(A).events) + 7
