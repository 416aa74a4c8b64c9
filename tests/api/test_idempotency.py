"""Idempotency-Key: a request that is sent again acts once and gets the same bytes again."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest

from tests.api.client import Answer, Client
from tests.api.conftest import Snapshot
from tests.factories import GUJARAT, GUJARAT_ID

BODIES = {
    "sell": {"buyer": "Acme Ltd", "quantity": 5},
    "return": {"sale": 2, "reason": "Error", "quantity": 5},
    "retire": {"quantity": 5},
    "cancel": {"reason": "Reversal", "quantity": 5},
}


def with_a_sale(api: Client) -> None:
    assert api.create().status == 201
    assert api.act(GUJARAT_ID, "sell", buyer="Acme Ltd", quantity=60).status == 200


def same(first: Answer, second: Answer) -> bool:
    return (
        first.status == second.status
        and first.data == second.data
        and first.headers.get("Location") == second.headers.get("Location")
        and first.headers["Content-Type"] == second.headers["Content-Type"]
    )


@pytest.mark.parametrize("action", BODIES)
def test_a_repeated_action_acts_once_and_answers_the_same_bytes(
    api: Client, ledger: Snapshot, action: str
) -> None:
    with_a_sale(api)
    first = api.act(GUJARAT_ID, action, key="k1", **BODIES[action])
    before = ledger()

    second = api.act(GUJARAT_ID, action, key="k1", **BODIES[action])

    assert first.status == 200
    assert same(first, second)
    assert ledger() == before


@pytest.mark.parametrize("action", BODIES)
def test_the_answer_is_the_same_after_the_record_has_moved_on(api: Client, action: str) -> None:
    with_a_sale(api)
    first = api.act(GUJARAT_ID, action, key="k1", **BODIES[action])
    api.act(GUJARAT_ID, "retire")

    second = api.act(GUJARAT_ID, action, key="k1", **BODIES[action])

    assert same(first, second)


def test_an_answer_with_several_events_is_the_same_again(api: Client) -> None:
    with_a_sale(api)
    first = api.act(GUJARAT_ID, "retire", key="k1")

    second = api.act(GUJARAT_ID, "retire", key="k1")

    assert len(first.json["events"]) == 2
    assert same(first, second)


def test_a_repeated_create_is_201_again_with_the_same_bytes_and_address(
    api: Client, ledger: Snapshot
) -> None:
    first = api.create(key="k1")
    api.act(GUJARAT_ID, "retire")
    before = ledger()

    second = api.create(key="k1")

    assert first.status == 201
    assert same(first, second)
    assert ledger() == before


def test_a_create_that_found_its_record_is_200_again_with_the_same_bytes(api: Client) -> None:
    with_a_sale(api)
    first = api.create(key="k1")
    api.act(GUJARAT_ID, "retire")

    second = api.create(key="k1")

    assert first.status == 200
    assert same(first, second)


@pytest.mark.parametrize("action", BODIES)
def test_the_same_key_with_another_body_is_422(api: Client, ledger: Snapshot, action: str) -> None:
    with_a_sale(api)
    api.act(GUJARAT_ID, action, key="k1", **BODIES[action])
    before = ledger()

    answer = api.act(GUJARAT_ID, action, key="k1", **BODIES[action] | {"quantity": 6})

    answer.refused(422, "idempotency_key_reused")
    assert ledger() == before


def test_the_same_key_with_another_record_to_create_is_422(api: Client, ledger: Snapshot) -> None:
    api.create(key="k1")
    before = ledger()

    api.create(key="k1", serial_number="VCS-3000").refused(422, "idempotency_key_reused")

    assert ledger() == before


def test_a_quoted_key_is_the_same_as_an_unquoted_one(api: Client) -> None:
    with_a_sale(api)

    answers = [
        api.act(GUJARAT_ID, "retire", key=key, quantity=5) for key in ("k1", '"k1"', ' "k1" ', "k1")
    ]

    assert len({answer.data for answer in answers}) == 1
    assert api.record(GUJARAT_ID)["units"]["retired"] == 5


def test_another_key_is_another_request(api: Client) -> None:
    with_a_sale(api)

    for key in ("k1", "k2", "K1", None, None):
        assert api.act(GUJARAT_ID, "retire", key=key, quantity=5).status == 200

    assert api.record(GUJARAT_ID)["units"]["retired"] == 25


def test_a_key_belongs_to_its_actor(api: Client, token_for: Callable[..., str]) -> None:
    with_a_sale(api)
    namesake = api.bearing(token_for("Registry desk"))

    first = api.act(GUJARAT_ID, "retire", key="k1", quantity=5)
    second = namesake.act(GUJARAT_ID, "retire", key="k1", quantity=6)

    assert (first.status, second.status) == (200, 200)
    assert api.record(GUJARAT_ID)["units"]["retired"] == 11


def test_a_key_belongs_to_its_path(api: Client) -> None:
    assert api.create(key="k1").status == 201
    other = api.create(serial_number="VCS-3000").json["id"]

    answers = [
        api.act(GUJARAT_ID, "sell", key="k1", **BODIES["sell"]),
        api.act(GUJARAT_ID, "retire", key="k1", **BODIES["retire"]),
        api.act(other, "retire", key="k1", **BODIES["retire"]),
    ]

    assert [answer.status for answer in answers] == [200, 200, 200]
    assert len(api.record(GUJARAT_ID)["events"]) == 3
    assert len(api.record(other)["events"]) == 2


def test_a_refusal_is_not_kept_and_the_request_may_succeed_later(api: Client) -> None:
    with_a_sale(api)
    body = {"buyer": "Harbour Foods", "quantity": 60}
    api.act(GUJARAT_ID, "sell", key="k1", **body).refused(409, "not_enough_units")
    api.act(GUJARAT_ID, "return", sale=2, reason="Payment failed")

    later = api.act(GUJARAT_ID, "sell", key="k1", **body)

    assert later.status == 200
    assert same(later, api.act(GUJARAT_ID, "sell", key="k1", **body))


def test_a_refused_body_does_not_spend_the_key(api: Client) -> None:
    api.create(key="k1", quantity="110").refused(422)

    assert api.create(key="k1").status == 201


def test_a_key_is_forgotten_after_a_day_and_not_before(
    api: Client, owner: psycopg.Connection
) -> None:
    with_a_sale(api)
    first = api.act(GUJARAT_ID, "retire", key="k1", quantity=5)
    age = "UPDATE idempotency_keys SET at = at - %s::interval"

    owner.execute(age, ("23 hours 59 minutes",))
    assert same(first, api.act(GUJARAT_ID, "retire", key="k1", quantity=5))

    owner.execute(age, ("2 minutes",))
    later = api.act(GUJARAT_ID, "retire", key="k1", quantity=6)
    assert later.status == 200
    assert api.record(GUJARAT_ID)["units"]["retired"] == 11


def test_8_duplicates_at_once_give_one_event_and_8_equal_answers(api: Client) -> None:
    with_a_sale(api)
    start = threading.Barrier(8)

    def retire() -> Answer:
        start.wait()
        return api.act(GUJARAT_ID, "retire", key="k1", quantity=5)

    with ThreadPoolExecutor(8) as pool:
        answers = [one.result() for one in [pool.submit(retire) for _ in range(8)]]

    assert {answer.status for answer in answers} == {200}
    assert len({answer.data for answer in answers}) == 1
    assert api.record(GUJARAT_ID)["units"]["retired"] == 5


def test_8_duplicates_of_a_create_at_once_give_one_record_and_8_equal_answers(api: Client) -> None:
    start = threading.Barrier(8)

    def create() -> Answer:
        start.wait()
        return api.create(key="k1")

    with ThreadPoolExecutor(8) as pool:
        answers = [one.result() for one in [pool.submit(create) for _ in range(8)]]

    assert {answer.status for answer in answers} == {201}
    assert len({answer.data for answer in answers}) == 1


def test_an_empty_overlong_or_unprintable_key_is_400(api: Client, ledger: Snapshot) -> None:
    before = ledger()
    for key in ("", " ", '""', "x" * 256, "\x7f", "a\tb"):
        problem = api.post("/records", GUJARAT, headers={"Idempotency-Key": key}).refused(400)

        assert "Idempotency-Key" in problem["detail"]
    assert ledger() == before


def test_any_printable_key_of_255_characters_is_taken(api: Client) -> None:
    for number, key in enumerate(("x" * 255, "5", '"', "a b", "k'; DROP TABLE records; --")):
        answer = api.create(key=key, serial_number=f"VCS-{number}")

        assert answer.status == 201
        assert same(answer, api.create(key=key, serial_number=f"VCS-{number}"))
