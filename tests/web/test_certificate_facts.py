"""Page, PDF, JSON and event say the same of a retirement, whatever it is made of."""

import re
from datetime import date
from itertools import count
from typing import Any

from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.documents import read, squeezed
from tests.factories import DESK
from tests.parser import words
from tests.web.browser import Browser, Page
from webapp.actions import creating, taking
from webapp.domain import wording
from webapp.domain.blocks import LARGEST_NUMBER
from webapp.domain.commands import CreateRecord, Retire

# What the PDF's fonts have and pypdf reads back; other scripts are tried in tests/test_typesetting.py.
LETTERS = st.characters(codec="latin-1", categories=["L", "N", "P", "S", "Zs"]) | st.sampled_from(
    "ŁżğΩЖш€–—“”*#_$@<>&\"'`\\{}[]~=+-/"
)
LINES = st.text(LETTERS, min_size=1, max_size=60).filter(str.strip)
NOTES = st.lists(LINES, min_size=1, max_size=4).map("\n".join)
LONG_NOTES = st.integers(1, 60).map(lambda times: "Was bleibt, ist *die* #Summe.\n" * times)
SERIALS = (
    ("VCS", "{n}-{first}-{last}-VCS-VCU-1507-VER-ET-14-1340-01012020-31122020-1"),
    ("GS", "GS1-1-KE-GS11603-16-2020-{n}-{first}-{last}"),
    ("ACR", "ACR-FR-1129-2020-{n}-{first} to {last}"),
    ("GS", "RW-5-{first}-2-2-0-{n} - RW-5-{last}-2-2-0-{n}"),
    ("Oak's own", "Oak <{n}> #lot"),
)
_numbers = count(1)


@st.composite
def blocks(draw: st.DrawFn) -> list[tuple[int, int]]:
    """Up to 500 blocks that do not touch, counted from 0, of any size."""
    lengths = draw(
        st.lists(st.integers(1, 40), min_size=1, max_size=4)
        | st.lists(st.integers(1, 10**12), min_size=1, max_size=20)
        | st.integers(400, 500).map(lambda many: [2] * many)
    )
    found, at = [], draw(st.integers(0, 5))
    for length in lengths:
        found.append((at, at + length - 1))
        at += length + draw(st.integers(1, 3)) if len(lengths) < 30 else length + 1
    return found


@st.composite
def retirements(draw: st.DrawFn) -> tuple[CreateRecord, Retire]:
    """A record of its own, and a retirement of some of its units."""
    registry, form = draw(st.sampled_from(SERIALS))
    taken = draw(blocks())
    quantity = taken[-1][1] + 1 + draw(st.integers(0, 1_000))
    numbered = "{first}" in form
    first = draw(st.integers(1, LARGEST_NUMBER - quantity)) if numbered else 1
    record = CreateRecord(
        project_name=draw(LINES),
        registry=registry,
        vintage=2020,
        quantity=quantity,
        serial_number=form.format(n=next(_numbers), first=first, last=first + quantity - 1),
    )
    retirement = Retire.model_validate(
        {
            "blocks": [{"first": first + one, "last": first + last} for one, last in taken],
            "beneficiary": draw(st.none() | LINES),
            "reason": draw(st.none() | LINES),
            "note": draw(st.none() | NOTES | LONG_NOTES),
            "effective_on": draw(st.none() | st.dates(date(2000, 1, 1), date(2026, 1, 1))),
        }
    )
    return record, retirement


@given(asked=retirements())
@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
def test_page_pdf_and_json_say_what_the_event_says(site: Flask, asked: Any) -> None:
    with site.app_context():
        record_id = creating.create(asked[0], DESK).story.record.id
        (event,) = taking.retire(record_id, asked[1], DESK).added
    path = f"/records/{record_id}/events/{event.seq}/certificate"
    public = site.test_client()
    record = public.get(f"/api/v1/records/{record_id}").get_json()
    event_in_json = next(one for one in record["events"] if one["seq"] == event.seq)

    certificate = public.get(f"/api/v1{path}").get_json()
    page = Browser(site).get(path)
    document = public.get(f"{path}.pdf")

    check_json(certificate, record, event_in_json)
    lines = expected_lines(certificate)
    check_page(page, certificate, lines)
    check_pdf(document.data, certificate, lines)


def check_json(certificate: Any, record: Any, event: Any) -> None:
    """The certificate in JSON against the event and the record in JSON."""
    for name in ("project_name", "project_id", "registry", "vintage", "serial_number"):
        assert certificate[name] == record[name]
    assert (certificate["record_id"], certificate["seq"]) == (record["id"], event["seq"])
    assert certificate["tonnes"] == event["quantity"]
    bare = [{name: one[name] for name in ("first", "last")} for one in certificate["blocks"]]
    assert bare == event["blocks"]
    sizes = [one["quantity"] for one in certificate["blocks"]]
    assert sizes == [one["last"] - one["first"] + 1 for one in event["blocks"]]
    for name in ("beneficiary", "reason", "note"):
        assert certificate[name] == event[name]
    assert certificate["retired_on"] == (event["effective_on"] or event["timestamp"][:10])
    assert certificate["recorded_at"] == event["timestamp"]
    assert certificate["recorded_by"] == event["actor"]
    for one in certificate["blocks"]:
        assert str(one["first"]) in one["serial_number"]
        assert str(one["last"]) in one["serial_number"]


def expected_lines(certificate: Any) -> list[tuple[str, str]]:
    """What page and PDF must list, line by line, told from the JSON alone."""
    day = wording.day(date.fromisoformat(certificate["retired_on"]))
    recorded = date.fromisoformat(certificate["recorded_at"][:10])
    time = f"{wording.day(recorded)}, {certificate['recorded_at'][11:16]} UTC"
    whole = certificate["record_block"]["last"] - certificate["record_block"]["first"] + 1
    tonnes = wording.number(certificate["tonnes"])
    return [
        ("Beneficiary", certificate["beneficiary"] or "not named"),
        ("Retired on", day),
        *([("Reason", certificate["reason"])] if certificate["reason"] else []),
        *([("Note", certificate["note"])] if certificate["note"] else []),
        ("Project", certificate["project_name"]),
        *([("Project id", certificate["project_id"])] if certificate["project_id"] else []),
        ("Registry", certificate["registry"]),
        ("Vintage", str(certificate["vintage"])),
        ("Serial number", certificate["serial_number"]),
        ("Units", f"{tonnes} of the record's {wording.units(whole)}, each one tonne of CO2e: "),
        ("Recorded", f"{time}, by {certificate['recorded_by']}"),
        ("Event", f"{certificate['seq']} of the record"),
        ("Record id", certificate["record_id"]),
        ("Proof", "It waits to be sealed into the log, which takes about a second."),
    ]


def check_page(page: Page, certificate: Any, lines: list[tuple[str, str]]) -> None:
    """The page against the JSON."""
    (listing,) = page.all("dl", "facts")
    shown = [(words(one[0]), squeezed("".join(one[1].itertext()))) for one in listing]
    for (label, text), (name, expected) in zip(shown, lines, strict=True):
        assert label == name
        assert (
            text.startswith(squeezed(expected)) if name == "Units" else text == squeezed(expected)
        )
    (table,) = page.all("table", "deed-blocks")
    rows = [[squeezed(words(cell)) for cell in row] for row in table.findall("tbody/tr")]
    assert rows == block_rows(certificate)
    (statement,) = page.all("p", "statement")
    assert squeezed(words(statement)) == squeezed(certificate["statement"])


def check_pdf(document: bytes, certificate: Any, lines: list[tuple[str, str]]) -> None:
    """What the PDF's text reads, without heads and feet of its pages, against the JSON."""
    reader = read(document)
    foot = f"Event{certificate['seq']}ofrecord{certificate['record_id']}"
    pages = [squeezed(page.extract_text()) for page in reader.pages]
    head = r"Serialnumbersofthe\d+retiredblocksTonnes"  # on each page that the table reaches
    text = "".join(re.sub(rf"{foot}Page\d+of\d+|{head}", "", page) for page in pages)
    told = "".join(squeezed(label + value) for label, value in lines)
    before, _, after = told.partition(squeezed("each one tonne of CO2e: "))
    assert before in text
    assert after in text
    assert squeezed(certificate["statement"]) in text
    assert "".join("".join(row) for row in block_rows(certificate)) in text
    assert squeezed(certificate["page"]) in text


def block_rows(certificate: Any) -> list[list[str]]:
    return [
        [squeezed(one["serial_number"]), squeezed(wording.number(one["quantity"]))]
        for one in certificate["blocks"]
    ]
