"""Registries are found by their names as well as by their codes."""

import pytest
from flask import Flask

from tests.factories import DESK, new_record
from webapp.actions import creating, searching
from webapp.domain.searching import Search

RECORDS = [
    ("Wind Farm", "VCS"),
    ("Cookstoves", "GS"),
    ("Gold mine tailings, standard case", "ACR"),
    ("Wind Park", "GS"),
]


@pytest.fixture(autouse=True)
def records(app: Flask) -> None:
    for number, (name, registry) in enumerate(RECORDS):
        command = new_record(project_name=name, registry=registry, serial_number=f"N-{number}")
        creating.create(command, DESK)


@pytest.mark.parametrize(
    ("words", "names"),
    [
        ("verra", {"Wind Farm"}),
        ("Gold Standard", {"Cookstoves", "Wind Park", "Gold mine tailings, standard case"}),
        ("gold standard wind", {"Wind Park"}),
        ("wind gold standard", {"Wind Park"}),
        ("gold", {"Gold mine tailings, standard case"}),
        ("gs wind", {"Wind Park"}),
        ("verra cookstoves", set()),
        ("art trees", set()),
    ],
)
def test_a_registrys_name_finds_its_records(words: str, names: set[str]) -> None:
    found = searching.find_records(Search(q=words))
    assert {one.record.project_name for one in found.items} == names
