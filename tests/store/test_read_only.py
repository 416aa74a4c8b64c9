"""A server that takes no writes any more, as one that lost its place as the primary: it is away."""

from collections.abc import Iterator

import psycopg
import pytest
from flask import Flask
from psycopg import sql

from tests.factories import DESK, GUJARAT_ID, new_record
from tests.store.waiting import fill_pool
from webapp.actions import creating, looking, sessions, staff, taking, tokens
from webapp.config import Settings
from webapp.domain.commands import Retire
from webapp.domain.refusals import DatabaseAway

EMAIL, PASSWORD = "desk@registry.example", "correct horse battery"


class Switch:
    """Makes the database read-only and back, as a failover does to the connections that there are."""

    def __init__(self, admin: psycopg.Connection, name: str) -> None:
        self.admin, self.name = admin, name

    def _alter(self, how: str) -> None:
        alter = sql.SQL("ALTER DATABASE {} {}").format(sql.Identifier(self.name), sql.SQL(how))
        self.admin.execute(alter)
        self.admin.execute(
            "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE datname = %s",
            (self.name,),
        )

    def off(self) -> None:
        self._alter("SET default_transaction_read_only = on")

    def on(self) -> None:
        self._alter("RESET default_transaction_read_only")

    def on_for_new_connections_only(self) -> None:
        reset = sql.SQL("ALTER DATABASE {} RESET default_transaction_read_only")
        self.admin.execute(reset.format(sql.Identifier(self.name)))


@pytest.fixture
def switch(settings: Settings) -> Iterator[Switch]:
    """The switch of the test's own database; ends up switched on."""
    head, _, tail = settings.owner_url.partition("?")
    before, _, name = head.rpartition("/")
    with psycopg.connect(f"{before}/postgres?{tail}", autocommit=True) as admin:
        one = Switch(admin, name)
        yield one
        one.on()


def test_while_it_takes_no_writes_it_is_away_and_reading_goes_on(
    app: Flask, switch: Switch
) -> None:
    creating.create(new_record(), DESK)
    fill_pool(app, 4)
    switch.off()

    for _ in range(3):
        with pytest.raises(DatabaseAway):
            taking.retire(GUJARAT_ID, Retire(quantity=5), DESK)
        with pytest.raises(DatabaseAway):
            creating.create(new_record(vintage=2019), DESK)
        assert looking.record(GUJARAT_ID).holdings.available == 110


def test_staff_and_tokens_cannot_be_changed_meanwhile_and_it_is_told_as_being_away(
    app: Flask, switch: Switch
) -> None:
    staff.add(EMAIL, "Registry desk", "operator", PASSWORD)
    secret = sessions.sign_in(EMAIL, PASSWORD)
    switch.off()

    with pytest.raises(DatabaseAway):
        sessions.sign_in(EMAIL, PASSWORD)
    with pytest.raises(DatabaseAway):
        staff.add("two@registry.example", "Second desk", "operator", PASSWORD)
    with pytest.raises(DatabaseAway):
        staff.disable(EMAIL)
    with pytest.raises(DatabaseAway):
        sessions.change_password(secret, PASSWORD, PASSWORD * 2)
    with pytest.raises(DatabaseAway):
        tokens.add("Import", "operator")
    assert sessions.who(secret) is not None


def test_when_it_takes_writes_again_all_works_again(app: Flask, switch: Switch) -> None:
    creating.create(new_record(), DESK)
    fill_pool(app, 4)
    switch.off()
    with pytest.raises(DatabaseAway):
        taking.retire(GUJARAT_ID, Retire(quantity=5), DESK)

    switch.on()

    taking.retire(GUJARAT_ID, Retire(quantity=5), DESK)
    story = looking.record(GUJARAT_ID)
    assert [event.event_type for event in story.events] == ["created", "retired"]


def test_connections_that_stay_read_only_are_given_up_for_new_ones(
    app: Flask, switch: Switch
) -> None:
    creating.create(new_record(), DESK)
    switch.off()
    assert looking.record(GUJARAT_ID).holdings.available == 110  # opens one that is read-only
    switch.on_for_new_connections_only()

    taking.retire(GUJARAT_ID, Retire(quantity=5), DESK)

    assert looking.record(GUJARAT_ID).holdings.retired == 5


def test_people_sign_in_although_a_connection_stayed_read_only(app: Flask, switch: Switch) -> None:
    staff.add(EMAIL, "Registry desk", "operator", PASSWORD)
    switch.off()
    with pytest.raises(DatabaseAway):
        sessions.sign_in(EMAIL, PASSWORD)
    switch.on_for_new_connections_only()

    assert sessions.who(sessions.sign_in(EMAIL, PASSWORD)) is not None
