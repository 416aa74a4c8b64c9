"""Staff accounts, and records for them to look at, made without a page."""

from typing import Any

from flask import Flask

from tests.factories import DESK, new_record
from webapp.actions import creating, staff, taking
from webapp.domain.commands import Sell

PASSWORD = "correct horse battery"


def add_staff(
    app: Flask,
    email: str = "desk@registry.example",
    name: str = "Registry desk",
    role: str = "operator",
    must_change: bool = False,
) -> None:
    """Adds an account with PASSWORD."""
    with app.app_context():
        staff.add(email, name, role, PASSWORD, must_change)


def record(app: Flask, **changes: Any) -> str:
    """Records Waste-to-Energy Gujarat, 110 units, or with other fields; its id."""
    with app.app_context():
        return creating.create(new_record(**changes), DESK).story.record.id


def sell(app: Flask, record_id: str, buyer: str, quantity: int) -> None:
    with app.app_context():
        taking.sell(record_id, Sell(buyer=buyer, quantity=quantity), DESK)
