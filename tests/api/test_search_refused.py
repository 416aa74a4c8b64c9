"""What is no question, and cursors that are none: 400 with a sentence that names the parameter."""

from typing import Any

import pytest

from tests.api.client import Client
from tests.conftest import Filled
from webapp.app import create_app
from webapp.store import database

BAD = [
    ("/records?colour=red", "colour", "There is no parameter colour here; there are limit, cursor, q"),
    ("/records?Q=x", "Q", "There is no parameter Q"),
    ("/events?q=x", "q", "There is no parameter q here; there are limit, cursor, type, party"),
    ("/records?q=a&q=b", "q", "q is given twice."),
    ("/events?type=sold&type=sold", "type", "type is given twice."),
    ("/records?sort=price", "sort", "sort must be one of 'created', 'vintage'"),
    ("/records?sort=no%3B--", "sort", "sort must be one of"),
    ("/records?order=up", "order", "order must be one of 'asc' or 'desc'."),
    ("/records?status=gone", "status", "status must be one of 'active', 'sold'"),
    ("/records?event=stolen", "event", "event must be one of 'created', 'sold'"),
    ("/events?type=Retired", "type", "type must be one of"),
    ("/records?vintage=20x0", "vintage", "vintage must be a year from 1900 to 2100."),
    ("/records?vintage=1899", "vintage", "vintage must be a year from 1900 to 2100."),
    ("/records?vintage_to=2101", "vintage_to", "vintage_to must be a year from 1900 to 2100."),
    ("/records?vintage_from=", "vintage_from", "vintage_from must be a year"),
    ("/records?event_from=2026-02-30", "event_from", "There is no such day in the calendar."),
    ("/records?event_to=3.5.2026", "event_to", "event_to must be a day, written like 2026-05-03."),
    ("/events?date_from=yesterday", "date_from", "date_from must be a day, written like"),
    ("/events?date_to=0000-01-01", "date_to", "There is no such day in the calendar."),
    ("/records?vintage_from=2021&vintage_to=2020", "vintage_from", "is after vintage_to; swap"),
    ("/records?event_from=2024-02-01&event_to=2024-01-31", "event_from", "is after event_to"),
    ("/events?date_from=2024-02-01&date_to=2024-01-31", "date_from", "is after date_to"),
    ("/records?q=" + "x" * 10_000, "q", "q has 10000 characters; 300 are searched for at most."),
    ("/records?registry=" + "x" * 301, "registry", "registry has 301 characters"),
    ("/events?party=" + "x" * 301, "party", "party has 301 characters"),
    ("/records?q=a%00b", "q", "The control character U+0000 stands in it"),
    ("/records?registry=%00", "registry", "The control character U+0000"),
    ("/events?party=%1b", "party", "The control character U+001B"),
    ("/records?q=%E2%80%AEdniw", "q", "U+202E stands in it, which turns the direction of writing"),
    ("/records?q=x&serial=y", "serial", "q and serial cannot be combined"),
    ("/records?serial=GS1-1-KE", "serial", "One looks like GS1-1-KE-GS11603"),
    ("/records?q=GS1-1-KE", "q", "One looks like GS1-1-KE-GS11603"),
    ("/serials/GS1-1-KE", "serial", "One looks like GS1-1-KE-GS11603"),
    ("/serials/" + "x" * 301, "serial", "A serial number has 1 to 300 characters."),
    ("/serials/a%00b", "serial", "The control character U+0000"),
    ("/serials/x?limit=5", "limit", "There is no parameter limit here; this call has none."),
]  # fmt: skip


@pytest.mark.parametrize(("path", "field", "sentence"), BAD, ids=[one[0][:60] for one in BAD])
def test_a_question_that_is_none_is_400_that_names_the_parameter(
    stocked: Client, path: str, field: str, sentence: str
) -> None:
    problem = stocked.get(path).refused(400, "invalid_query")

    (error,) = problem["errors"]
    assert error["field"] == field
    assert sentence in error["message"]
    assert error["message"] in problem["detail"]


def test_several_mistakes_are_named_at_once(stocked: Client) -> None:
    problem = stocked.get("/records?status=gone&vintage=x&sort=price").refused(400)

    assert {error["field"] for error in problem["errors"]} == {"status", "vintage", "sort"}


@pytest.mark.parametrize(
    "q",
    ["%%%", "___", "\\", "'; DROP TABLE records; --", '"', "<script>alert(1)</script>", "{0}", "%s",
     "%(limit)s", "\u200b", "\ufeff", "مزرعة", "ﷺ" * 300, "e\u0301" * 300, "\u0301", "👩‍👩‍👧‍👦", "x" * 300,
     "a " * 150, "ß" * 300, "\U0010ffff", "0" * 64, "f" * 65, "-" * 300, " - 1", "\t\n "],
    ids=ascii,
)  # fmt: skip
def test_odd_texts_are_searched_for_like_any_other(stocked: Client, q: str) -> None:
    for name in ("q", "registry", "serial"):
        assert stocked.ask("/records", **{name: q}).status == 200
    assert stocked.ask("/events", party=q).status == 200


def cursor(client: Client, path: str, **asked: Any) -> str:
    """The cursor of the second page of one item each."""
    found: str = client.ask(path, limit=1, **asked).json["next"]
    return found


BROKEN = [
    "",
    "x",
    "....",
    "%00",
    "%F0%9F%8C%B3",
    "A" * 5000,
    "WyJhIl0.c2ln",
    "null",
    "%ED%A0%80",
    "a.b",
]


@pytest.mark.parametrize("path", ["/records", "/events"])
@pytest.mark.parametrize("text", BROKEN, ids=lambda text: text[:9])
def test_a_cursor_that_was_never_given_is_refused(stocked: Client, path: str, text: str) -> None:
    problem = stocked.get(f"{path}?cursor={text}").refused(400, "invalid_query")

    assert problem["detail"] == "cursor is not one that this registry gave; begin without it."


@pytest.mark.parametrize("path", ["/records", "/events"])
def test_a_cursor_with_one_character_changed_is_refused(stocked: Client, path: str) -> None:
    given = cursor(stocked, path)

    for place in range(0, len(given), 5):
        other = "A" if given[place] != "A" else "B"
        forged = given[:place] + other + given[place + 1 :]
        stocked.ask(path, cursor=forged).refused(400, "invalid_query")


@pytest.mark.parametrize("path", ["/records", "/events"])
def test_a_cursor_signed_with_another_secret_is_refused(
    filled: Filled, stocked: Client, path: str
) -> None:
    elsewhere = create_app(filled.settings["half"])
    elsewhere.secret_key = "another secret"
    given = cursor(Client(elsewhere), path)
    with elsewhere.app_context():
        database.close(elsewhere)

    problem = stocked.ask(path, cursor=given).refused(400, "invalid_query")

    assert problem["detail"] == "cursor is not one that this registry gave; begin without it."


@pytest.mark.parametrize(
    ("path", "asked", "other_path", "other"),
    [
        ("/records", {}, "/records", {"q": "wind"}),
        ("/records", {"q": "wind"}, "/records", {}),
        ("/records", {"q": "wind"}, "/records", {"q": "farm"}),
        ("/records", {"registry": "VCS"}, "/records", {"registry": "GS"}),
        ("/records", {"sort": "quantity"}, "/records", {"sort": "vintage"}),
        ("/records", {"sort": "quantity"}, "/records", {}),
        ("/records", {"sort": "quantity"}, "/records", {"sort": "quantity", "order": "asc"}),
        ("/events", {}, "/events", {"type": "sold"}),
        ("/events", {}, "/records", {}),
        ("/records", {}, "/events", {}),
        ("/events", {"registry": "VCS"}, "/records", {"registry": "VCS"}),
        ("/records", {"registry": "VCS"}, "/events", {"registry": "VCS"}),
    ],
    ids=str,
)
def test_a_cursor_of_another_search_is_refused(
    stocked: Client, path: str, asked: dict[str, Any], other_path: str, other: dict[str, Any]
) -> None:
    given = cursor(stocked, path, **asked)

    problem = stocked.ask(other_path, cursor=given, **other).refused(400, "invalid_query")

    assert problem["detail"] == "cursor belongs to another search; begin this one without it."


def test_a_default_that_is_written_out_is_the_same_search(stocked: Client) -> None:
    given = cursor(stocked, "/records", sort="created")

    assert stocked.ask("/records", cursor=given, q="").status == 200
