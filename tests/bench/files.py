"""Files of the shape of Verra's export, of any number of rows, the same for the same number.

Half of the rows are retired, as in the real file; four blocks a batch, side by side; details in one
row of three.
"""

import csv
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from random import Random

HEADER = [
    "Issuance Date",
    "Sustainable Development Goals",
    "Vintage Start",
    "Vintage End",
    "ID",
    "Name",
    "Country/Area",
    "Project Type",
    "Methodology",
    "Total Vintage Quantity",
    "Quantity Issued",
    "Serial Number",
    "Additional Certifications",
    "Retirement/Cancellation Date",
    "Retirement Beneficiary",
    "Retirement Reason",
    "Retirement Details",
]
_BLOCKS_A_BATCH = 4
_ROWS_A_PROJECT = 300
_ROWS_A_BUYER = 40
_GOALS = "01: No Poverty; 07: Affordable and Clean Energy; 08: Decent Work and Economic Growth; 13: Climate Action"
_REASONS = ("Environmental Benefit", "Other", "Retirement for Person or Organization")
_KINDS = ("Wind Power", "Solar Power", "Hydro", "Biogas", "Cookstoves", "Mangroves", "REDD+")
_PLACES = ("Rajasthan", "Kenya", "São Paulo", "Yunnan", "Anatolia", "Zambézia", "Cusco", "Sumatra")


def write(path: Path, rows: int, first_batch: int = 0) -> None:
    """Writes a file of so many rows; its batches are numbered on from `first_batch`."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(HEADER)
        writer.writerows(_rows(rows, first_batch))


def _rows(rows: int, first_batch: int) -> Iterator[list[object]]:
    random = Random(rows)
    first = 1
    for number in range(rows):
        if number % _BLOCKS_A_BATCH == 0:
            batch = first_batch + number // _BLOCKS_A_BATCH + 1
            project = 1 + int(max(1, rows // _ROWS_A_PROJECT) * random.random() ** 1.6)
            year = random.randint(2008, 2023)
            label = int(random.random() < 0.2)
        quantity = int(2 ** random.uniform(0, 17))
        last = first + quantity - 1
        serial = (
            f"{batch}-{first}-{last}-VCS-VCU-1507-VER-IN-1-{project}-0101{year}-3112{year}-{label}"
        )
        first = last + 1
        yield [
            date(year + 1, random.randint(1, 12), random.randint(1, 28)).isoformat(),
            _GOALS,
            f"{year}-01-01",
            f"{year}-12-31",
            project,
            f"{_KINDS[project % 7]} {_PLACES[project % 8]} {project}",
            "India",
            "Energy industries (renewable/non-renewable sources)",
            "ACM0002",
            f"{quantity * 7:,}",
            f"{quantity:,}",
            serial,
            "CCB-Climate Gold" if label else "",
            *(_retirement(random, rows, year) if random.random() < 0.5 else ("",) * 4),
        ]


def _retirement(random: Random, rows: int, year: int) -> tuple[str, str, str, str]:
    day = date(year + 2, 1, 1) + timedelta(days=random.randint(0, 365))
    buyer = int(max(10, rows // _ROWS_A_BUYER) * random.random() ** 3)
    details = f"Retired on behalf of customer {buyer} for its emissions of {year}."
    return (
        day.isoformat(),
        f"Buyer {buyer} Ltd",
        random.choice(_REASONS),
        details if random.random() < 2 / 3 else "",
    )
