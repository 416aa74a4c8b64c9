"""What a body may hold, through the door: every bad case is refused, named, and leaves no trace."""

import json
from typing import Any

import pytest

from tests.api.client import NOTHING, Client
from tests.api.conftest import Snapshot
from tests.factories import GUJARAT, GUJARAT_ID

NOT_WHOLE_NUMBERS: list[Any] = [
    "110", "", 1.9, 1.0, True, False, 1e3, 10**30, -(10**30), -1, 0, 2**53, 2**63, 2**64, [5], {},
]  # fmt: skip
BAD_LINES: list[Any] = [
    "", " ", "\u00a0\u2003\ufeff\u200b", "a\x00b", "a\x07b", "a\x7fb", "a\x9bb", "a\u202eb",
    "a\u2067b", "x" * 301, 5, True, ["a"], {"a": "b"},
]  # fmt: skip
BAD_DAYS: list[Any] = [
    "2026-02-30", "03.05.2026", "2026-5-3", "20260503", "2026-05-03T00:00:00", "", "today", 0,
    1767225600, 20260503, True,
]  # fmt: skip
BODIES = {
    "sell": {"buyer": "Acme Ltd"},
    "return": {"sale": 2, "reason": "Error"},
    "retire": {},
    "cancel": {"reason": "Error"},
}
ACTIONS = list(BODIES)


@pytest.fixture(autouse=True)
def gujarat(api: Client) -> None:
    """There is a record of 110 units, 60 of which are sold in event 2."""
    assert api.create().status == 201
    assert api.act(GUJARAT_ID, "sell", buyer="Acme Ltd", quantity=60).status == 200


def path_of(action: str) -> str:
    return "/records" if action == "create" else f"/records/{GUJARAT_ID}/{action}"


def body_of(action: str) -> dict[str, Any]:
    if action == "create":
        return GUJARAT | {"serial_number": "VCS-3000"}
    return BODIES[action]


def refused_at(
    api: Client, ledger: Snapshot, action: str, cases: list[tuple[str, Any]], at: str | None = None
) -> None:
    """Each field with its value is a 422 that names it, and nothing is added."""
    before = ledger()
    for field, value in cases:
        answer = api.post(path_of(action), body_of(action) | {field: value})
        assert answer.status == 422, (field, value, answer.data)
        assert answer.json["code"] == "invalid_fields"
        named = list(answer.fields())
        assert named, (field, value)
        assert all(name.partition(".")[0] == (at or field) for name in named), (value, named)
    assert ledger() == before


def test_the_bodies_that_the_bad_cases_vary_are_good(api: Client) -> None:
    for action in ("create", "return", "cancel"):
        assert api.post(path_of(action), body_of(action)).status in (200, 201)


@pytest.mark.parametrize("action", ["create", *ACTIONS])
def test_a_quantity_is_a_whole_number_of_units_and_nothing_like_it(
    api: Client, ledger: Snapshot, action: str
) -> None:
    cases = [("quantity", value) for value in (*NOT_WHOLE_NUMBERS, None)]

    refused_at(api, ledger, action, cases)


@pytest.mark.parametrize("action", ["retire", "return"])
def test_a_sale_is_the_number_of_an_event(api: Client, ledger: Snapshot, action: str) -> None:
    refused_at(api, ledger, action, [("sale", value) for value in (*NOT_WHOLE_NUMBERS, None)])


def test_a_vintage_is_a_year_from_1900_to_2100(api: Client, ledger: Snapshot) -> None:
    cases = [("vintage", value) for value in (*NOT_WHOLE_NUMBERS, None, 1899, 2101, "2018", 18)]

    refused_at(api, ledger, "create", cases)
    for year in (1900, 2100):
        assert api.create(vintage=year, serial_number=f"VCS-{year}").status == 201


@pytest.mark.parametrize(
    ("action", "field"),
    [
        ("create", "project_name"),
        ("create", "registry"),
        ("create", "serial_number"),
        ("create", "project_id"),
        ("sell", "buyer"),
        ("return", "reason"),
        ("retire", "beneficiary"),
        ("retire", "reason"),
        ("cancel", "reason"),
        ("cancel", "beneficiary"),
    ],
)
def test_a_line_of_text_is_neither_blank_nor_too_long_nor_tricky(
    api: Client, ledger: Snapshot, action: str, field: str
) -> None:
    refused_at(api, ledger, action, [(field, value) for value in BAD_LINES])


@pytest.mark.parametrize("action", ACTIONS)
def test_a_note_keeps_its_line_feeds_and_takes_no_other_control(
    api: Client, ledger: Snapshot, action: str
) -> None:
    bad = ["", " \n ", "a\x00b", "a\x1bb", "a\u202eb", "x" * 4001, 5, ["a"]]

    refused_at(api, ledger, action, [("note", value) for value in bad])


@pytest.mark.parametrize(
    ("action", "field"), [("create", "issued_on"), *((one, "effective_on") for one in ACTIONS)]
)
def test_a_day_is_a_day_of_the_calendar(
    api: Client, ledger: Snapshot, action: str, field: str
) -> None:
    refused_at(api, ledger, action, [(field, value) for value in BAD_DAYS])


@pytest.mark.parametrize("action", ACTIONS)
def test_blocks_are_whole_numbers_that_run_forwards_and_apart(
    api: Client, ledger: Snapshot, action: str
) -> None:
    def block(first: Any, last: Any) -> dict[str, Any]:
        return {"first": first, "last": last}

    bad: list[Any] = [
        [],
        None,
        "1-40",
        {},
        block(1, 40),
        [[1, 40]],
        ["1-40"],
        [{}],
        [{"first": 1}],
        [block(1, 40) | {"step": 2}],
        [block(40, 1)],
        [block(1, 40), block(40, 60)],
        [block(1, 40), block(10, 20)],
        [block(5, 5), block(5, 5)],
        [block(-1, 5)],
        [block("1", 5)],
        [block(1.0, 5)],
        [block(True, 5)],
        [block(None, 5)],
        [block(1, 2**53)],
        [block(1, 2**63 - 1)],
        [block(2**63, 2**63 + 1)],
        [block(2**64, 2**64 + 5)],
        [block(1, 10**30)],
        [block(2 * n, 2 * n) for n in range(1, 502)],
    ]

    refused_at(api, ledger, action, [("blocks", value) for value in bad])


@pytest.mark.parametrize("action", ACTIONS)
def test_blocks_outside_the_record_are_refused_by_the_ledger(
    api: Client, ledger: Snapshot, action: str
) -> None:
    before = ledger()
    for first, last in ((0, 0), (0, 5), (111, 111), (100, 111), (1, 2**53 - 1)):
        blocks = [{"first": first, "last": last}]

        answer = api.post(path_of(action), body_of(action) | {"blocks": blocks})

        problem = answer.refused(409, "units_not_available")
        assert "not in this record, whose units are 1-110" in problem["detail"]
    assert ledger() == before


@pytest.mark.parametrize("action", ACTIONS)
def test_a_quantity_and_blocks_together_are_refused(
    api: Client, ledger: Snapshot, action: str
) -> None:
    before = ledger()

    both = {"quantity": 1, "blocks": [{"first": 1, "last": 1}]}
    answer = api.post(path_of(action), body_of(action) | both)

    assert answer.fields() == {"quantity": "Give a quantity or blocks, not both."}
    assert ledger() == before


@pytest.mark.parametrize("action", ["create", *ACTIONS])
def test_an_unknown_field_is_named_and_the_fields_that_there_are_told(
    api: Client, ledger: Snapshot, action: str
) -> None:
    before = ledger()

    answer = api.post(path_of(action), body_of(action) | {"quantiti": 5})

    assert answer.fields()["quantiti"].startswith("There is no such field here; the fields are ")
    assert ledger() == before


@pytest.mark.parametrize(
    ("action", "foreign"),
    [
        ("create", "id"),
        ("create", "status"),
        ("create", "actor"),
        ("sell", "beneficiary"),
        ("sell", "sale"),
        ("return", "buyer"),
        ("retire", "buyer"),
        ("cancel", "sale"),
    ],
)
def test_a_field_of_another_call_is_unknown_here(
    api: Client, ledger: Snapshot, action: str, foreign: str
) -> None:
    refused_at(api, ledger, action, [(foreign, 1), (foreign, "x"), (foreign, None)])


def test_every_field_that_is_missing_is_named(api: Client) -> None:
    assert set(api.post("/records", {}).fields()) == set(GUJARAT)
    assert set(api.post("/records").fields()) == set(GUJARAT)
    assert set(api.act(GUJARAT_ID, "sell").fields()) == {"buyer"}
    assert set(api.act(GUJARAT_ID, "return").fields()) == {"sale", "reason"}
    assert set(api.act(GUJARAT_ID, "cancel").fields()) == {"reason"}


def test_every_field_at_fault_is_named_at_once(api: Client) -> None:
    answer = api.post("/records", GUJARAT | {"quantity": "110", "vintage": 1899, "registry": ""})

    assert set(answer.fields()) == {"quantity", "vintage", "registry"}


@pytest.mark.parametrize("action", ["create", *ACTIONS])
def test_json_that_is_no_object_is_422(api: Client, ledger: Snapshot, action: str) -> None:
    before = ledger()
    bodies: list[Any] = [[], [{}], None, 5, "retire", True, 1.5]
    for body in bodies:
        api.post(path_of(action), body).refused(422, "invalid_fields")
    assert ledger() == before


NO_JSON = [
    b'{"quantity": 5',
    b'{"quantity": 5,}',
    b'{"quantity": 5}}',
    b'{"quantity": 5}\x00',
    b"{'quantity': 5}",
    b"{quantity: 5}",
    b"quantity=5",
    b"{",
    b"nul",
    b" ",
    b"\n",
    b"\x00",
    b'{"quantity": 05}',
    b'{"quantity": +5}',
    b'{"quantity": 0x5}',
    b'{"note": "a\nb"}',
    b'{"note": "unended',
    b'{"note": "\xff\xfe"}',
    b'{"note": "\xc3"}',
    b"\xff\xfe{\x00}\x00",
    b"\xef\xbb\xbf{}",
    b"[" * 100_000,
    b'{"quantity": 5} // all of them',
]


@pytest.mark.parametrize("action", ["retire", "create"])
def test_what_is_no_json_is_400_and_retires_nothing(
    api: Client, ledger: Snapshot, action: str
) -> None:
    before = ledger()
    for raw in NO_JSON:
        answer = api.post(path_of(action), raw=raw, content_type="application/json")

        assert answer.status == 400, raw[:40]
        problem = answer.refused(400, "not_json")
        assert problem["detail"].startswith("The body is not JSON: ")
    assert ledger() == before


def test_numbers_that_are_none_and_half_characters_are_refused(
    api: Client, ledger: Snapshot
) -> None:
    before = ledger()
    halves = [rf'{{"beneficiary": "a{half}b"}}' for half in (r"\ud83c", r"\udf31", r"\udf31\ud83c")]
    for text in ('{"quantity": NaN}', '{"quantity": -Infinity}', *halves):
        answer = api.post(path_of("retire"), raw=text.encode(), content_type="application/json")

        assert answer.status in (400, 422), text
    assert ledger() == before


OTHER_TYPES = [
    None,
    "text/plain",
    "text/json",
    "application/x-www-form-urlencoded",
    "multipart/form-data; boundary=x",
    "application/merge-patch+json",
    "application/jsonp",
    "application/json, text/plain",
    "nonsense",
]


@pytest.mark.parametrize("action", ["create", *ACTIONS])
def test_a_body_of_another_content_type_is_415(api: Client, ledger: Snapshot, action: str) -> None:
    before = ledger()
    raw = json.dumps(body_of(action) | {"quantity": 5}).encode()
    for content_type in OTHER_TYPES:
        answer = api.post(path_of(action), raw=raw, content_type=content_type)

        problem = answer.refused(415, "unsupported_media_type")
        assert problem["detail"] == "Send the body as application/json."
    assert ledger() == before


@pytest.mark.parametrize(
    "content_type",
    ["application/json", "application/json; charset=utf-8", 'APPLICATION/JSON;charset="UTF-8"'],
)
def test_json_is_accepted_with_and_without_its_charset(api: Client, content_type: str) -> None:
    raw = '{"quantity": 5, "beneficiary": "Città"}'.encode()

    answer = api.post(path_of("retire"), raw=raw, content_type=content_type)

    assert answer.status == 200
    assert answer.json["event"]["beneficiary"] == "Città"


@pytest.mark.parametrize("body", [NOTHING, {}])
def test_an_empty_body_and_an_empty_object_retire_all_that_is_left(
    api: Client, body: object
) -> None:
    assert api.post(path_of("retire"), body).json["record"]["units"]["retired"] == 110


@pytest.mark.parametrize("action", ["create", *ACTIONS])
def test_a_query_does_not_stand_in_for_a_body(api: Client, ledger: Snapshot, action: str) -> None:
    before = ledger()

    answer = api.post(f"{path_of(action)}?quantity=5", body_of(action))

    assert "quantity" in answer.refused(400)["detail"]
    assert ledger() == before


def test_ten_megabytes_are_413(api: Client, ledger: Snapshot) -> None:
    before = ledger()
    raw = json.dumps({"note": "x" * 10_000_000}).encode()

    answer = api.post(path_of("retire"), raw=raw, content_type="application/json")

    problem = answer.refused(413)
    assert "1\u202f000\u202f000 bytes" in problem["detail"]
    assert ledger() == before


def test_the_largest_action_fits_into_the_largest_body(api: Client) -> None:
    large = api.create(serial_number="VCS-9000", quantity=2**53 - 1).json["id"]
    start = 2**53 - 1001
    blocks = [{"first": start + 2 * n, "last": start + 2 * n} for n in range(500)]

    answer = api.act(large, "sell", buyer="🌱" * 300, note="🌱" * 4000, blocks=blocks)

    assert answer.status == 200
    assert len(answer.json["event"]["blocks"]) == 500
