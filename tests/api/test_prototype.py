"""The prototype's three calls, which its callers go on making: same paths, same names in the answers."""

from tests.api.client import Client
from tests.factories import GUJARAT, GUJARAT_ID


def test_a_record_is_created_and_answers_by_the_old_names(api: Client) -> None:
    answer = api.post("/records", GUJARAT)

    assert answer.status == 201
    told = answer.json
    assert {name: told[name] for name in GUJARAT} == GUJARAT
    assert told["id"] == GUJARAT_ID


def test_a_record_is_looked_up_without_a_token_and_lists_its_events(
    api: Client, public: Client
) -> None:
    api.post("/records", GUJARAT)

    told = public.get(f"/records/{GUJARAT_ID}").json

    assert {name: told[name] for name in GUJARAT} == GUJARAT
    assert told["id"] == GUJARAT_ID
    assert [event["event_type"] for event in told["events"]] == ["created"]
    assert all(event["timestamp"].endswith("Z") for event in told["events"])


def test_a_retirement_needs_no_body_and_no_content_type(api: Client) -> None:
    api.post("/records", GUJARAT)

    answer = api.post(f"/records/{GUJARAT_ID}/retire")

    assert answer.status == 200
    assert answer.json["message"] == "Record retired"
    assert answer.json["event"]["event_type"] == "retired"
    told = api.record(GUJARAT_ID)
    assert [event["event_type"] for event in told["events"]] == ["created", "retired"]
    assert told["status"] == "retired"


def test_a_second_retirement_is_refused(api: Client) -> None:
    api.post("/records", GUJARAT)
    api.post(f"/records/{GUJARAT_ID}/retire")

    answer = api.post(f"/records/{GUJARAT_ID}/retire")

    problem = answer.refused(409, "already_retired")
    assert problem["detail"].startswith("This record is already retired")
    assert len(api.record(GUJARAT_ID)["events"]) == 2


def test_an_unknown_record_is_told_in_the_old_words(api: Client, public: Client) -> None:
    nowhere = "0" * 64

    assert public.get(f"/records/{nowhere}").refused(404)["detail"] == "Record not found"
    retired = api.post(f"/records/{nowhere}/retire")
    assert retired.refused(404)["detail"] == "Record not found"


def test_curls_empty_form_is_an_empty_body(api: Client) -> None:
    api.post("/records", GUJARAT)

    answer = api.post(
        f"/records/{GUJARAT_ID}/retire", raw=b"", content_type="application/x-www-form-urlencoded"
    )

    assert answer.status == 200
