"""One command, two doors: whatever is wrong, JSON and form refuse alike, in the same words.

Every case goes through both, first through JSON, and both must name the same fields with the same
sentences and add nothing. Good cases go through both as previews of the same: both take them.
"""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import psycopg
import pytest

from tests.doors import DAYS, GOOD, LARGEST, LINES, NUMBERS, TAKING, Doors, block_of, body_of
from tests.factories import GUJARAT
from tests.web.people import record, sell
from webapp.app import create_app
from webapp.config import Settings
from webapp.store import database


@pytest.fixture
def open_doors(settings: Settings, owner: psycopg.Connection) -> Iterator[Callable[[], Doors]]:
    """Opens a registry with a record of 110 units, 60 of which are sold in event 2."""
    app = create_app(settings)
    sell(app, record(app), "Acme Ltd", 60)
    yield lambda: Doors(app, owner)
    database.close(app)


@pytest.fixture
def doors(open_doors: Callable[[], Doors]) -> Doors:
    return open_doors()


@pytest.mark.parametrize("action", GOOD)
def test_the_commands_that_the_bad_cases_vary_are_taken_by_both(doors: Doors, action: str) -> None:
    again = {"project_name": "Another", "serial_number": "VCS-10"} if action == "create" else {}

    assert doors.json(action, GOOD[action]).taken
    assert doors.form(action, GOOD[action] | again).taken


@pytest.mark.parametrize(("action", "field"), NUMBERS)
def test_a_number_that_is_none_is_refused_alike(doors: Doors, action: str, field: str) -> None:
    for text in (
        "many",
        "1.5",
        "1,5",
        "1e3",
        "1_000",
        "+5",
        "-1x",
        "0x10",
        "５",
        "٥",
        "5 5",
        "²",
    ):
        verdict = doors.both_refuse(action, **{field: text})

        assert verdict.said == {(field, "It must be a whole number in plain digits.")}


@pytest.mark.parametrize(("action", "field"), NUMBERS)
def test_a_number_out_of_its_limits_is_refused_alike(doors: Doors, action: str, field: str) -> None:
    numbers = [0, 10**30, 2**53, 2**63, 2**64, 10**19, 10**4000]
    numbers += [1899, 2101] if field == "vintage" else []
    for number in numbers:
        verdict = doors.both_refuse(action, **{field: number})

        ((named, _),) = verdict.said
        assert named == field


@pytest.mark.parametrize(("action", "field"), NUMBERS)
def test_a_negative_number_is_refused_alike(doors: Doors, action: str, field: str) -> None:
    for number in (-1, -(10**30)):
        doors.both_refuse(action, **{field: number})


@pytest.mark.parametrize(("action", "field"), LINES)
def test_a_line_that_cannot_be_kept_is_refused_alike(doors: Doors, action: str, field: str) -> None:
    limit = 100 if field == "project_id" else 300
    for text in (
        "a\x00b",
        "a\x07b",
        "a\x1bb",
        "a\x7fb",
        "a\u0085b\u0086",
        "a\u202eb",
        "a\u2067b",
        "a\u200fb",
        "x" * (limit + 1),
        "🌳" * (limit + 1),
        "é" * (limit + 1),
    ):
        verdict = doors.both_refuse(action, **{field: text})

        ((named, sentence),) = verdict.said
        assert named == field
        assert sentence.endswith(".")


@pytest.mark.parametrize("action", TAKING)
def test_a_note_that_cannot_be_kept_is_refused_alike(doors: Doors, action: str) -> None:
    for text in ("a\x00b", "a\x07\nb", "a\u202eb", "x" * 4001, "🌳" * 4001):
        ((named, _),) = doors.both_refuse(action, note=text).said
        assert named == "note"


def test_a_note_as_long_as_is_allowed_is_taken_by_both_however_lines_end(doors: Doors) -> None:
    # A browser sends each line feed as two characters; that must not make the note too long.
    note = "line\n" * 799 + "lines"

    assert doors.json("retire", GOOD["retire"] | {"note": note}).taken
    assert doors.form("retire", GOOD["retire"] | {"note": note.replace("\n", "\r\n")}).taken
    notes = doors.owner.execute("SELECT note FROM events WHERE note IS NOT NULL").fetchall()
    assert notes == [(note,), (note,)]


REQUIRED = [
    *(("create", name) for name in GUJARAT),
    ("sell", "buyer"),
    ("return", "reason"),
    ("return", "sale"),
    ("cancel", "reason"),
]


@pytest.mark.parametrize(("action", "field"), REQUIRED)
def test_a_field_left_out_of_json_is_as_one_left_empty_in_the_form(
    doors: Doors, action: str, field: str
) -> None:
    before = doors.ledger()
    body = {name: value for name, value in GOOD[action].items() if name != field}

    by_json = doors.json(action, body)

    assert by_json.said == {(field, "It is missing; fill it in.")}
    for blank in ("", "   ", "\u00a0\u2003"):
        assert doors.form(action, body | {field: blank}) == by_json
    assert doors.ledger() == before


@pytest.mark.parametrize(("action", "field"), [one for one in LINES if one in REQUIRED])
def test_a_text_of_invisible_characters_is_blank_at_both(
    doors: Doors, action: str, field: str
) -> None:
    verdict = doors.both_refuse(action, **{field: "\u200b\ufeff"})

    assert verdict.said == {(field, "It is blank; fill it in.")}


@pytest.mark.parametrize(("action", "field"), DAYS)
def test_a_wrong_day_is_refused_alike(doors: Doors, action: str, field: str) -> None:
    for text in ("2026-02-30", "2026-13-01", "0000-01-01", "03.05.2026", "2026-5-3", "20260503",
                 "today", "2026-05-03T00:00:00", "2026-W01-1", "２０２６-05-03"):  # fmt: skip
        ((named, _),) = doors.both_refuse(action, **{field: text}).said
        assert named == field


@pytest.mark.parametrize(("action", "field"), DAYS)
def test_a_day_in_the_future_is_refused_alike(doors: Doors, action: str, field: str) -> None:
    in_two_days = (datetime.now(UTC) + timedelta(days=2)).date().isoformat()
    for day in (in_two_days, "9999-12-31"):
        ((named, sentence),) = doors.both_refuse(action, **{field: day}).said

        assert named == field
        assert "lies in the future; today is" in sentence


@pytest.mark.parametrize("action", TAKING)
def test_blocks_that_are_none_are_refused_alike(doors: Doors, action: str) -> None:
    for blocks in (
        [block_of(70, 61)],
        [block_of(61, 70), block_of(65, 75)],
        [block_of(61, 70), block_of(61, 70)],
        [block_of(61, 2**53)],
        [block_of(2**63, 2**63)],
        [block_of(2**64, 2**64 + 1)],
        [block_of(10**30, 10**30)],
        [block_of(number, number) for number in range(1, 1003, 2)],
    ):
        verdict = doors.both_refuse(action, blocks=blocks)

        assert {name for name, _ in verdict.said} == {"blocks"}


@pytest.mark.parametrize("action", TAKING)
def test_units_outside_the_record_are_refused_alike(doors: Doors, action: str) -> None:
    for blocks in (
        [block_of(0, 0)],
        [block_of(111, 111)],
        [block_of(1, 10**15)],
        [block_of(0, LARGEST)],
    ):
        verdict = doors.both_refuse(action, blocks=blocks)

        ((named, sentence),) = verdict.said
        assert named == "blocks"
        assert "not in this record" in sentence


@pytest.mark.parametrize("text", ["", " ", "\u00a0"])
def test_no_blocks_and_no_quantity_are_refused_by_the_form_as_no_choice(
    doors: Doors, text: str
) -> None:
    before = doors.ledger()

    verdict = doors.form("retire", {"blocks": text})

    assert verdict.said == {("quantity", "Choose how many units, or exactly which.")}
    assert doors.ledger() == before


@pytest.mark.parametrize("action", TAKING)
def test_blocks_that_nobody_could_read_are_refused_at_the_form(doors: Doors, action: str) -> None:
    before = doors.ledger()
    for text in ("a", "1-", "-1", "1--5", "1-2-3", "1.5", ",", "1,,2", "1 to 5", "１-５", "1-5,"):
        verdict = doors.form(action, body_of(action, {"blocks": text}))

        assert {name for name, _ in verdict.said} == {"blocks"}, text
    assert doors.ledger() == before


@pytest.mark.parametrize("action", TAKING)
def test_a_quantity_and_blocks_together_are_refused_alike(doors: Doors, action: str) -> None:
    verdict = doors.both_refuse(action, quantity=5, blocks=[block_of(61, 65)])

    assert verdict.said == {("quantity", "Give a quantity or blocks, not both.")}


def test_more_than_there_is_is_refused_alike(doors: Doors) -> None:
    for action, quantity in (("sell", 51), ("retire", 51), ("cancel", 51), ("return", 61)):
        for asked in (quantity, LARGEST):
            ((named, _),) = doors.both_refuse(action, quantity=asked).said
            assert named == "quantity"


def test_selling_or_cancelling_what_was_sold_is_refused_alike(doors: Doors) -> None:
    for action in ("sell", "cancel"):
        verdict = doors.both_refuse(action, blocks=[block_of(60, 61)])

        ((named, sentence),) = verdict.said
        assert named == "blocks"
        assert "Unit 60 is sold to Acme Ltd (event 2)." in sentence


def test_returning_what_was_not_sold_is_refused_alike(doors: Doors) -> None:
    ((named, _),) = doors.both_refuse("return", blocks=[block_of(61, 61)]).said
    assert named == "blocks"


@pytest.mark.parametrize("action", ["return", "retire"])
def test_an_event_that_is_no_sale_is_refused_alike(doors: Doors, action: str) -> None:
    for sale in (1, 3, 9, LARGEST):
        ((named, _),) = doors.both_refuse(action, sale=sale).said
        assert named == "sale"


def test_what_was_retired_is_taken_by_nobody_again(doors: Doors) -> None:
    assert doors.json("retire", {"blocks": [block_of(1, 5), block_of(61, 65)]}).taken

    for action in TAKING:
        for block in (block_of(1, 1), block_of(65, 65)):
            verdict = doors.both_refuse(action, blocks=[block])

            assert "retired" in next(sentence for _, sentence in verdict.said) or (
                action == "return"
            )


def test_of_a_record_that_is_all_retired_nothing_is_taken(doors: Doors) -> None:
    assert doors.json("retire", {}).taken

    for action in TAKING:
        verdict = doors.both_refuse(action)

        ((_, sentence),) = verdict.said
        assert "already retired" in sentence or "Nothing is left of the sale" in sentence


def test_a_record_that_is_here_with_another_quantity_is_refused_alike(doors: Doors) -> None:
    verdict = doors.both_refuse("create", **GUJARAT | {"quantity": 111})

    assert verdict.said == {("quantity", "The record has 110 here.")}


def test_a_record_that_is_here_with_another_project_id_or_day_is_refused_alike(
    doors: Doors,
) -> None:
    for field, value in (("project_id", "1340"), ("issued_on", "2019-05-03")):
        verdict = doors.both_refuse("create", **GUJARAT | {field: value})

        assert verdict.said == {(field, "The record has nothing here.")}


def test_units_of_another_record_are_refused_alike(doors: Doors) -> None:
    verdict = doors.both_refuse("create", **GUJARAT | {"project_name": "Another"})

    ((named, sentence),) = verdict.said
    assert named == "serial_number"
    assert 'already recorded in "Waste-to-Energy Gujarat"' in sentence


def test_a_serial_number_that_contradicts_the_fields_is_refused_alike(doors: Doors) -> None:
    serial = "GS1-1-KE-GS11603-16-2025-30256-1-110"
    good = {"registry": "GS", "vintage": 2025, "serial_number": serial}
    for field, value in (
        ("registry", "VCS"),
        ("vintage", 2024),
        ("quantity", 109),
        ("project_id", "GS1"),
    ):
        ((named, _),) = doors.both_refuse("create", **good | {field: value}).said
        assert named == field
    for wrong in ("GS1-1-KE", "null", "N/A", serial.replace("1-110", "110-1")):
        ((named, _),) = doors.both_refuse("create", **good | {"serial_number": wrong}).said
        assert named == "serial_number"


def test_several_mistakes_are_all_named_by_both(doors: Doors) -> None:
    verdict = doors.both_refuse(
        "create", vintage=1899, quantity=0, project_name="\u200b", issued_on="2026-02-30"
    )

    assert {name for name, _ in verdict.said} == {
        *("vintage", "quantity", "project_name", "issued_on"),
    }


GOOD_TEXTS = [
    "🌳",
    "x" * 300,
    "  Åland   Öl\u00a0& Söhne ",
    "ملح",
    "日本",
    "<b>'\"&amp;",
    "0",
    "false",
]


def test_a_good_text_is_taken_by_both_and_kept_the_same(doors: Doors) -> None:
    for text in GOOD_TEXTS:
        body = {"quantity": 1, "buyer": text}
        assert doors.json("sell", body).taken, text
        assert doors.form("sell", body).taken, text

        rows = doors.owner.execute("SELECT party FROM events ORDER BY seq DESC LIMIT 2").fetchall()
        assert rows[0] == rows[1], text


def test_a_record_of_good_texts_has_the_same_id_by_either_door(doors: Doors) -> None:
    for number, text in enumerate(GOOD_TEXTS):
        body = GUJARAT | {"project_name": text, "serial_number": f"S{number}"}
        assert doors.json("create", body).taken, text
        before = doors.ledger()

        assert doors.form("create", body).taken, text
        assert doors.ledger()[:4] == before[:4], text


def test_the_limits_themselves_are_taken_by_both(doors: Doors) -> None:
    for number, limits in enumerate(
        ({"vintage": 1900}, {"vintage": 2100}, {"quantity": 1}, {"quantity": LARGEST},
         {"project_id": "x" * 100}, {"issued_on": datetime.now(UTC).date().isoformat()})
    ):  # fmt: skip
        for door, name in ((doors.json, "json"), (doors.form, "form")):
            body = GOOD["create"] | {"serial_number": f"{name}-{number}"} | limits
            assert door("create", body).taken, (name, limits)
