"""The id of a record: published vectors, and what it depends on."""

import hashlib
import json
from pathlib import Path

import pytest

from webapp.domain.commands import CreateRecord
from webapp.domain.identity import is_record_id, record_id

VECTORS = json.loads(Path(__file__).with_name("id_vectors.json").read_text("utf-8"))
FIELDS = {
    "project_name": "Mangrove Restoration Project",
    "registry": "VCS",
    "vintage": 2023,
    "serial_number": "VCS-0001",
}


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["serial_number"])
def test_a_published_vector_gets_its_published_id(vector):
    fields = {name: vector[name] for name in FIELDS}
    assert record_id(**fields) == vector["id"]


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["serial_number"])
def test_the_command_that_creates_a_record_knows_the_published_id(vector):
    fields = {name: value for name, value in vector.items() if name != "id"}
    assert CreateRecord(**fields).id == vector["id"]


def test_there_are_ten_vectors_and_no_two_share_an_id():
    assert len({vector["id"] for vector in VECTORS}) == 10


@pytest.mark.parametrize(
    ("field", "other"),
    [
        ("project_name", "Mangrove Restoration project"),
        ("project_name", "Mangrove Restoration Project."),
        ("registry", "vcs"),
        ("vintage", 2022),
        ("serial_number", "VCS-0002"),
        ("serial_number", "VCS-001"),
    ],
)
def test_another_field_gives_another_id(field, other):
    assert record_id(**{**FIELDS, field: other}) != record_id(**FIELDS)


def test_the_fields_are_hashed_as_utf_8():
    hashed = hashlib.sha256("Café_GS_2020_Ü-1".encode()).hexdigest()
    assert record_id("Café", "GS", 2020, "Ü-1") == hashed


def test_the_joint_is_ambiguous_so_other_fields_can_share_an_id():
    assert record_id("Forest_VCS", "A", 2020, "1") == record_id("Forest", "VCS_A", 2020, "1")


def test_quantity_project_id_and_issue_day_do_not_enter_the_id():
    bare = CreateRecord(**FIELDS, quantity=100)
    full = CreateRecord(**FIELDS, quantity=7, project_id="1", issued_on=None)
    assert bare.id == full.id


def test_white_space_that_nobody_sees_does_not_change_the_id():
    typed = {**FIELDS, "project_name": "\ufeff Mangrove\u00a0 Restoration\u200b Project\n"}
    assert CreateRecord(**typed, quantity=100).id == record_id(**FIELDS)


def test_composed_and_decomposed_accents_give_one_id():
    composed = {**FIELDS, "project_name": "Caf\u00e9"}
    decomposed = {**FIELDS, "project_name": "Cafe\u0301"}
    assert CreateRecord(**composed, quantity=1).id == CreateRecord(**decomposed, quantity=1).id


def test_sixty_four_hexadecimal_digits_have_the_form_of_an_id():
    assert is_record_id(VECTORS[0]["id"])


@pytest.mark.parametrize(
    "text",
    ["", "a" * 63, "a" * 65, "A" * 64, "g" * 64, "a" * 64 + "\n", "\uff11" * 64, " " + "a" * 63],
    ids=ascii,
)
def test_anything_else_has_not_the_form_of_an_id(text):
    assert not is_record_id(text)
