"""Where rows of files land, decided without a database."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from webapp.domain.blocks import Block, Blocks
from webapp.domain.commands import BlockOfUnits, Cancel, CreateRecord, Retire, Return, Sell
from webapp.domain.landing import Entry, Ground, Happened, Standing
from webapp.domain.refusals import (
    BlockTaken,
    EventDiffers,
    InvalidFields,
    NotIssued,
    RecordDiffers,
    Refusal,
    SeriesDiffers,
    UnitsNotAvailable,
)

AT = datetime(2026, 5, 3, 12, tzinfo=UTC)
DAY = date(2026, 4, 1)


def block(first: int, last: int, codes: str = "11603-16-2025", **fields: Any) -> CreateRecord:
    """A Gold Standard block of batch 7."""
    project, kind, vintage = codes.split("-")
    given: dict[str, Any] = {
        "project_name": "Cookstoves Kenya",
        "registry": "GS",
        "vintage": int(vintage),
        "quantity": last - first + 1,
        "serial_number": f"GS1-1-KE-GS{project}-{kind}-{vintage}-7-{first}-{last}",
    }
    return CreateRecord(**given | fields)


def free_text(quantity: int, **fields: Any) -> CreateRecord:
    given: dict[str, Any] = {
        "project_name": "Wind Farm",
        "registry": "VCS",
        "vintage": 2021,
        "quantity": quantity,
        "serial_number": "VCS-0456",
    }
    return CreateRecord(**given | fields)


def units(first: int, last: int) -> list[BlockOfUnits]:
    return [BlockOfUnits(first=first, last=last)]


def retired(
    first: int, last: int, beneficiary: str | None = "Acme", day: date | None = DAY, **how: Any
) -> Happened:
    command = Retire(blocks=units(first, last), beneficiary=beneficiary, effective_on=day)
    return Happened(command, **how)


def cancelled(first: int, last: int) -> Happened:
    return Happened(Cancel(blocks=units(first, last), reason="Buffer", effective_on=DAY))


def sold(first: int, last: int, buyer: str, seq: int) -> Happened:
    return Happened(Sell(blocks=units(first, last), buyer=buyer, effective_on=DAY), seq)


@pytest.fixture
def ground() -> Ground:
    return Ground(AT, "Registry desk")


def only(ground: Ground) -> Standing:
    (standing,) = ground.standings()
    return standing


def fates(standing: Standing) -> list[tuple[str, str]]:
    return [(event.event_type, str(event.units)) for event in standing.events]


def test_a_block_that_nobody_has_becomes_a_record(ground: Ground) -> None:
    command = block(1, 100)
    assert ground.land(Entry(command))
    assert only(ground).record.id == command.id
    assert only(ground).record.block == Block(1, 100)
    assert fates(only(ground)) == [("created", "1-100")]


def test_a_retired_block_becomes_a_record_with_its_retirement(ground: Ground) -> None:
    assert ground.land(Entry(block(1, 100), (retired(1, 100),)))
    event = only(ground).events[1]
    assert (event.event_type, event.party, event.effective_on) == ("retired", "Acme", DAY)
    assert (event.actor, event.at) == ("Registry desk", AT)


def test_the_same_row_again_adds_nothing(ground: Ground) -> None:
    entry = Entry(block(1, 100), (retired(1, 100),))
    assert ground.land(entry)
    assert not ground.land(entry)
    assert len(only(ground).events) == 2


def test_a_retirement_lands_on_the_record_that_has_its_units(ground: Ground) -> None:
    ground.land(Entry(block(1, 100)))
    assert ground.land(Entry(block(11, 20), (retired(11, 20),), own_block=False))
    assert fates(only(ground)) == [("created", "1-100"), ("retired", "11-20")]


def test_a_cancellation_lands_there_too(ground: Ground) -> None:
    ground.land(Entry(block(1, 100)))
    assert ground.land(Entry(block(11, 20), (cancelled(11, 20),)))
    assert fates(only(ground))[1] == ("cancelled", "11-20")


def test_a_block_inside_a_record_of_the_same_project_and_vintage_is_there(ground: Ground) -> None:
    ground.land(Entry(block(1, 100)))
    assert not ground.land(Entry(block(11, 20)))


def test_a_project_that_was_renamed_is_the_same_by_its_number(ground: Ground) -> None:
    ground.land(Entry(block(1, 100, project_id="11603")))
    renamed = block(11, 20, project_id="11603", project_name="Cookstoves Kenya II")
    assert not ground.land(Entry(renamed))


def test_a_block_inside_a_record_of_another_project_is_refused(ground: Ground) -> None:
    ground.land(Entry(block(1, 100)))
    with pytest.raises(BlockTaken, match="Units 11-20 of this serial number are already recorded"):
        ground.land(Entry(block(11, 20, project_name="Another")))


@pytest.mark.parametrize(("first", "last"), [(50, 150), (90, 101), (1, 101), (0, 100)])
@pytest.mark.parametrize("ended", [False, True])
def test_a_block_that_lies_partly_in_a_record_is_refused(
    ground: Ground, first: int, last: int, ended: bool
) -> None:
    ground.land(Entry(block(1, 100)))
    happened = (retired(first, last),) if ended else ()
    with pytest.raises(BlockTaken):
        ground.land(Entry(block(first, last), happened))
    assert fates(only(ground)) == [("created", "1-100")]


def test_a_block_over_several_records_is_refused(ground: Ground) -> None:
    ground.land(Entry(block(1, 100)))
    ground.land(Entry(block(101, 200)))
    with pytest.raises(BlockTaken):
        ground.land(Entry(block(91, 110), (retired(91, 110),)))


def test_blocks_side_by_side_are_records_of_their_own(ground: Ground) -> None:
    for first in (201, 1, 101):
        assert ground.land(Entry(block(first, first + 99)))
    assert len(list(ground.standings())) == 3


def test_other_codes_around_a_known_batch_are_refused(ground: Ground) -> None:
    ground.land(Entry(block(1, 100)))
    with pytest.raises(SeriesDiffers):
        ground.land(Entry(block(101, 200, codes="11603-17-2025")))


def test_a_retirement_without_its_issuance_is_refused_where_it_may_not_bring_its_block(
    ground: Ground,
) -> None:
    with pytest.raises(NotIssued, match="import the issuance first"):
        ground.land(Entry(block(1, 100), (retired(1, 100),), own_block=False))
    assert list(ground.standings()) == []


def test_units_that_ended_on_another_day_are_refused(ground: Ground) -> None:
    ground.land(Entry(block(1, 100), (retired(1, 40),)))
    with pytest.raises(
        UnitsNotAvailable, match="Units 11-20 were retired for Acme on 1 April 2026"
    ):
        ground.land(Entry(block(11, 20), (retired(11, 20, day=date(2026, 4, 2)),)))


def test_units_that_ended_for_another_party_are_refused(ground: Ground) -> None:
    ground.land(Entry(block(1, 100), (retired(1, 40),)))
    with pytest.raises(UnitsNotAvailable):
        ground.land(Entry(block(11, 20), (retired(11, 20, "Bolt"),)))
    with pytest.raises(UnitsNotAvailable):
        ground.land(Entry(block(11, 20), (retired(11, 20, None),)))


def test_units_that_ended_in_another_way_are_refused(ground: Ground) -> None:
    ground.land(Entry(block(1, 100), (cancelled(1, 40),)))
    with pytest.raises(UnitsNotAvailable):
        ground.land(Entry(block(11, 20), (retired(11, 20, None),)))


def test_units_of_which_some_ended_are_refused_whole(ground: Ground) -> None:
    ground.land(Entry(block(1, 100), (retired(1, 40),)))
    with pytest.raises(UnitsNotAvailable):
        ground.land(Entry(block(31, 50), (retired(31, 50),)))
    assert len(only(ground).events) == 2


def test_units_that_ended_alike_in_several_pieces_are_there(ground: Ground) -> None:
    ground.land(Entry(block(1, 100), (retired(1, 40),)))
    ground.land(Entry(block(41, 60), (retired(41, 60),)))
    assert not ground.land(Entry(block(31, 50), (retired(31, 50),)))


def test_a_row_without_a_day_means_whatever_day_it_was_written(ground: Ground) -> None:
    ground.land(Entry(block(1, 100), (retired(1, 100, day=None),)))
    assert not ground.land(Entry(block(1, 100), (retired(1, 100, day=None),)))


def test_a_retirement_of_sold_units_is_there_for_its_buyer(ground: Ground) -> None:
    row = retired(1, 40, beneficiary=None)
    ground.land(Entry(block(1, 100), (sold(1, 60, "Acme", 2),)))
    assert ground.land(Entry(block(1, 100), (row,)))
    assert only(ground).events[2].party == "Acme"
    assert not ground.land(Entry(block(1, 100), (row,)))


def test_a_whole_life_lands_again_as_it_was(ground: Ground) -> None:
    undone = Return(sale=2, blocks=units(51, 60), reason="Too many", effective_on=DAY)
    life = (
        sold(1, 60, "Acme", 2),
        Happened(undone, 3),
        sold(51, 60, "Acme", 4),
        retired(1, 50, seq=5),
    )
    assert ground.land(Entry(block(1, 100), life))
    assert [event.from_seq for event in only(ground).events] == [None, 1, 2, 3, 2]
    assert not ground.land(Entry(block(1, 100), life))


def test_a_sale_that_is_not_the_next_event_is_refused(ground: Ground) -> None:
    ground.land(Entry(block(1, 100), (retired(1, 40),)))
    with pytest.raises(EventDiffers, match="The file's event 2 is none of this record's 2"):
        ground.land(Entry(block(1, 100), (sold(41, 60, "Acme", 2),)))
    with pytest.raises(EventDiffers):
        ground.land(Entry(block(1, 100), (sold(41, 60, "Acme", 4),)))
    assert ground.land(Entry(block(1, 100), (sold(41, 60, "Acme", 3),)))


def test_of_a_row_with_several_events_all_land_or_none(ground: Ground) -> None:
    life = (sold(1, 60, "Acme", 2), sold(50, 70, "Bolt", 3))
    with pytest.raises(UnitsNotAvailable):
        ground.land(Entry(block(1, 100), life))
    assert list(ground.standings()) == []
    ground.land(Entry(block(1, 100)))
    with pytest.raises(UnitsNotAvailable):
        ground.land(Entry(block(1, 100), life))
    assert fates(only(ground)) == [("created", "1-100")]


def test_the_same_id_with_another_quantity_is_refused(ground: Ground) -> None:
    ground.land(Entry(free_text(100)))
    with pytest.raises(RecordDiffers, match="it differs in quantity"):
        ground.land(Entry(free_text(60)))
    with pytest.raises(RecordDiffers):
        ground.land(Entry(free_text(60), (retired(1, 60),)))


def test_the_same_id_by_other_fields_is_refused(ground: Ground) -> None:
    ground.land(Entry(free_text(100, project_name="a_b", registry="c")))
    with pytest.raises(RecordDiffers):
        ground.land(Entry(free_text(100, project_name="a", registry="b_c")))


def test_an_issuance_day_that_is_not_the_records_is_refused_but_not_of_an_event(
    ground: Ground,
) -> None:
    ground.land(Entry(block(1, 100, issued_on=DAY)))
    other = block(1, 100, issued_on=date(2026, 4, 2))
    with pytest.raises(RecordDiffers, match="issued_on"):
        ground.land(Entry(other))
    assert ground.land(Entry(other, (retired(1, 100),)))


@pytest.mark.parametrize("fields", [{"vintage": 2020}, {"project_name": "Another"}])
def test_free_text_means_a_record_only_with_its_project_and_vintage(
    ground: Ground, fields: dict[str, Any]
) -> None:
    ground.land(Entry(free_text(100)))
    with pytest.raises(RecordDiffers, match="Correct the row"):
        ground.land(Entry(free_text(100, **fields), (retired(1, 100),)))


def test_days_in_the_future_are_refused_and_leave_no_record(ground: Ground) -> None:
    tomorrow = date(2026, 5, 4)
    for entry in (
        Entry(block(1, 100, issued_on=tomorrow)),
        Entry(block(1, 100), (retired(1, 100, day=tomorrow),)),
    ):
        with pytest.raises(InvalidFields, match="lies in the future"):
            ground.land(entry)
    assert list(ground.standings()) == []


def test_what_is_kept_already_is_told_from_what_is_to_be_written(ground: Ground) -> None:
    first = Ground(AT, "Registry desk")
    first.land(Entry(block(1, 100), (retired(1, 40),)))
    kept = only(first)
    ground.put(Standing(kept.record, kept.serial, [*kept.events], kept=2))
    assert only(ground).added == []
    ground.land(Entry(block(1, 100), (retired(41, 100),)))
    assert [str(event.units) for event in only(ground).added] == ["41-100"]


def test_many_pieces_in_any_order_land_like_units_counted_one_by_one(ground: Ground) -> None:
    ground.land(Entry(block(1, 60)))
    left = set(range(1, 61))
    for first, last in [(10, 20), (1, 5), (18, 25), (6, 9), (55, 60), (21, 30), (26, 54)]:
        wanted = set(range(first, last + 1))
        try:
            ground.land(Entry(block(first, last), (retired(first, last, f"P{first}"),)))
            assert wanted <= left
            left -= wanted
        except Refusal:
            assert not wanted <= left
    ended = Blocks.of(one for event in only(ground).events[1:] for one in event.units)
    assert left == set(range(1, 61)) - {n for one in ended for n in range(one.first, one.last + 1)}
