"""Both doors to a registry, JSON and the forms, and what each says to one and the same case."""

import json
from dataclasses import dataclass
from typing import Any

import psycopg
from flask import Flask

from tests.factories import GUJARAT, GUJARAT_ID
from tests.parser import words
from tests.web.browser import Browser, Form
from tests.web.people import PASSWORD, add_staff
from webapp.actions import tokens

GOOD: dict[str, dict[str, Any]] = {
    "create": GUJARAT | {"serial_number": "VCS-9"},
    "sell": {"buyer": "Beta GmbH", "quantity": 5},
    "return": {"sale": 2, "reason": "Sold by mistake", "quantity": 5},
    "retire": {"quantity": 5},
    "cancel": {"reason": "Issued by mistake", "quantity": 5},
}
TAKING = ("sell", "return", "retire", "cancel")
LINES = [
    *(("create", name) for name in ("project_name", "registry", "serial_number", "project_id")),
    ("sell", "buyer"),
    ("return", "reason"),
    ("retire", "beneficiary"),
    ("retire", "reason"),
    ("cancel", "reason"),
    ("cancel", "beneficiary"),
]
DAYS = [("create", "issued_on"), *((action, "effective_on") for action in TAKING)]
NUMBERS = [
    ("create", "vintage"),
    ("return", "sale"),
    ("retire", "sale"),
    *((action, "quantity") for action in GOOD),
]
LARGEST = 2**53 - 1


@dataclass(frozen=True)
class Verdict:
    """What a door says: whether it takes a command, and if not, which fields say what."""

    taken: bool
    said: frozenset[tuple[str, str]] = frozenset()


class Doors:
    """Both doors of one registry, and the ledger behind them."""

    def __init__(self, app: Flask, owner: psycopg.Connection) -> None:
        self.owner = owner
        self.client = app.test_client(use_cookies=False)
        with app.app_context():
            self.token = tokens.add("Registry desk", "operator")
        add_staff(app)
        self.browser = Browser(app)
        self.browser.sign_in("desk@registry.example", PASSWORD)
        self.forms: dict[str, Form] = {
            action: self.browser.get(page_of(action)).form() for action in GOOD
        }

    def json(self, action: str, body: dict[str, Any]) -> Verdict:
        answer = self.client.post(
            "/api/v1/records" if action == "create" else f"/api/v1{page_of(action)}",
            data=json.dumps(body),
            content_type="application/json",
            headers={"Authorization": f"Bearer {self.token}"},
        )
        if answer.status_code < 300:
            return Verdict(True)
        assert answer.status_code in (409, 422), answer.data
        errors = answer.get_json().get("errors", [])
        said = {
            (one["field"].partition(".")[0], " ".join(one["message"].split())) for one in errors
        }
        return Verdict(False, frozenset(said or {("", answer.get_json()["detail"])}))

    def form(self, action: str, body: dict[str, Any]) -> Verdict:
        form = self.forms[action]
        typed = {name: typed_text(value) for name, value in body.items()}
        page = self.browser.ask(form.action, form.fields | typed | {"idempotency_key": ""})
        if page.status == 303:
            return Verdict(True)
        assert page.status == 422, page.html
        said = {
            ((fault.get("id") or "").partition("-fault")[0], words(fault))
            for fault in page.all("small", "fault")
        }
        return Verdict(
            False, frozenset(said or {("", page.summary.removeprefix("Nothing was saved "))})
        )

    def ledger(self) -> list[Any]:
        """All that stands in the ledger."""
        return [
            self.owner.execute(f"SELECT * FROM {table} ORDER BY {table}::text").fetchall()
            for table in ("records", "serial_blocks", "events", "holdings", "idempotency_keys")
        ]

    def both_refuse(self, action: str, **changes: Any) -> Verdict:
        """Sends the good command with these changes through both."""
        body = body_of(action, changes)
        before = self.ledger()

        by_json = self.json(action, body)
        by_form = self.form(action, body)

        assert not by_json.taken, (action, changes)
        assert by_form == by_json, (action, changes)
        assert self.ledger() == before, (action, changes)
        return by_json


def body_of(action: str, changes: dict[str, Any]) -> dict[str, Any]:
    body = GOOD[action] | changes
    if "blocks" in changes and "quantity" not in changes:
        body.pop("quantity")
    return body


def page_of(action: str) -> str:
    return "/records/new" if action == "create" else f"/records/{GUJARAT_ID}/{action}"


def typed_text(value: Any) -> str:
    """How somebody types into a form what JSON says."""
    if isinstance(value, list):
        return ", ".join(f"{one['first']}-{one['last']}" for one in value)
    return str(value)


def block_of(first: Any, last: Any) -> dict[str, Any]:
    return {"first": first, "last": last}
