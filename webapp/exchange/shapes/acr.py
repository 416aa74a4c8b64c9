"""The American Carbon Registry's exports of retirements and cancellations."""

from webapp.exchange.shapes.exports import Export, cancelled, retired

_RECORD = {
    "project_name": ["Project Name"],
    "vintage": ["Vintage"],
    "quantity": ["Quantity of Credits"],
    "serial_number": ["Credit Serial Numbers"],
    "project_id": ["Project ID"],
    "issued_on": ["Date Issued (GMT)", "Date Issued"],
    "effective_on": ["Status Effective (GMT)", "Status Effective"],
}

RETIREMENTS = Export(
    name="acr-retirements",
    family="acr",
    label="American Carbon Registry retirements",
    registry="ACR",
    columns=_RECORD
    | {
        "party": ["Retired on Behalf of"],
        "reason": ["Retirement Reason"],
        "note": ["Purpose of Retirement"],
    },
    optional=frozenset({"project_id", "issued_on", "note"}),
    month_first=True,
    ending=retired,
)
CANCELLATIONS = Export(
    name="acr-cancellations",
    family="acr",
    label="American Carbon Registry cancellations",
    registry="ACR",
    columns=_RECORD
    | {"party": [], "reason": ["Cancellation Type"], "note": ["Cancellation Details"]},
    optional=frozenset({"project_id", "issued_on", "party", "note"}),
    month_first=True,
    ending=cancelled,
)
