"""The registries' real exports: each row is read, or refused for the reason that it really has."""

import csv
from collections import Counter
from pathlib import Path

import pytest

from webapp.domain.refusals import FileRefused
from webapp.exchange.shapes import recognise

_EXPORTS = Path(__file__).parents[3] / "shared" / "registry-exports"
_ROWS = {
    "verra/transactions.csv": ("verra", {"": 100, "retired": 100}),
    "gold-standard/issuances.csv": ("gold-standard-issuances", {"": 100}),
    "gold-standard/retirements.csv": (
        "gold-standard-retirements",
        {"retired": 94, "cancelled": 6},
    ),
    "american-carbon-registry/retirements.csv": ("acr-retirements", {"retired": 100}),
    "american-carbon-registry/cancellations.csv": ("acr-cancellations", {"cancelled": 50}),
    "climate-action-reserve/retirements.csv": ("car-retirements", {"retired": 100}),
    "climate-action-reserve/cancellations.csv": ("car-cancellations", {"cancelled": 50}),
    "art-trees/retirements.csv": ("art-retirements", {"retired": 8}),
    "art-trees/cancellations.csv": ("art-cancellations", {"cancelled": 3}),
}
_QUANTITIES = ("Quantity Issued", "Quantity", "Quantity of Credits", "Quantity of Offset Credits")
_UNFIT = {
    "american-carbon-registry/issuances.csv": "carry no serial numbers",
    "climate-action-reserve/issuances.csv": "carry no serial numbers",
    "art-trees/issuances.csv": "carry no serial numbers",
    "verra/projects.csv": "list of Verra projects",
    "gold-standard/projects.csv": "list of Gold Standard projects",
    "american-carbon-registry/projects.csv": "list of American Carbon Registry projects",
    "climate-action-reserve/projects.csv": "list of Climate Action Reserve projects",
    "art-trees/projects.csv": "list of ART TREES projects",
}


def table(name):
    path = _EXPORTS / name
    if not path.exists():
        pytest.skip("the registries' exports, which this project does not copy, are not at hand")
    with path.open(encoding="utf-8-sig", newline="") as file:
        header, *rows = csv.reader(file)
    return header, rows


@pytest.mark.parametrize("name", _ROWS)
def test_every_row_of_a_real_export_is_read_with_what_became_of_it(name):
    header, rows = table(name)
    shape, expected = _ROWS[name]

    found = recognise("csv", header)
    entries = [found.reader(header)(row) for row in rows]

    assert found.name == shape
    ended = Counter(
        entry.happened[0].command.event_type if entry.happened else "" for entry in entries
    )
    assert ended == expected


@pytest.mark.parametrize("name", _ROWS)
def test_the_units_of_a_real_export_are_those_that_its_quantities_add_up_to(name):
    header, rows = table(name)
    (column,) = (header.index(one) for one in _QUANTITIES if one in header)
    read = recognise("csv", header).reader(header)

    units = sum(read(row).record.quantity for row in rows)

    assert units == sum(int(row[column].replace(",", "")) for row in rows)


@pytest.mark.parametrize("name", _UNFIT)
def test_a_real_export_without_serial_numbers_is_refused_with_the_reason(name):
    header, _ = table(name)

    with pytest.raises(FileRefused, match=_UNFIT[name]):
        recognise("csv", header)
