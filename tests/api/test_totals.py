"""GET /totals: the registry in sums, in numbers only."""

from collections.abc import Callable

from flask import Flask

from tests.api.client import Client
from tests.factories import GUJARAT_ID


def test_the_totals_of_an_empty_registry_are_nothing_and_add_up(public: Client) -> None:
    answer = public.get("/totals")

    assert answer.status == 200
    assert answer.json == {
        **{"records": 0, "issued": 0, "available": 0, "sold": 0, "retired": 0, "cancelled": 0},
        "adds_up": True,
        **{"by_registry": [], "by_vintage": [], "projects": []},
        **{"beneficiaries": [], "retired_by_month": []},
    }


def test_the_totals_tell_the_whole_and_its_parts(api: Client, public: Client) -> None:
    api.create()
    api.create(registry="GS", vintage=2020, quantity=50, serial_number="GS-1001")
    api.act(GUJARAT_ID, "sell", buyer="Acme Ltd", quantity=60)
    api.act(GUJARAT_ID, "retire", sale=2, quantity=40, effective_on="2024-05-03")
    api.act(GUJARAT_ID, "cancel", reason="Buffer", quantity=10)
    gujarat = {
        **{"records": 1, "issued": 110, "available": 40, "sold": 20},
        **{"retired": 40, "cancelled": 10},
    }
    other = {"records": 1, "issued": 50, "available": 50, "sold": 0, "retired": 0, "cancelled": 0}
    name = "Waste-to-Energy Gujarat"

    assert public.get("/totals").json == {
        **{"records": 2, "issued": 160, "available": 90, "sold": 20},
        **{"retired": 40, "cancelled": 10},
        "adds_up": True,
        "by_registry": [{"registry": "VCS", **gujarat}, {"registry": "GS", **other}],
        "by_vintage": [{"vintage": 2018, **gujarat}, {"vintage": 2020, **other}],
        "projects": [
            {"project_name": name, "registry": "VCS", **gujarat},
            {"project_name": name, "registry": "GS", **other},
        ],
        "beneficiaries": [{"beneficiary": "Acme Ltd", "retired": 40}],
        "retired_by_month": [{"month": "2024-05", "units": 40}],
    }


def test_sums_beyond_2_to_the_63_are_told_to_the_last_unit(api: Client) -> None:
    most = 2**53 - 1
    for number in range(3):
        answer = api.create(quantity=most, serial_number=f"HUGE-{number}")
        assert answer.status == 201, answer.data

    assert api.get("/totals").json["issued"] == 3 * most


def test_the_totals_have_no_parameters(public: Client) -> None:
    problem = public.get("/totals?limit=5").refused(400, "invalid_query")

    assert "limit" in problem["detail"]


def test_without_public_look_up_the_totals_need_a_token(door: Callable[..., Flask]) -> None:
    closed = Client(door(public_lookup=False))

    closed.get("/totals").refused(401, "sign_in_needed")
