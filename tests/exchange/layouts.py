"""A sound row of each layout, made up in the shape of the registries' exports, and how it is read."""

from typing import Any

import pytest

from webapp.domain.landing import Entry
from webapp.domain.refusals import InvalidFields
from webapp.exchange.shapes import recognise

VERRA = {
    "Issuance Date": "2026-04-03",
    "Sustainable Development Goals": "",
    "Vintage Start": "2020-01-01",
    "Vintage End": "2020-12-31",
    "ID": "1340",
    "Name": "Hills Eco-region",
    "Country/Area": "Ethiopia",
    "Total Vintage Quantity": "1,454,054",
    "Quantity Issued": "425",
    "Serial Number": "19385-1007-1431-VCS-VCU-1507-VER-ET-14-1340-01012020-31122020-1",
    "Additional Certifications": "CCB-No Distinction",
    "Retirement/Cancellation Date": "2026-04-10",
    "Retirement Beneficiary": "Acme Ltd",
    "Retirement Reason": "Environmental Benefit",
    "Retirement Details": "For the year 2025",
}
GS_ISSUANCE = {
    "Vintage": "2024",
    "Credit Status": "Issued",
    "Quantity": "40",
    "GSID": "11236",
    "Project Name": "Cook stoves",
    "Country": "Uganda",
    "Issuance Date": "2026-04-13T12:35:58.842275",
    "Serial Number": "GS1-1-UG-GS11236-16-2024-30307-1-40",
}
GS_RETIREMENT = {
    "Vintage": "2024",
    "Credit Status": "Retired",
    "Quantity": "10",
    "GSID": "11236",
    "Project Name": "Cook stoves",
    "Issuance Date": "2026-04-13",
    "Retirement Date": "2026-04-20",
    "Serial Number": "GS1-1-UG-GS11236-16-2024-30307-11-20",
    "Note": "For travel",
    "Use Case": "Voluntary",
    "Using Entity": "Acme Ltd",
}
ACR_RETIREMENT = {
    "fiid": "1129",
    "Credit Serial Numbers": "ACR-FR-1129-2025-2917-11 to 20",
    "Date Issued (GMT)": "6/30/2025 7:43:26 PM",
    "Vintage": "2025",
    "Quantity of Credits": "10",
    "Account Holder": "1423",
    "Status Effective (GMT)": "4/13/2026 7:17:56 PM",
    "Retired on Behalf of": "Acme Ltd",
    "Retirement Reason": "Environmental Benefit",
    "Purpose of Retirement": "2025 emissions",
    "Project ID": "ACR1129",
    "Project Name": "Middle East 1",
    "Unnamed: 31": "",
}
ACR_CANCELLATION = {
    "Credit Serial Numbers": "ACR-US-1185-2025-3078-1 to 10",
    "Date Issued (GMT)": "11/3/2025 7:10:41 PM",
    "Vintage": "2025",
    "Quantity of Credits": "10",
    "Account Holder": "Gas Inc.",
    "Status Effective  (GMT)": "1/22/2026 7:12:08 PM",
    "Cancellation Type": "Convert to ARB offset credits",
    "Project ID": "ACR1185",
    "Project Name": "Gas 1",
    "Cancellation Details": "Premature issuance",
}
CAR_RETIREMENT = {
    "Vintage": "2025",
    "Offset Credit Serial Numbers": "CAR-1-US-1335-31-983-KS-2025-9659-77 to 86",
    "Quantity of Offset Credits": "10",
    "Status Effective": "02/12/2026",
    "Project ID": "CAR1335",
    "Project Name": "Nitric acid",
    "Account Holder": "Commodities BV",
    "Retirement Reason": "On Behalf of Third Party",
    "Retirement Reason Details": "For BFS",
}
CAR_CANCELLATION = {
    "Vintage": "2025",
    "Offset Credit Serial Numbers": "CAR-ROC-US-2056-129-2283-WV-2025-8969-1 to 10",
    "Quantity of Offset Credits": "10",
    "Status Effective": "08/20/2025",
    "Project ID": "CAR2056",
    "Project Name": "Mine",
    "Cancellation Reason": "ARB",
    "Export Notes": "",
}
ART_RETIREMENT = {
    "Vintage": "2019",
    "Credit Serial Numbers": "ART-GY-102-2019-3-2500001 to 2500010",
    "Quantity of Credits": "10",
    "Status Effective": "04/08/2026",
    "Program ID": "ART102",
    "Program Name": "Guyana",
    "Date Approved": "12/1/2022 8:05:15 PM",
    "Account Holder": "Hess",
    "Retired on Behalf of": "Acme Ltd",
    "Retirement Reason": "Pledge",
    "Purpose of Retirement": "FY24",
}
ART_CANCELLATION = {
    "Vintage": "2021",
    "Credit Serial Numbers": "ART-GY-102-2021-11-2759599 to 2759608",
    "Quantity of Credits": "10",
    "Status Effective": "02/28/2025",
    "Program ID": "ART102",
    "Program Name": "Guyana",
    "Date Approved": "2/28/2024 3:18:54 PM",
    "Account Holder": "Trading SA",
    "Cancellation Reason": "CORSIA Compliance",
    "Cancellation Details": "AIRWAYS, PHASE 1",
}
PLAIN = {
    "project_name": "Waste-to-Energy",
    "registry": "VCS",
    "vintage": "2018",
    "quantity": "110",
    "serial_number": "VCS-2220",
}
EVERY = {
    "verra": VERRA,
    "gold-standard-issuances": GS_ISSUANCE,
    "gold-standard-retirements": GS_RETIREMENT,
    "acr-retirements": ACR_RETIREMENT,
    "acr-cancellations": ACR_CANCELLATION,
    "car-retirements": CAR_RETIREMENT,
    "car-cancellations": CAR_CANCELLATION,
    "art-retirements": ART_RETIREMENT,
    "art-cancellations": ART_CANCELLATION,
    "plain": PLAIN,
}


def read(layout: dict[str, str], *, own_blocks: bool = False, **changes: str) -> Entry:
    """The entry of the layout's row with other cells; underscores in names stand for spaces."""
    return read_cells(
        layout | {_named(layout, name): cell for name, cell in changes.items()}, own_blocks
    )


def read_cells(row: dict[str, Any], own_blocks: bool = False) -> Entry:
    """The entry of a row of a table, whose layout its columns tell."""
    header = list(row)
    return recognise("csv", header).reader(header, own_blocks)(list(row.values()))


def refused(layout: dict[str, str], **changes: str) -> dict[str, str]:
    """The sentences of the refusal of such a row, by field."""
    with pytest.raises(InvalidFields) as caught:
        read(layout, **changes)
    return {error.field: error.message for error in caught.value.errors}


def refused_cells(row: dict[str, Any]) -> dict[str, str]:
    """The sentences of the refusal of a row of a table, by field."""
    with pytest.raises(InvalidFields) as caught:
        read_cells(row)
    return {error.field: error.message for error in caught.value.errors}


def event(entry: Entry) -> tuple[Any, ...]:
    """Type, day, party, reason and note of the one event of an entry."""
    (one,) = entry.happened
    command = one.command
    return command.event_type, command.effective_on, command.party, command.why, command.note


def units(entry: Entry) -> list[tuple[int, int]]:
    """The units of the one event of an entry."""
    (one,) = entry.happened
    assert one.command.named_units is not None
    return [tuple(block) for block in one.command.named_units]


def _named(layout: dict[str, str], name: str) -> str:
    known = {_plain(column): column for column in layout}
    return known.get(_plain(name), name)


def _plain(name: str) -> str:
    return "".join(one for one in name.casefold() if one.isalnum())
