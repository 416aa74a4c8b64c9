"""One unit looked up: the sentence that says what became of it."""

import pytest

from tests.domain.histories import NOW, after, issued, named, sold_to
from webapp.domain.commands import Cancel, Retire, Return
from webapp.domain.explaining import unit_state
from webapp.domain.lifecycle import Record, Story, holdings

EVENTS = after(
    issued(),
    sold_to("Acme Ltd", (1, 40)),
    Return(sale=2, reason="unpaid", blocks=named((11, 20))),
    Retire(sale=2, blocks=named((1, 10))),
    Retire(blocks=named((50, 50)), effective_on="2026-04-30"),
    Cancel(reason="buffer", blocks=named((91, 100)), beneficiary="Bold"),
)
RECORD = Record("0" * 64, "P", "VCS", 2021, 100, "S", None, None, (1, 100), NOW, "Registry desk")
STORY = Story(RECORD, holdings(EVENTS), tuple(EVENTS))


@pytest.mark.parametrize(
    ("unit", "state", "seq", "sentence"),
    [
        (60, "available", 1, "Unit 60 is available (event 1)."),
        (11, "available", 3, "Unit 11 is available (event 3)."),
        (40, "sold", 2, "Unit 40 was sold to Acme Ltd on 3 May 2026 (event 2)."),
        (1, "retired", 4, "Unit 1 was retired for Acme Ltd on 3 May 2026 (event 4)."),
        (50, "retired", 5, "Unit 50 was retired on 30 April 2026 (event 5)."),
        (100, "cancelled", 6, "Unit 100 was cancelled for Bold on 3 May 2026 (event 6)."),
    ],
)
def test_it_says_where_the_unit_lies_and_since_when(unit, state, seq, sentence):
    found = unit_state(STORY, unit)

    assert (found.unit, found.state, found.sentence) == (unit, state, sentence)
    assert found.event is not None
    assert found.event.seq == seq


@pytest.mark.parametrize("unit", [0, 101])
def test_a_unit_of_no_event_is_told_which_units_there_are(unit):
    found = unit_state(STORY, unit)

    assert (found.state, found.event) == (None, None)
    assert found.sentence == f"Unit {unit} is not in this record, whose units are 1-100."
