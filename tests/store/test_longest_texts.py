"""Texts of the greatest length, in the widest characters, pass the application and every index."""

from itertools import pairwise

import psycopg
import pytest
from flask import Flask

from tests.factories import DESK, new_record
from webapp.actions import creating, looking, rebuilding, searching, sessions, staff, taking, tokens
from webapp.actions.outcome import Once
from webapp.domain.actors import Actor
from webapp.domain.commands import BlockOfUnits, Cancel, Retire, Return, Sell
from webapp.domain.refusals import BlockTaken
from webapp.domain.searching import Search

# Four bytes each; four whose small letter has four; one that casefold makes three of (six bytes);
# one that has no small letter; an accent that stays by itself, since nothing composes with it.
WIDE = ["🌳", "\U00010400", "\u0390", "ﷺ", "x\u0361"]


def filled(character: str, length: int, last: str = "") -> str:
    text = (character * length)[: length - len(last)] + last
    assert len(text) == length
    return text


@pytest.mark.parametrize("character", WIDE)
def test_a_record_of_the_longest_texts_is_kept_as_it_was_given(app: Flask, character: str) -> None:
    command = new_record(
        project_name=filled(character, 300),
        registry=filled(character, 300),
        serial_number=filled(character, 300),
        project_id=filled(character, 100),
    )
    record = creating.create(command, DESK).story.record
    assert record == looking.record(command.id).record
    assert (record.project_name, record.registry) == (command.project_name, command.registry)
    assert (record.serial_number, record.project_id) == (command.serial_number, command.project_id)


@pytest.mark.parametrize("character", WIDE)
def test_longest_serials_that_differ_in_their_last_character_are_two_series(
    app: Flask, character: str
) -> None:
    for last in "12":
        serial = filled(character, 300, last)
        creating.create(new_record(registry=filled(character, 300), serial_number=serial), DESK)
    assert len(searching.find_records(Search(limit=10)).items) == 2


@pytest.mark.parametrize("length", range(140, 160))
def test_series_around_the_length_that_an_index_holds_are_told_apart(
    app: Flask, length: int
) -> None:
    def record(last: str, vintage: int) -> None:
        serial = filled("🌳", length, last)
        creating.create(new_record(serial_number=serial, vintage=vintage), DESK)

    record("A", 2018)
    record("B", 2018)
    with pytest.raises(BlockTaken):
        record("a", 2019)  # the same serial number in small letters


def test_the_longest_serial_number_of_a_registry_has_an_index_entry(app: Flask) -> None:
    def command(first: int, project: str) -> None:
        head = f"GS1-1-KE-GS{project}-16-2025-30256-{first}-{first + 9}"
        creating.create(
            new_record(registry="GS", vintage=2025, quantity=10, serial_number=head), DESK
        )

    project = "7" * 262
    command(1, project)
    command(11, project)
    with pytest.raises(BlockTaken):
        command(20, project)


@pytest.mark.parametrize("character", WIDE)
def test_events_of_the_longest_texts_are_kept_as_they_were_given(
    app: Flask, character: str
) -> None:
    line, note = filled(character, 300), filled(character, 4000)
    actor = Actor("token:9223372036854775807", line, "operator")
    record_id = creating.create(new_record(), actor).story.record.id
    taking.sell(record_id, Sell(buyer=line, quantity=10, note=note), actor)
    taking.return_sold(record_id, Return(sale=2, reason=line, quantity=5, note=note), actor)
    taking.cancel(record_id, Cancel(reason=line, beneficiary=line, quantity=5, note=note), actor)
    taking.retire(record_id, Retire(beneficiary=line, reason=line, note=note, quantity=5), actor)

    _, sold, returned, cancelled, retired = looking.record(record_id).events
    assert [event.note for event in (sold, returned, cancelled, retired)] == [note] * 4
    assert [event.party for event in (sold, returned, cancelled, retired)] == [
        *(line, None, line, line)
    ]
    assert [event.reason for event in (returned, cancelled, retired)] == [line] * 3
    assert {event.actor for event in (sold, returned, cancelled, retired)} == {line}


def test_an_event_of_500_blocks_of_the_largest_numbers_is_kept(app: Flask) -> None:
    largest = 2**53 - 1
    serial = f"GS1-1-KE-GS1-16-2025-1-{largest - 999}-{largest}"
    command = new_record(registry="GS", vintage=2025, quantity=1000, serial_number=serial)
    record_id = creating.create(command, DESK).story.record.id
    blocks = [BlockOfUnits(first=n, last=n) for n in range(largest - 999, largest + 1, 2)]

    taking.retire(record_id, Retire(blocks=blocks), DESK)

    units = looking.record(record_id).events[-1].units
    assert (len(units), units.quantity) == (500, 500)
    assert all(one.last + 2 == following.first for one, following in pairwise(units))
    assert list(rebuilding.check()) == []


def test_a_quantity_of_the_largest_number_is_kept(app: Flask) -> None:
    record_id = creating.create(new_record(quantity=2**53 - 1), DESK).story.record.id
    taking.retire(record_id, Retire(), DESK)
    assert looking.record(record_id).holdings.retired == 2**53 - 1


def test_accounts_and_tokens_of_the_longest_names_work(app: Flask) -> None:
    name, email = "🌳" * 300, "ß" * 288 + "@example.org"
    staff.add(email, name, "operator", "a password of some length")
    secret = sessions.sign_in(email, "a password of some length")
    signed_in = sessions.who(secret)
    assert signed_in is not None
    assert signed_in.actor.name == name
    holder = tokens.who(tokens.add(name, "operator"))
    assert holder is not None
    assert holder.name == name


def test_the_longest_idempotency_key_has_an_index_entry(
    app: Flask, owner: psycopg.Connection
) -> None:
    # None of it repeats, so that the index cannot make it small.
    key = "".join(chr(33 + (n * n * 7 + n // 3) % 94) for n in range(255))
    once = Once(key, "POST", "/api/v1/records/" + "a" * 64 + "/retire")
    creating.create(new_record(), DESK, once)
    assert creating.create(new_record(), DESK, once).repeated
    assert owner.execute("SELECT count(*) FROM idempotency_keys").fetchone() == (1,)
