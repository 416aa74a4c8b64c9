"""The registries' own exports, where they lie beside this repository."""

import csv
import json
from pathlib import Path

import pytest

from webapp.exchange.opening import read_rows, survey

SHARED = Path(__file__).parents[3] / "shared"
EXPORTS = sorted((SHARED / "registry-exports").glob("*/*.csv"))
SAMPLE = SHARED / "reference" / "sample-registry.json"


@pytest.mark.skipif(not EXPORTS, reason="the registries' exports are not beside this repository")
def test_every_export_is_read_whole():
    for export in EXPORTS:
        with export.open("rb") as file:
            found = survey(file)
            rows = [row.cells for row in read_rows(file, found)]
        with export.open(encoding="utf-8-sig", newline="") as file:
            header, *expected = csv.reader(file)
        assert (export.name, found.kind, found.header) == (export.name, "csv", tuple(header))
        assert rows == expected
        assert found.size == export.stat().st_size


@pytest.mark.skipif(
    not SAMPLE.exists(), reason="sample-registry.json is not beside this repository"
)
def test_the_sample_registry_is_read_whole():
    with SAMPLE.open("rb") as file:
        found = survey(file)
        rows = [row.cells for row in read_rows(file, found)]
    assert (found.kind, rows) == ("json", json.loads(SAMPLE.read_text()))
