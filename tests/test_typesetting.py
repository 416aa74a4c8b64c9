"""The PDF of a certificate: archival, the same bytes each time, and made of whatever people typed."""

import json
import re
import subprocess
import sys

import pytest
import typst
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.documents import read, squeezed, text_of
from webapp import config
from webapp.typesetting import typeset

NOON = 1_777_809_600  # 3 May 2026, 12:00 UTC
DATA = {
    "title": "40 tonnes of CO2e, retired for Acme Ltd",
    "amount": "40 tonnes of CO2e",
    "beneficiary": "Acme Ltd",
    "statement": "40 tonnes of CO2e were retired for Acme Ltd.",
    "facts": [{"label": "Reason", "text": "Travel", "kind": "text"}],
    "blocks": [{"serial": "VCS-2220, units 1-40", "tonnes": "40"}],
    "tonnes": "40",
    "first": "1",
    "last": "110",
    "strip": [
        {"start": 0, "width": 0.4, "state": "retired"},
        {"start": 0.4, "width": 0.6, "state": "rest"},
    ],
    "foot": "Event 2 of record aaaa",
    "address": "https://registry.example/records/aaaa/events/2/certificate",
    "qr": '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 2 2"><path d="M0 0h1v1z"/></svg>',
}
SAYS_SO = "This document cannot set some of the characters above"


def with_reason(text):
    return DATA | {"facts": [{"label": "Reason", "text": text, "kind": "text"}]}


def test_it_claims_to_be_pdf_a_3b():
    metadata = read(typeset(DATA, NOON)).xmp_metadata

    assert (metadata.pdfaid_part, metadata.pdfaid_conformance) == ("3", "B")


def test_its_date_and_title_are_the_events():
    metadata = read(typeset(DATA, NOON)).metadata

    assert metadata.creation_date.timestamp() == NOON
    assert metadata.title == DATA["title"]


def test_every_font_is_in_it():
    document = typeset(DATA, NOON)

    described = re.findall(rb"/Type ?/FontDescriptor\b", document)
    assert len(described) >= 2
    assert len(re.findall(rb"/FontFile[23]?\b", document)) == len(described)


def test_the_same_data_gives_the_same_bytes_in_another_process_and_time_zone():
    asked = json.dumps({"data": DATA, "made_at": NOON}).encode()
    elsewhere = [
        subprocess.run(
            [sys.executable, "-m", "webapp.typesetting"],
            cwd=config.ROOT,
            env={"TZ": zone, "LC_ALL": "C"},
            input=asked,
            capture_output=True,
            check=True,
        ).stdout
        for zone in ("UTC", "Asia/Kolkata")
    ]

    assert elsewhere == [typeset(DATA, NOON)] * 2


def test_another_fact_gives_other_bytes():
    assert typeset(with_reason("Heating"), NOON) != typeset(DATA, NOON)


@pytest.mark.parametrize(
    "text",
    [
        '#panic("no")',
        "*bold* _slanted_ `raw` $x^2$ = Heading",
        "\"quoted\" 'and' \\escaped\\ </dd><script>alert(1)</script> & <label> @ref",
        "-- --- ... ~ /* no comment */ // neither",
        '#include "/etc/passwd" #read("certificate.typ") #sys.inputs',
        "\\u{1F600} ]) } #{",
    ],
)
def test_what_looks_like_code_comes_out_as_text(text):
    assert squeezed(f"Reason{text}") in squeezed(text_of(typeset(with_reason(text), NOON)))


@pytest.mark.parametrize("text", ["Zażółć gęślą jaźń", "Ελλάδα", "Москва", "Tiếng Việt", "שלום"])
def test_the_scripts_that_its_fonts_have_come_out_as_they_are(text):
    found = text_of(typeset(with_reason(text), NOON))

    assert squeezed(text) in squeezed(found)
    assert SAYS_SO not in found


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("中国石油 Ltd", "□□□□ Ltd"),
        ("Tree \N{DECIDUOUS TREE}", "Tree □"),
        ("ไทย", "□□□"),
        ("a\ufffeb \U0010ffff", "a□b □"),
        ('"中"', '"□"'),
    ],
)
def test_a_character_without_a_glyph_is_replaced_and_the_document_says_so(text, shown):
    found = squeezed(text_of(typeset(with_reason(text), NOON)))

    assert squeezed(f"Reason{shown}") in found
    assert squeezed(SAYS_SO) in found


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=60))
@settings(max_examples=60)
def test_no_text_makes_it_fail(text):
    assert typeset(with_reason(text) | {"beneficiary": text}, NOON).startswith(b"%PDF-1.7")


def test_words_without_an_end_are_broken_into_lines_that_fit():
    data = with_reason("N" * 4000) | {"beneficiary": "W" * 300, "statement": "P" * 700}

    lines = text_of(typeset(data, NOON)).splitlines()

    assert "W" * 300 in squeezed("".join(lines))
    longest = {letter: max(line.count(letter) for line in lines) for letter in "NWP"}
    assert longest["N"] <= 50  # 12.6 cm of 10.5 points
    assert longest["W"] <= 40  # 15.6 cm of 12 points
    assert longest["P"] <= 75  # 15.6 cm of 11.5 points


def test_blocks_that_do_not_fit_follow_on_pages_of_their_own():
    blocks = [{"serial": f"VCS-2220, unit {2 * one}", "tonnes": "1"} for one in range(500)]

    reader = read(typeset(DATA | {"blocks": blocks, "tonnes": "500"}, NOON))

    found = squeezed("".join(page.extract_text() for page in reader.pages[1:]))
    assert len(reader.pages) > 5
    assert "Page2of" in found
    assert all(squeezed(one["serial"]) in found for one in blocks)
    assert found.count("Serialnumbersofthe500retiredblocks") == len(reader.pages) - 1


def test_a_template_that_is_broken_is_an_error_and_not_a_wrong_document():
    with pytest.raises(typst.TypstError):
        typeset({name: value for name, value in DATA.items() if name != "facts"}, NOON)
