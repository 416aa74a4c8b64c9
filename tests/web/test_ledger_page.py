"""The ledger page: the log, what was signed, its key, its growth, and what is wrong with it."""

from base64 import b64encode
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import psycopg
import pytest
from flask import Flask

from tests.factories import GUJARAT_ID
from tests.parser import words
from tests.web.browser import Browser, Page
from tests.web.people import PASSWORD, add_staff, record, sell
from webapp.actions.sealing import Growth
from webapp.config import Settings
from webapp.ledger.note import key_text
from webapp.ledger.verifier import read_checkpoint, read_note, verify_checkpoint
from webapp.ledger_files import public_keys
from webapp.web import growth

Seal = Callable[[], int]


@pytest.fixture
def site(open_site: Callable[..., Flask], sealed_with: Settings) -> Flask:
    """The application beside the sealer, with the same folder."""
    return open_site(data_dir=sealed_with.data_dir, ledger_origin=sealed_with.ledger_origin)


def terms(page: Page) -> dict[str, str]:
    (listing,) = page.all("dl", "terms")
    return {words(one[0]): words(one[1]) for one in listing}


def restored(owner: psycopg.Connection) -> None:
    """The database as it was before anything was sealed."""
    for table in ("ledger_leaves", "ledger_checkpoints", "ledger_nodes", "ledger_head"):
        owner.execute(f"ALTER TABLE {table} DISABLE TRIGGER ALL")
    for table in ("ledger_leaves", "ledger_checkpoints", "ledger_nodes"):
        owner.execute(f"DELETE FROM {table}")
    owner.execute("UPDATE ledger_head SET size = 0, frontier = ''")


def test_every_page_leads_to_it_from_its_head_and_its_foot(public: Browser) -> None:
    page = public.get("/sign-in")

    assert page.links()["Ledger"] == "/ledger"
    assert page.links()["See that it is so"] == "/ledger"
    assert public.get("/ledger").heading == "Does the history only grow?"


def test_before_anything_is_sealed_it_says_what_will_be(public: Browser) -> None:
    page = public.get("/ledger")

    assert "Nothing is sealed yet." in page.text
    assert terms(page) == {"Leaves": "0", "Waiting to be sealed": "0"}
    assert not page.all("table", "signed")


def test_it_tells_size_root_and_what_waits(
    site: Flask, public: Browser, seal: Seal, sealed_with: Settings
) -> None:
    record(site)
    seal()
    sell(site, GUJARAT_ID, "Acme Ltd", 60)

    page = public.get("/ledger")

    shown = terms(page)
    assert shown.pop("Signed last").endswith("UTC")
    assert shown == {"Leaves": "1", "Waiting to be sealed": "1"}
    signed = read_checkpoint(read_note(public.client.get("/ledger/checkpoint").data)[0])
    root = b64encode(signed.root).decode()
    assert root in [one.get("data-copy") for one in page.all("button", "copy")]
    assert "registry.example/log" in page.text


def test_it_shows_the_verifier_key_to_copy_and_nothing_of_the_private_one(
    site: Flask, public: Browser, seal: Seal, sealed_with: Settings
) -> None:
    record(site)
    seal()
    (key,) = public_keys(sealed_with)

    page = public.get("/ledger")

    assert key_text(key) in [one.get("data-copy") for one in page.all("button", "copy")]
    assert "PRIVATE" not in page.html
    secret = (sealed_with.data_dir / "ledger_key").read_text().strip().split("+", 4)[4]
    assert secret not in page.html


def test_without_a_key_the_page_stands_and_makes_none(
    public: Browser, sealed_with: Settings
) -> None:
    page = public.get("/ledger")

    assert page.status == 200
    assert "This server has no key of the log." in page.text
    assert not (sealed_with.data_dir / "ledger_key").exists()


def test_a_key_that_cannot_be_read_does_not_break_the_page(
    public: Browser, sealed_with: Settings
) -> None:
    sealed_with.data_dir.mkdir()
    (sealed_with.data_dir / "ledger_key").write_text("PRIVATE+KEY+broken")

    page = public.get("/ledger")

    assert "This server has no key of the log." in page.text
    assert "broken" not in page.html


def test_the_signed_states_are_there_as_they_were_signed(
    site: Flask, public: Browser, seal: Seal, sealed_with: Settings
) -> None:
    for number in range(3):
        record(site, serial_number=f"S-{number}")
        seal()

    (table,) = public.get("/ledger").all("table", "signed")

    notes = ["".join(one.itertext()) for one in table.iter("pre")]
    keys = public_keys(sealed_with)
    assert [verify_checkpoint(one.encode(), keys).size for one in notes] == [3, 2, 1]


def test_it_says_how_to_follow_the_log_with_commands_that_reach_it(
    site: Flask, public: Browser, seal: Seal, sealed_with: Settings
) -> None:
    record(site)
    seal()

    text = public.get("/ledger").text

    (key,) = public_keys(sealed_with)
    assert f"flask ledger watch \\ http://localhost/ledger \\ --key {key_text(key)}" in text
    addresses = {one for one in text.split() if one.startswith("http://localhost/ledger/")}
    assert len(addresses) == 4
    for address in addresses:
        assert public.client.get(address.removeprefix("http://localhost")).status_code == 200


def test_its_growth_is_drawn_and_told_in_numbers(site: Flask, public: Browser, seal: Seal) -> None:
    record(site)
    seal()

    page = public.get("/ledger")

    (figure,) = page.all("figure", "picture")
    svg = next(one for one in figure.iter() if str(one.tag).endswith("svg") and one.get("role"))
    assert (svg.get("aria-label") or "").startswith("Leaves in the log at the end of each hour")
    rows = [words(row[1]) for row in figure.iter("tr")][1:]
    assert rows[0] == "1"
    assert len(rows) == 12


@pytest.mark.parametrize(
    ("step", "apart", "named"),
    [
        ("hour", timedelta(hours=1), "3 May 2026, 13:00 to 13:59 UTC"),
        ("day", timedelta(days=1), "4 May 2026"),
        ("month", timedelta(days=31), "June 2026"),
    ],
)
def test_a_picture_names_each_step_and_counts_leaves_and_not_tonnes(
    step: str, apart: timedelta, named: str
) -> None:
    noon = datetime(2026, 5, 3, 12, tzinfo=UTC)
    day = noon.replace(day=1, hour=0) if step == "month" else noon
    grown = Growth(step, [day, day + apart], [1_500, 2_000_000])  # type: ignore[arg-type]

    picture = growth.picture(grown)

    assert growth.period(grown, day + apart) == named
    assert picture.scale == "M: a million"
    assert ">2 M<" in picture.svg


def test_a_database_behind_its_outside_copy_is_told_of(
    site: Flask, public: Browser, seal: Seal, owner: psycopg.Connection
) -> None:
    record(site)
    seal()
    restored(owner)

    page = public.get("/ledger")

    (warning,) = page.all("p", "broken")
    assert warning.get("role") == "alert"
    assert "Nothing more is signed." in words(warning)
    assert "the database was restored from an old copy" in words(warning)


def test_leaves_that_were_changed_are_told_of(
    site: Flask, public: Browser, seal: Seal, owner: psycopg.Connection
) -> None:
    record(site)
    seal()
    owner.execute("ALTER TABLE ledger_leaves DISABLE TRIGGER ALL")
    owner.execute(
        "UPDATE ledger_leaves SET data = data || ' ', hash = sha256('\\x00'::bytea || data || ' ')"
    )

    assert "are not those that were signed" in public.get("/ledger").text


def test_events_that_wait_for_long_while_nothing_is_signed_are_told_of(
    site: Flask, public: Browser, owner: psycopg.Connection
) -> None:
    record(site)
    assert not public.get("/ledger").all("p", "broken")
    owner.execute("ALTER TABLE events DISABLE TRIGGER ALL")
    owner.execute("UPDATE events SET at = at - interval '2 minutes'")

    assert "Nothing is signed at the moment." in public.get("/ledger").text


def test_old_events_that_wait_while_others_are_being_signed_are_no_alarm(
    site: Flask, public: Browser, seal: Seal, owner: psycopg.Connection
) -> None:
    record(site)
    seal()
    sell(site, GUJARAT_ID, "Acme Ltd", 60)
    owner.execute("ALTER TABLE events DISABLE TRIGGER ALL")
    owner.execute("UPDATE events SET at = at - interval '2 minutes'")

    assert not public.get("/ledger").all("p", "broken")


def test_without_public_lookup_it_is_for_those_signed_in(
    open_site: Callable[..., Flask],
) -> None:
    site = open_site(public_lookup=False)
    add_staff(site, role="viewer")

    assert Browser(site).ask("/ledger").goes_to == "/sign-in?next=/ledger"
    browser = Browser(site)
    browser.sign_in("desk@registry.example", PASSWORD)
    assert "Looking up needs a token here" in browser.get("/ledger").text
