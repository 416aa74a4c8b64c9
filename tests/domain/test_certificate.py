"""What a certificate says, what has none, and how a part of a block is written as a serial number."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.domain.histories import NOW, after, issued, named, sold_to
from tests.domain.serial_examples import ACR, CAR, CDM, GS, READ, VCS
from webapp.domain.blocks import Block, Blocks
from webapp.domain.certificate import certificate_of
from webapp.domain.commands import Cancel, Retire, Return
from webapp.domain.lifecycle import Record, Story, holdings
from webapp.domain.refusals import NotARetirement
from webapp.domain.runs import serial_of
from webapp.domain.serials import read_serial

HUNDRED = Block(1, 100)


def record(serial_number="VCS-2220", block=HUNDRED, registry="VCS"):
    return Record(
        id="a" * 64,
        project_name="Wind Farm",
        registry=registry,
        vintage=2020,
        quantity=block.quantity,
        serial_number=serial_number,
        project_id="1340",
        issued_on=None,
        block=block,
        created_at=NOW,
        actor="Registry desk",
    )


def story(*commands, of=None):
    of = of or record()
    events = after(issued(*of.block), *commands)
    return Story(of, holdings(events), tuple(events))


def refusal(of, seq):
    with pytest.raises(NotARetirement) as caught:
        certificate_of(of, seq)
    return caught.value.detail


# --- what it says


def test_it_says_everything_that_the_event_and_its_record_say():
    retired = Retire(
        quantity=40,
        beneficiary="Acme Ltd",
        reason="Travel",
        note="One\nTwo",
        effective_on=date(2026, 2, 28),
    )

    found = certificate_of(story(retired), 2)

    assert (found.record_id, found.seq) == ("a" * 64, 2)
    assert (found.project_name, found.project_id) == ("Wind Farm", "1340")
    assert (found.registry, found.vintage, found.serial_number) == ("VCS", 2020, "VCS-2220")
    assert (found.tonnes, found.units) == (40, Blocks.of([(1, 40)]))
    assert found.record_units == Block(1, 100)
    assert (found.beneficiary, found.reason, found.note) == ("Acme Ltd", "Travel", "One\nTwo")
    assert (found.day, found.recorded_at) == (date(2026, 2, 28), NOW)
    assert found.recorded_by == "Registry desk"


def test_its_statement_says_in_one_sentence_what_it_certifies():
    retired = Retire(quantity=40, beneficiary="Acme Ltd", effective_on=date(2026, 2, 28))

    assert certificate_of(story(retired), 2).statement == (
        "40 tonnes of CO2e from Wind Farm (registry VCS, vintage 2020) were retired for Acme Ltd "
        "on 28 February 2026 and can never be sold or retired again."
    )


def test_without_a_beneficiary_the_statement_names_nobody():
    found = certificate_of(story(Retire(quantity=1)), 2)

    assert found.beneficiary is None
    assert found.title == "1 tonne of CO2e, retired"
    assert " was retired on 3 May 2026 and " in found.statement


def test_without_a_day_of_its_own_it_counts_for_the_day_it_was_recorded():
    assert certificate_of(story(Retire(quantity=1)), 2).day == NOW.date()


def test_a_retirement_out_of_a_sale_is_for_the_buyer():
    found = certificate_of(story(sold_to("Bold", (11, 20)), Retire(sale=2, quantity=3)), 3)

    assert found.beneficiary == "Bold"
    assert [one.serial for one in found.blocks] == ["VCS-2220, units 11-13"]


# --- what has none


def test_any_other_event_is_named_with_the_retirements_there_are():
    of = story(
        sold_to("Bold", (1, 10)),
        Return(sale=2, reason="unpaid"),
        Cancel(reason="buffer", blocks=named((20, 24))),
        Retire(blocks=named((30, 36))),
    )

    only = "The record's only retirement is event 5. Only retirements have a certificate."
    assert refusal(of, 1) == f"Event 1 is not a retirement: it is the record's creation. {only}"
    assert refusal(of, 2) == f"Event 2 is not a retirement: it is a sale. {only}"
    assert refusal(of, 3) == f"Event 3 is not a retirement: it is a return. {only}"
    assert refusal(of, 4) == f"Event 4 is not a retirement: it is a cancellation. {only}"


@pytest.mark.parametrize("seq", [0, -1, 3, 10**20])
def test_an_event_that_there_is_not_has_no_certificate(seq):
    said = refusal(story(Retire(quantity=7)), seq)

    assert said.startswith(f"There is no event {seq}. The record's only retirement is event 2.")


def test_a_record_without_retirements_says_so():
    assert "This record has no retirements." in refusal(story(), 1)


# --- the serial number of a part of a block


@pytest.mark.parametrize(
    ("serial", "registry", "block", "part", "written"),
    [
        (VCS, "VCS", (941467007, 941467431), (941467010, 941467020),
         "19385-941467010-941467020-VCS-VCU-1507-VER-ET-14-1340-01012020-31122020-1"),
        (VCS, "VCS", (941467007, 941467431), (941467010, 941467010),
         "19385-941467010-941467010-VCS-VCU-1507-VER-ET-14-1340-01012020-31122020-1"),
        (GS, "GS", (110, 5463), (111, 112), "GS1-1-KE-GS11603-16-2025-30256-111-112"),
        (GS, "GS", (110, 5463), (111, 111), "GS1-1-KE-GS11603-16-2025-30256-111"),
        (ACR, "ACR", (30932, 35143), (30940, 30940), "ACR-FR-1129-2025-2917-30940 to 30940"),
        (CAR, "CAR", (1, 260294), (2, 9), "CAR-ROC-US-2056-129-2283-WV-2025-8969-2 to 9"),
        (CDM, "GS", (1463953, 1467609), (1463954, 1463960),
         "RW-5-1463954-2-2-0-7014 - RW-5-1463960-2-2-0-7014"),
        (CDM, "GS", (1463953, 1467609), (1463954, 1463954), "RW-5-1463954-2-2-0-7014"),
        ("VCS-2220", "VCS", (1, 110), (1, 40), "VCS-2220, units 1-40"),
        ("VCS-2220", "VCS", (1, 110), (7, 7), "VCS-2220, unit 7"),
        ("VCS-2220", "VCS", (1, 110), (1, 110), "VCS-2220, units 1-110"),
    ],
)  # fmt: skip
def test_a_block_is_written_as_its_registry_writes_it(serial, registry, block, part, written):
    assert serial_of(record(serial, Block(*block), registry), Block(*part)) == written


RUNS = [row for row in READ.values() if "#" in row[3]]


@given(st.sampled_from(RUNS), st.data())
def test_a_written_block_reads_back_as_the_same_units_of_the_same_series(row, data):
    registry, text, quantity, *_ = row
    whole = read_serial(registry, text, quantity)
    first = data.draw(st.integers(whole.block.first, whole.block.last))
    last = data.draw(st.integers(first, whole.block.last))

    written = serial_of(record(text, whole.block, registry), Block(first, last))

    part = read_serial(registry, written, last - first + 1)
    assert (part.series, part.remainder, part.block) == (
        whole.series,
        whole.remainder,
        (first, last),
    )


@pytest.mark.parametrize("row", RUNS)
def test_the_whole_block_is_written_as_the_record_has_it(row):
    registry, text, quantity, *_ = row
    block = read_serial(registry, text, quantity).block

    assert serial_of(record(text, block, registry), block) == text


def test_a_retirement_of_many_blocks_has_a_serial_number_for_each():
    found = certificate_of(story(Retire(blocks=named((1, 3), (7, 7)))), 2)

    assert [(one.units, one.serial) for one in found.blocks] == [
        ((1, 3), "VCS-2220, units 1-3"),
        ((7, 7), "VCS-2220, unit 7"),
    ]
