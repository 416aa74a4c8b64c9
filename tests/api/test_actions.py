"""Selling, returning, retiring and cancelling: what each answers, and what it leaves behind."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.api.client import Client
from tests.api.conftest import Snapshot
from tests.factories import GUJARAT, GUJARAT_ID


@pytest.fixture(autouse=True)
def gujarat(api: Client) -> None:
    """There is a record of 110 units."""
    assert api.create().status == 201


def units(available: int = 0, sold: int = 0, retired: int = 0, cancelled: int = 0) -> dict:
    return {"available": available, "sold": sold, "retired": retired, "cancelled": cancelled}


def block(first: int, last: int) -> dict:
    return {"first": first, "last": last}


def test_a_sale_answers_the_event_and_the_record_without_events(api: Client) -> None:
    answer = api.act(
        GUJARAT_ID,
        "sell",
        buyer="Acme Ltd",
        quantity=60,
        note="First call\nof two",
        effective_on="2025-12-31",
    )

    assert answer.status == 200
    sold = {
        "seq": 2,
        "event_type": "sold",
        "timestamp": answer.json["event"]["timestamp"],
        "quantity": 60,
        "blocks": [block(1, 60)],
        "from_seq": 1,
        "actor": "Registry desk",
        "buyer": "Acme Ltd",
        "note": "First call\nof two",
        "effective_on": "2025-12-31",
    }
    assert answer.json == {
        "message": "Record sold",
        "event": sold,
        "events": [sold],
        "record": {
            "id": GUJARAT_ID,
            **GUJARAT,
            "project_id": None,
            "issued_on": None,
            "status": "active",
            "units": units(available=50, sold=60),
            "created_at": api.record(GUJARAT_ID)["created_at"],
        },
    }


def test_a_return_answers_the_units_that_are_available_again(api: Client) -> None:
    api.act(GUJARAT_ID, "sell", buyer="Acme Ltd", quantity=60)

    answer = api.act(GUJARAT_ID, "return", sale=2, quantity=10, reason="Ordered too many")

    assert answer.status == 200
    returned = {
        "seq": 3,
        "event_type": "returned",
        "timestamp": answer.json["event"]["timestamp"],
        "quantity": 10,
        "blocks": [block(1, 10)],
        "from_seq": 2,
        "actor": "Registry desk",
        "reason": "Ordered too many",
        "note": None,
        "effective_on": None,
    }
    assert answer.json["message"] == "Units returned"
    assert answer.json["event"] == returned
    assert answer.json["events"] == [returned]
    assert answer.json["record"]["units"] == units(available=60, sold=50)


def test_a_retirement_answers_its_beneficiary_and_reason(api: Client) -> None:
    answer = api.act(
        GUJARAT_ID, "retire", quantity=5, beneficiary="City of Example", reason="Fleet in 2025"
    )

    assert answer.status == 200
    assert answer.json["message"] == "Record retired"
    assert answer.json["event"] == {
        "seq": 2,
        "event_type": "retired",
        "timestamp": answer.json["event"]["timestamp"],
        "quantity": 5,
        "blocks": [block(1, 5)],
        "from_seq": 1,
        "actor": "Registry desk",
        "beneficiary": "City of Example",
        "reason": "Fleet in 2025",
        "note": None,
        "effective_on": None,
    }
    assert answer.json["record"]["status"] == "active"
    assert answer.json["record"]["units"] == units(available=105, retired=5)


def test_a_cancellation_answers_on_whose_behalf_and_why(api: Client) -> None:
    answer = api.act(
        GUJARAT_ID, "cancel", reason="The stand burnt down", beneficiary="Buffer pool", quantity=30
    )

    assert answer.status == 200
    assert answer.json["message"] == "Record cancelled"
    assert answer.json["event"] == {
        "seq": 2,
        "event_type": "cancelled",
        "timestamp": answer.json["event"]["timestamp"],
        "quantity": 30,
        "blocks": [block(1, 30)],
        "from_seq": 1,
        "actor": "Registry desk",
        "beneficiary": "Buffer pool",
        "reason": "The stand burnt down",
        "note": None,
        "effective_on": None,
    }
    assert answer.json["record"]["units"] == units(available=80, cancelled=30)


def test_the_events_that_an_action_answers_are_those_that_the_record_shows(api: Client) -> None:
    answered = [
        api.act(GUJARAT_ID, "sell", buyer="Acme Ltd", quantity=60).json["event"],
        api.act(GUJARAT_ID, "return", sale=2, quantity=10, reason="Too many").json["event"],
        api.act(GUJARAT_ID, "retire", sale=2, quantity=40).json["event"],
        api.act(GUJARAT_ID, "cancel", reason="Reversal", quantity=5).json["event"],
    ]

    assert api.record(GUJARAT_ID)["events"][1:] == answered
    assert [event["seq"] for event in answered] == [2, 3, 4, 5]


def test_the_whole_story_of_one_record(api: Client) -> None:
    sold = api.act(GUJARAT_ID, "sell", buyer="Acme Ltd", quantity=60)
    assert sold.json["record"]["units"] == units(available=50, sold=60)

    back = api.act(GUJARAT_ID, "return", sale=2, quantity=10, reason="Ten too many")
    assert back.json["record"]["units"] == units(available=60, sold=50)

    for_buyer = api.act(GUJARAT_ID, "retire", sale=2, quantity=40)
    assert for_buyer.json["event"]["beneficiary"] == "Acme Ltd"
    assert for_buyer.json["record"]["units"] == units(available=60, sold=10, retired=40)

    rest = api.post(f"/records/{GUJARAT_ID}/retire")
    assert rest.status == 200
    assert rest.json["record"]["units"] == units(retired=110)
    assert rest.json["record"]["status"] == "retired"

    problem = api.post(f"/records/{GUJARAT_ID}/retire").refused(409, "already_retired")
    assert problem["detail"].startswith(
        "This record is already retired; nothing is left to retire. "
        "Units 11-50 were retired for Acme Ltd on "
    )
    for action, body in (
        ("sell", {"buyer": "Harbour Foods"}),
        ("cancel", {"reason": "Error"}),
        ("return", {"sale": 2, "reason": "Error"}),
    ):
        assert api.act(GUJARAT_ID, action, **body).refused(409)["detail"]
    told = api.record(GUJARAT_ID)
    assert sum(event["quantity"] for event in told["events"] if event["seq"] > 3) == 110
    assert [event["seq"] for event in told["events"]] == list(range(1, len(told["events"]) + 1))


def test_units_from_several_sources_become_an_event_each_and_event_is_the_last(
    api: Client,
) -> None:
    api.act(GUJARAT_ID, "sell", buyer="Acme Ltd", quantity=60)
    api.act(GUJARAT_ID, "sell", buyer="Harbour Foods", quantity=20)

    answer = api.post(f"/records/{GUJARAT_ID}/retire", {})

    told = [
        (one["seq"], one["from_seq"], one["blocks"], one["beneficiary"])
        for one in answer.json["events"]
    ]
    assert told == [
        (4, 1, [block(81, 110)], None),
        (5, 2, [block(1, 60)], "Acme Ltd"),
        (6, 3, [block(61, 80)], "Harbour Foods"),
    ]
    assert answer.json["event"] == answer.json["events"][-1]
    assert len({one["timestamp"] for one in answer.json["events"]}) == 1


def test_a_retirement_from_a_sale_may_name_another_beneficiary_than_the_buyer(api: Client) -> None:
    api.act(GUJARAT_ID, "sell", buyer="Acme Ltd", quantity=60)

    named = api.act(GUJARAT_ID, "retire", sale=2, quantity=10, beneficiary="Acme Foundation")
    by_blocks = api.act(GUJARAT_ID, "retire", blocks=[block(30, 32)])

    assert named.json["event"]["beneficiary"] == "Acme Foundation"
    assert by_blocks.json["event"]["beneficiary"] == "Acme Ltd"
    assert by_blocks.json["event"]["from_seq"] == 2


def test_exact_blocks_are_taken_and_touching_ones_are_told_as_one(api: Client) -> None:
    answer = api.act(
        GUJARAT_ID,
        "sell",
        buyer="Acme Ltd",
        blocks=[block(60, 70), block(1, 20), block(21, 40)],
    )

    assert answer.json["event"]["blocks"] == [block(1, 40), block(60, 70)]
    assert answer.json["event"]["quantity"] == 51
    assert answer.json["record"]["units"] == units(available=59, sold=51)


def test_a_quantity_takes_the_lowest_numbers_that_are_left(api: Client) -> None:
    api.act(GUJARAT_ID, "sell", buyer="Acme Ltd", blocks=[block(3, 4)])

    answer = api.act(GUJARAT_ID, "cancel", reason="Reversal", quantity=4)

    assert answer.json["event"]["blocks"] == [block(1, 2), block(5, 6)]


def test_a_sale_without_units_named_sells_all_that_are_available(api: Client) -> None:
    api.act(GUJARAT_ID, "retire", quantity=10)

    answer = api.act(GUJARAT_ID, "sell", buyer="Acme Ltd")

    assert answer.json["event"]["quantity"] == 100
    assert answer.json["record"]["status"] == "sold"


def test_returned_units_can_be_sold_again(api: Client) -> None:
    api.act(GUJARAT_ID, "sell", buyer="Acme Ltd")
    api.act(GUJARAT_ID, "return", sale=2, reason="Payment failed")

    answer = api.act(GUJARAT_ID, "sell", buyer="Harbour Foods")

    assert answer.status == 200
    assert answer.json["event"]["from_seq"] == 3
    assert answer.json["record"]["status"] == "sold"


def test_all_units_cancelled_make_a_cancelled_record(api: Client) -> None:
    answer = api.act(GUJARAT_ID, "cancel", reason="Reversal")

    assert answer.json["record"]["status"] == "cancelled"
    api.post(f"/records/{GUJARAT_ID}/retire").refused(409, "nothing_left")


def test_a_quantity_that_only_others_units_could_meet_is_refused_and_says_who_holds_what(
    api: Client, ledger: Snapshot
) -> None:
    api.act(GUJARAT_ID, "sell", buyer="Acme Ltd", quantity=60)
    before = ledger()

    answer = api.act(GUJARAT_ID, "retire", quantity=70)

    problem = answer.refused(409, "not_enough_units")
    assert "70 units cannot be taken: 50 units are available." in problem["detail"]
    assert "Units 1-60 are sold to Acme Ltd (event 2)." in problem["detail"]
    assert [one["field"] for one in problem["errors"]] == ["quantity"]
    assert ledger() == before


def test_blocks_that_are_gone_or_sold_are_refused_and_told_one_by_one(
    api: Client, ledger: Snapshot
) -> None:
    api.act(GUJARAT_ID, "sell", buyer="Acme Ltd", quantity=60)
    api.act(GUJARAT_ID, "retire", blocks=[block(100, 110)])
    before = ledger()

    answer = api.act(GUJARAT_ID, "cancel", reason="Error", blocks=[block(50, 120)])

    problem = answer.refused(409, "units_not_available")
    assert "Units 111-120 are not in this record" in problem["detail"]
    assert "Units 50-60 are sold to Acme Ltd (event 2)." in problem["detail"]
    assert "Units 100-110 were retired" in problem["detail"]
    assert "39 units are available." in problem["detail"]
    assert [one["field"] for one in problem["errors"]] == ["blocks"]
    assert ledger() == before


@pytest.mark.parametrize(("action", "sale"), [("retire", 1), ("return", 1), ("retire", 9)])
def test_an_event_that_is_no_sale_cannot_be_taken_from_as_one(
    api: Client, ledger: Snapshot, action: str, sale: int
) -> None:
    before = ledger()

    answer = api.act(
        GUJARAT_ID, action, sale=sale, **({"reason": "Error"} if action == "return" else {})
    )

    problem = answer.refused(409, "not_a_sale")
    assert [one["field"] for one in problem["errors"]] == ["sale"]
    assert ledger() == before


def test_a_sale_of_which_nothing_is_left_says_where_it_went(api: Client) -> None:
    api.act(GUJARAT_ID, "sell", buyer="Acme Ltd", quantity=60)
    api.act(GUJARAT_ID, "retire", sale=2)

    problem = api.act(GUJARAT_ID, "return", sale=2, reason="Error").refused(409, "nothing_left")

    assert "Nothing is left of the sale in event 2." in problem["detail"]
    assert "Units 1-60 were retired for Acme Ltd" in problem["detail"]


def test_a_sale_cannot_give_more_than_is_left_of_it(api: Client, ledger: Snapshot) -> None:
    api.act(GUJARAT_ID, "sell", buyer="Acme Ltd", quantity=60)
    before = ledger()

    problem = api.act(GUJARAT_ID, "retire", sale=2, quantity=61).refused(409, "not_enough_units")

    assert "60 units are left of it" in problem["detail"]
    assert ledger() == before


@pytest.mark.parametrize(
    ("action", "body"),
    [
        ("sell", {"buyer": "Acme Ltd"}),
        ("retire", {}),
        ("cancel", {"reason": "Reversal"}),
        ("return", {"sale": 2, "reason": "Error"}),
    ],
)
def test_a_day_in_the_future_is_refused_and_a_past_one_is_kept(
    api: Client, ledger: Snapshot, action: str, body: dict
) -> None:
    if action == "return":
        api.act(GUJARAT_ID, "sell", buyer="Acme Ltd")
    before = ledger()
    in_two_days = (datetime.now(UTC) + timedelta(days=2)).date().isoformat()

    refused = api.act(GUJARAT_ID, action, **body, effective_on=in_two_days)
    assert "lies in the future" in refused.fields()["effective_on"]
    assert ledger() == before

    kept = api.act(GUJARAT_ID, action, **body, effective_on="2026-01-31")
    assert kept.json["event"]["effective_on"] == "2026-01-31"


@pytest.mark.parametrize(
    ("action", "body"),
    [
        ("retire", {}),
        ("sell", {"buyer": "Acme Ltd"}),
        ("return", {"sale": 2, "reason": "Error"}),
        ("cancel", {"reason": "Error"}),
    ],
)
def test_an_action_on_a_record_that_is_not_there_is_404(
    api: Client, action: str, body: dict
) -> None:
    for record_id in ("0" * 64, "0" * 63, "VCS-2220", GUJARAT_ID.upper()):
        answer = api.act(record_id, action, **body)

        assert answer.refused(404, "not_found")["detail"] == "Record not found"


def test_more_scattered_units_than_one_event_holds_are_refused_with_what_fits(
    api: Client, ledger: Snapshot
) -> None:
    large = api.create(serial_number="VCS-9000", quantity=2000).json["id"]
    for half in (0, 1000):
        every_second = [block(n, n) for n in range(half + 1, half + 1001, 2)]
        assert api.act(large, "sell", buyer="Acme Ltd", blocks=every_second).status == 200
    before = ledger()

    problem = api.act(large, "cancel", reason="Reversal").refused(409, "too_many_blocks")

    assert "the first 500 units fit into one event" in problem["detail"]
    assert ledger() == before
    assert api.act(large, "cancel", reason="Reversal", quantity=500).status == 200
