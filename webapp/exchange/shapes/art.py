"""ART TREES' exports of retirements and cancellations."""

from webapp.exchange.shapes.exports import Export, cancelled, retired

_RECORD = {
    "project_name": ["Program Name"],
    "vintage": ["Vintage"],
    "quantity": ["Quantity of Credits"],
    "serial_number": ["Credit Serial Numbers"],
    "project_id": ["Program ID"],
    "issued_on": ["Date Approved"],
    "effective_on": ["Status Effective"],
}

RETIREMENTS = Export(
    name="art-retirements",
    family="art",
    label="ART TREES retirements",
    registry="ART",
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
    name="art-cancellations",
    family="art",
    label="ART TREES cancellations",
    registry="ART",
    columns=_RECORD
    | {"party": [], "reason": ["Cancellation Reason"], "note": ["Cancellation Details"]},
    optional=frozenset({"project_id", "issued_on", "party", "note"}),
    month_first=True,
    ending=cancelled,
)
