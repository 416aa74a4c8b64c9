"""Ten sample records, and a life for some of them: what `make demo` shows."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from webapp.actions import creating, searching, taking
from webapp.actions.outcome import Outcome
from webapp.domain.actors import Actor
from webapp.domain.commands import (
    BlockOfUnits,
    Cancel,
    CreateRecord,
    Retire,
    Return,
    Sell,
    TakeUnits,
)
from webapp.domain.searching import Search

_RECORDS = (
    ("Mangrove Restoration Project", "VCS", 2023, 100, "VCS-0001"),
    ("Solar Power Plant Maharashtra", "GS", 2022, 50, "GS-1001"),
    ("Wind Farm Rajasthan", "VCS", 2021, 200, "VCS-0456"),
    ("Biogas Energy Punjab", "ACR", 2020, 80, "ACR-3005"),
    ("Hydro Dam Uttarakhand", "GS", 2019, 120, "GS-2002"),
    ("Solar Rooftops Delhi", "VCS", 2023, 60, "VCS-0777"),
    ("Agroforestry Karnataka", "VCS", 2021, 90, "VCS-0981"),
    ("Cookstove Distribution Bihar", "GS", 2022, 300, "GS-3055"),
    ("Reforestation Assam", "ACR", 2020, 150, "ACR-4021"),
    ("Waste-to-Energy Gujarat", "VCS", 2018, 110, "VCS-2220"),
)
_DESK = Actor("demo", "Demo desk", "operator")


class NotEmpty(Exception):
    """The registry holds records of its own, which samples must not be mixed with for good."""


def play() -> None:
    """Adds the records and their events; what is there already is left alone. Raises NotEmpty."""
    _refuse_real_records()
    for row in _RECORDS:
        outcome = creating.create(_command(row), _DESK)
        done = len(outcome.story.events) - 1  # each step of these lives adds one event
        for step in _lives().get(row[0], ())[done:]:
            _ACTIONS[type(step)](outcome.story.record.id, step, _DESK)


def _command(row: tuple[str, str, int, int, str]) -> CreateRecord:
    name, registry, vintage, quantity, serial = row
    return CreateRecord(
        project_name=name,
        registry=registry,
        vintage=vintage,
        quantity=quantity,
        serial_number=serial,
    )


def _refuse_real_records() -> None:
    """Records can never be deleted, so samples go only where there is nothing else."""
    samples = {_command(row).id for row in _RECORDS}
    found = searching.find_records(Search(limit=len(_RECORDS) + 1))
    if any(one.record.id not in samples for one in found.items):
        raise NotEmpty(
            "This registry holds records of its own, and sample records could never be removed from "
            "it. Run the demo with another DATA_DIR or DATABASE_URL."
        )


_ACTIONS: dict[type[TakeUnits], Callable[[str, Any, Actor], Outcome]] = {
    Sell: taking.sell,
    Return: taking.return_sold,
    Retire: taking.retire,
    Cancel: taking.cancel,
}


def _lives() -> dict[str, tuple[TakeUnits, ...]]:
    """What happens to the records; the days count back from today."""
    return {
        "Wind Farm Rajasthan": (
            Sell(buyer="Northwind Airlines", quantity=120),
            Retire(
                sale=2,
                quantity=80,
                reason="Business travel in 2025",
                effective_on=datetime.now(UTC).date() - timedelta(days=90),
            ),
            Sell(buyer="Harbour Foods", quantity=40, note="Framework contract, first call."),
        ),
        "Waste-to-Energy Gujarat": (
            Sell(buyer="Acme Ltd", quantity=60),
            Return(sale=2, quantity=10, reason="Ten tonnes too many were ordered"),
            Retire(sale=2, quantity=40, reason="Offices in 2025"),
        ),
        "Cookstove Distribution Bihar": (
            Retire(
                blocks=[BlockOfUnits(first=1, last=25), BlockOfUnits(first=101, last=150)],
                beneficiary="City of Example",
                reason="Municipal fleet",
            ),
            Cancel(quantity=30, reason="Buffer contribution of the programme"),
        ),
        "Solar Rooftops Delhi": (Retire(beneficiary="Lantern Books", reason="Printing in 2025"),),
        "Agroforestry Karnataka": (Sell(buyer="Meadow Dairy"),),
        "Reforestation Assam": (Cancel(reason="The stand burnt down"),),
    }
