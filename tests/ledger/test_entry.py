"""Leaves: their bytes for ever, their length, and what is no leaf."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone

import pytest
import rfc8785
from hypothesis import example, given
from hypothesis import strategies as st

from tests.ledger.logs import flips
from webapp.domain.blocks import LARGEST_NUMBER, MOST_BLOCKS, Block, Blocks
from webapp.domain.identity import record_id
from webapp.domain.lifecycle import Event, Record
from webapp.ledger import entry
from webapp.ledger.entry import MalformedLeaf, account_digest, read
from webapp.ledger.tiles import LONGEST_LEAF

AT = datetime(2026, 5, 3, 12, 30, 0, 42, tzinfo=UTC)
RECORD = Record(
    id="d7a2cacab49120fac68ef2217eb032a6bfb30cf06d71c4cfdae5e311a80ee571",
    project_name="Waste-to-Energy Gujarat",
    registry="VCS",
    vintage=2018,
    quantity=110,
    serial_number="VCS-2220",
    project_id=None,
    issued_on=None,
    block=Block(1, 110),
    created_at=AT,
    actor="Registry desk",
)
CREATED = Event(
    seq=1,
    event_type="created",
    from_seq=None,
    units=Blocks((Block(1, 110),)),
    party=None,
    reason=None,
    note=None,
    effective_on=None,
    actor="Registry desk",
    at=AT,
)
RETIRED = replace(
    CREATED,
    seq=2,
    event_type="retired",
    from_seq=1,
    units=Blocks((Block(1, 40), Block(60, 70))),
    party="Café Müller",
    reason="Emissions of 2025",
    note='Two lines,\nand "quotes" \\ 🌳',
    effective_on=date(2026, 4, 30),
)
ACCOUNT = account_digest(b"sixteen bytes ab", "staff:3")
FULL = replace(RECORD, project_id="2220", issued_on=date(2019, 1, 2))


def leaf(record, event, account=ACCOUNT):
    return entry.leaf(record, event, account)


def words(most):
    return st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=most)


days = st.none() | st.dates()
times = st.datetimes(
    min_value=datetime(2, 1, 1), timezones=st.sampled_from([UTC, timezone(timedelta(hours=5.5))])
)


@st.composite
def happenings(draw):
    """Any record and any event that happened to it."""
    fields = (draw(words(9)), draw(words(9)), draw(st.integers(1900, 2100)), draw(words(9)))
    edges = st.lists(st.integers(0, LARGEST_NUMBER), min_size=2, max_size=12, unique=True)
    numbers = sorted(draw(edges))
    units = Blocks.of(zip(numbers[::2], numbers[1::2], strict=False))
    created = draw(st.booleans())
    seq = 1 if created else draw(st.integers(2, LARGEST_NUMBER))
    optional = st.none() | words(30)
    record = Record(
        record_id(*fields),
        fields[0],
        fields[1],
        fields[2],
        units.quantity if created else draw(st.integers(1, LARGEST_NUMBER)),
        fields[3],
        draw(optional),
        draw(days),
        units.ranges[0],
        AT,
        "Registry desk",
    )
    event = Event(
        seq,
        "created" if created else draw(st.sampled_from(["sold", "returned", "retired"])),
        None if created else draw(st.integers(1, seq - 1)),
        units,
        draw(optional),
        draw(optional),
        draw(optional),
        draw(days),
        draw(words(30)),
        draw(times),
    )
    return record, event


def test_a_creation_s_leaf_is_these_bytes_for_ever():
    assert leaf(RECORD, CREATED) == (
        b'{"event":{"account":"76bc845ec86c07e70a8fbbcfa6cb91243b0d428c508dced79dfef29ecc132b3a",'
        b'"actor":"Registry desk","blocks":[[1,110]],"event_type":"created","seq":1,'
        b'"timestamp":"2026-05-03T12:30:00.000042Z"},"format":"cairn-event/v1","record":'
        b'{"id":"d7a2cacab49120fac68ef2217eb032a6bfb30cf06d71c4cfdae5e311a80ee571",'
        b'"project_name":"Waste-to-Energy Gujarat","quantity":110,"registry":"VCS",'
        b'"serial_number":"VCS-2220","vintage":2018}}'
    )


def test_a_retirement_s_leaf_is_these_bytes_for_ever():
    assert leaf(FULL, RETIRED).decode() == (
        '{"event":{"account":"76bc845ec86c07e70a8fbbcfa6cb91243b0d428c508dced79dfef29ecc132b3a",'
        '"actor":"Registry desk","blocks":[[1,40],[60,70]],"effective_on":"2026-04-30",'
        '"event_type":"retired","from_seq":1,"note":"Two lines,\\nand \\"quotes\\" \\\\ 🌳",'
        '"party":"Café Müller","reason":"Emissions of 2025","seq":2,'
        '"timestamp":"2026-05-03T12:30:00.000042Z"},"format":"cairn-event/v1","record":'
        '{"id":"d7a2cacab49120fac68ef2217eb032a6bfb30cf06d71c4cfdae5e311a80ee571",'
        '"issued_on":"2019-01-02","project_id":"2220","project_name":"Waste-to-Energy Gujarat",'
        '"quantity":110,"registry":"VCS","serial_number":"VCS-2220","vintage":2018}}'
    )


@given(happenings())
@example((FULL, RETIRED))
def test_a_leaf_is_what_the_library_of_rfc_8785_writes(happening):
    data = leaf(*happening)
    assert data == rfc8785.dumps(json.loads(data))


@given(happenings())
def test_a_leaf_says_all_that_it_was_made_of(happening):
    record, event = happening
    issued, again, account = read(leaf(record, event))
    assert (again, account) == (event, ACCOUNT)
    assert vars(issued) == {name: getattr(record, name) for name in vars(issued)}


@pytest.mark.parametrize(
    ("of", "field", "other"),
    [
        ("record", "project_name", "Waste-to-Energy"),
        ("record", "registry", "GS"),
        ("record", "vintage", 2019),
        ("record", "quantity", 111),
        ("record", "serial_number", "VCS-2221"),
        ("record", "project_id", "2221"),
        ("record", "project_id", None),
        ("record", "issued_on", date(2019, 1, 3)),
        ("record", "issued_on", None),
        ("record", "id", "0" * 64),
        ("event", "seq", 3),
        ("event", "event_type", "cancelled"),
        ("event", "from_seq", 2),
        ("event", "units", Blocks((Block(1, 41), Block(60, 70)))),
        ("event", "party", None),
        ("event", "party", ""),
        ("event", "reason", "Emissions of 2024"),
        ("event", "note", None),
        ("event", "effective_on", date(2026, 4, 29)),
        ("event", "actor", "Night shift"),
        ("event", "at", AT + timedelta(microseconds=1)),
    ],
)
def test_nothing_of_a_happening_can_change_without_its_leaf(of, field, other):
    record = replace(FULL, **{field: other}) if of == "record" else FULL
    event = replace(RETIRED, **{field: other}) if of == "event" else RETIRED
    assert leaf(record, event) != leaf(FULL, RETIRED)


@pytest.mark.parametrize(
    ("salt", "actor_id"), [(b"sixteen bytes ab", "staff:4"), (b"sixteen bytes ac", "staff:3")]
)
def test_another_account_or_another_salt_makes_another_leaf(salt, actor_id):
    assert leaf(RECORD, CREATED, account_digest(salt, actor_id)) != leaf(RECORD, CREATED)


def test_the_time_is_told_in_utc_wherever_it_was_taken():
    there = AT.astimezone(timezone(timedelta(hours=-7)))
    assert leaf(RECORD, replace(CREATED, at=there)) == leaf(RECORD, CREATED)


def largest(letter):
    """The longest that the commands let through, all of it in one letter."""
    line, blocks = letter * 300, MOST_BLOCKS
    first = LARGEST_NUMBER - 2 * blocks
    units = Blocks(tuple(Block(first + 2 * n, first + 2 * n) for n in range(blocks)))
    record = replace(
        RECORD,
        id="f" * 64,
        project_name=line,
        registry=line,
        serial_number=line,
        quantity=LARGEST_NUMBER,
        project_id=letter * 100,
        issued_on=date.max,
    )
    event = replace(
        RETIRED,
        seq=LARGEST_NUMBER,
        from_seq=LARGEST_NUMBER - 1,
        event_type="cancelled",
        units=units,
        party=line,
        reason=line,
        actor=line,
        note=letter * 4000,
    )
    return leaf(record, event)


@pytest.mark.parametrize("letter", ["🌳", "\U0010ffff", "\\", '"', "\n", "é", "€"])
def test_the_longest_event_that_commands_let_through_fits_into_a_leaf(letter):
    assert len(largest(letter)) <= 42_300 < LONGEST_LEAF


def test_a_longer_note_than_commands_let_through_is_refused_by_its_length():
    note = "x" * (LONGEST_LEAF - len(leaf(RECORD, replace(CREATED, note="x"))) + 1)
    assert len(leaf(RECORD, replace(CREATED, note=note))) == LONGEST_LEAF
    with pytest.raises(MalformedLeaf, match="It has 65536 bytes; 65535 are the most"):
        leaf(RECORD, replace(CREATED, note=note + "x"))


@pytest.mark.parametrize(
    "event",
    [
        replace(CREATED, seq=LARGEST_NUMBER + 1),
        replace(CREATED, units=Blocks((Block(1, LARGEST_NUMBER + 1),))),
        replace(CREATED, note="\ud800"),
        replace(CREATED, at=AT.replace(tzinfo=None)),
    ],
)
def test_what_only_a_tampered_row_can_be_has_no_leaf(event):
    with pytest.raises(MalformedLeaf):
        leaf(RECORD, event)


def changed(*path, to):
    """The retirement's leaf with one value in it changed, canonical again."""
    whole = json.loads(leaf(FULL, RETIRED))
    place = whole
    for name in path[:-1]:
        place = place[name]
    if to is None:
        del place[path[-1]]
    else:
        place[path[-1]] = to
    return rfc8785.dumps(whole)


def test_a_leaf_that_was_changed_nowhere_is_read():
    assert read(changed("event", "note", to=RETIRED.note)) == read(leaf(FULL, RETIRED))


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{}",
        b"null",
        b"[]",
        b'"leaf"',
        b"\xff",
        b"[" * 60_000,
        b"1" * 60_000,
        leaf(FULL, RETIRED)[:-1],
        leaf(FULL, RETIRED) + b"\n",
        b" " + leaf(FULL, RETIRED),
        b"\xef\xbb\xbf" + leaf(FULL, RETIRED),
        leaf(FULL, RETIRED).decode().encode("utf-16"),
        leaf(FULL, RETIRED).replace(b'"seq":2', b'"seq": 2'),
        leaf(FULL, RETIRED).replace(b'"seq":2', b'"seq":2,"seq":2'),
        leaf(FULL, RETIRED).replace(b'"seq":2', b'"seq":2.0'),
        leaf(FULL, RETIRED).replace(b'"seq":2', b'"seq":2e0'),
        leaf(FULL, RETIRED).replace(b'"seq":2', b'"seq":true'),
        leaf(FULL, RETIRED).replace(b'"seq":2', b'"seq":"2"'),
        leaf(FULL, RETIRED).replace(b'"seq":2', b'"seq":NaN'),
        leaf(FULL, RETIRED).replace("é".encode(), b"\\u00e9"),
        leaf(FULL, RETIRED).replace(b"\\n", b"\\u000a"),
        leaf(FULL, RETIRED).replace(b"Emissions", b"\\ud800"),
        json.dumps(json.loads(leaf(FULL, RETIRED))).encode(),
        changed("format", to="cairn-event/v2"),
        changed("format", to=None),
        changed("more", to=1),
        changed("event", "more", to="1"),
        changed("record", "more", to="1"),
        changed("record", to=[]),
        changed("event", to="retired"),
        changed("event", "party", to=5),
        changed("event", "actor", to=None),
        changed("event", "account", to=None),
        changed("event", "account", to=""),
        changed("event", "account", to="00" * 31),
        changed("event", "account", to="AB" * 32),
        changed("event", "account", to="0" * 63 + " "),
        changed("event", "timestamp", to="2026-05-03T12:30:00.000042"),
        changed("event", "timestamp", to="2026-05-03T12:30:00.000042+00:00"),
        changed("event", "timestamp", to="2026-05-03T12:30:00Z"),
        changed("event", "timestamp", to="0001-01-01T00:00:00.000000+23:00"),
        changed("event", "timestamp", to="2026-02-30T12:30:00.000042Z"),
        changed("event", "effective_on", to="20260430"),
        changed("event", "effective_on", to="2026-04-31"),
        changed("event", "event_type", to="burnt"),
        changed("event", "event_type", to="created"),
        changed("event", "blocks", to=[]),
        changed("event", "blocks", to=[[]]),
        changed("event", "blocks", to={}),
        changed("event", "blocks", to=["12"]),
        changed("event", "blocks", to=[[1]]),
        changed("event", "blocks", to=[[1, 2, 3]]),
        changed("event", "blocks", to=[[2, 1]]),
        changed("event", "blocks", to=[[-5, 1]]),
        changed("event", "blocks", to=[[1, 5], [3, 9]]),
        changed("event", "blocks", to=[[1, 5], [6, 9]]),
        changed("event", "blocks", to=[[6, 9], [1, 3]]),
        changed("event", "from_seq", to=None),
        changed("event", "from_seq", to=0),
        changed("event", "from_seq", to=2),
        changed("event", "from_seq", to=-1),
        changed("event", "seq", to=1),
        changed("record", "id", to="0" * 64),
        changed("record", "vintage", to=2019),
        changed("record", "quantity", to=None),
        leaf(RECORD, replace(CREATED, seq=2)),
        leaf(RECORD, replace(CREATED, from_seq=1)),
        leaf(replace(RECORD, quantity=111), CREATED),
    ],
)
def test_what_is_no_leaf_is_refused(data):
    with pytest.raises(MalformedLeaf):
        read(data)


def test_a_leaf_past_the_longest_is_refused():
    with pytest.raises(MalformedLeaf, match="65535 are the most"):
        read(changed("event", "note", to="x" * 70_000))


def test_each_bit_of_a_leaf_makes_another_leaf_or_none():
    data = leaf(FULL, RETIRED)
    for other in flips(data):
        try:
            said = read(other)
        except MalformedLeaf:
            continue
        assert leaf(*said) == other


@given(st.binary(max_size=100) | st.text(max_size=100).map(str.encode))
def test_any_bytes_are_refused_with_a_sentence(data):
    with pytest.raises(MalformedLeaf):
        read(data)
