"""What the tests of the commands ask with: the least body of each, and its mistakes."""

import json

import pytest

from webapp.domain.commands import Cancel, CreateRecord, Retire, Return, Sell
from webapp.domain.reading import read_command
from webapp.domain.refusals import InvalidFields

# The least that each command needs.
LEAST = {
    CreateRecord: {
        "project_name": "Wind Farm Rajasthan",
        "registry": "VCS",
        "vintage": 2021,
        "quantity": 200,
        "serial_number": "VCS-0456",
    },
    Sell: {"buyer": "Acme"},
    Return: {"sale": 2, "reason": "Payment failed"},
    Retire: {},
    Cancel: {"reason": "Reversal"},
}
TAKING = [Sell, Return, Retire, Cancel]
EVERY = [CreateRecord, *TAKING]

LINES = [
    (CreateRecord, "project_name", 300),
    (CreateRecord, "registry", 300),
    (CreateRecord, "serial_number", 300),
    (CreateRecord, "project_id", 100),
    (Sell, "buyer", 300),
    (Return, "reason", 300),
    (Retire, "beneficiary", 300),
    (Retire, "reason", 300),
    (Cancel, "reason", 300),
    (Cancel, "beneficiary", 300),
]
TEXTS = [*LINES, *((command, "note", 4000) for command in TAKING)]
QUANTITIES = [(command, "quantity") for command in EVERY]
SALES = [(Return, "sale"), (Retire, "sale")]
WHOLE_NUMBERS = [*QUANTITIES, *SALES, (CreateRecord, "vintage")]
DAYS = [(CreateRecord, "issued_on"), *((command, "effective_on") for command in TAKING)]
NOT_NULLABLE = [
    *((CreateRecord, name) for name in LEAST[CreateRecord]),
    *((command, name) for command in TAKING for name in ("quantity", "blocks")),
    *SALES,
    (Sell, "buyer"),
    (Return, "reason"),
    (Cancel, "reason"),
]
NULLABLE = [
    (CreateRecord, "project_id"),
    (Retire, "beneficiary"),
    (Retire, "reason"),
    (Cancel, "beneficiary"),
    *((command, "note") for command in TAKING),
    *DAYS,
]

NOT_WHOLE = "It must be a whole number in plain digits."
TOO_LARGE = "It must be 9\u202f007\u202f199\u202f254\u202f740\u202f991 or less."
NULL = "It is null; give a value or leave it out."
NO_DAY = "It must be a day, written like 2026-05-03."


def read(command, **fields):
    """The command, read from the least JSON that it needs with these fields in it."""
    return read_command(command, json.dumps(LEAST[command] | fields))


def refused(command, text):
    """The fields at fault in a JSON text and their sentences."""
    with pytest.raises(InvalidFields) as caught:
        read_command(command, text)
    return {error.field: error.message for error in caught.value.errors}


def mistakes(command, **fields):
    """The fields at fault when these are put into the least JSON that the command needs."""
    return refused(command, json.dumps(LEAST[command] | fields))


def of(cases):
    """Readable names for (command, field) cases."""
    return [f"{case[0].__name__}.{case[1]}" for case in cases]
