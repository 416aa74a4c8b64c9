"""The Climate Action Reserve's exports of retirements and cancellations."""

from webapp.exchange.shapes.exports import Export, cancelled, retired

_RECORD = {
    "project_name": ["Project Name"],
    "vintage": ["Vintage"],
    "quantity": ["Quantity of Offset Credits"],
    "serial_number": ["Offset Credit Serial Numbers"],
    "project_id": ["Project ID"],
    "issued_on": ["Date Issued"],
    "effective_on": ["Status Effective"],
}

RETIREMENTS = Export(
    name="car-retirements",
    family="car",
    label="Climate Action Reserve retirements",
    registry="CAR",
    columns=_RECORD
    | {
        "party": ["Account Holder"],
        "reason": ["Retirement Reason"],
        "note": ["Retirement Reason Details"],
    },
    optional=frozenset({"project_id", "issued_on", "note"}),
    month_first=True,
    ending=retired,
)
CANCELLATIONS = Export(
    name="car-cancellations",
    family="car",
    label="Climate Action Reserve cancellations",
    registry="CAR",
    columns=_RECORD
    | {"party": [], "reason": ["Cancellation Reason"], "note": ["Cancellation Details"]},
    optional=frozenset({"project_id", "issued_on", "party", "note"}),
    month_first=True,
    ending=cancelled,
)
