"""A retirement's certificate once it is sealed: where, in which log, and the PDF that proves it alone."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from tests.documents import read, squeezed, text_of
from tests.factories import DESK, GUJARAT_ID
from tests.parser import words
from tests.web.browser import Browser, Page
from tests.web.people import record
from webapp.actions import sealing, taking
from webapp.config import Settings
from webapp.domain.commands import Retire
from webapp.ledger import verifier
from webapp.ledger.note import key_text
from webapp.ledger_files import public_keys

PATH = f"/records/{GUJARAT_ID}/events/2/certificate"
LEAF, PROOF = (f"cairn-{GUJARAT_ID[:12]}-2.{end}" for end in ("leaf", "tlog-proof"))
Seal = Callable[[], int]


def retire(app: Flask, **how: Any) -> None:
    with app.app_context():
        taking.retire(GUJARAT_ID, Retire(**how), DESK)


@pytest.fixture
def retired(site: Flask) -> Flask:
    """The site with a retirement of 40 units, event 2, that waits to be sealed."""
    record(site)
    retire(site, quantity=40, beneficiary="Acme 中国 Ltd")
    return site


def facts(page: Page) -> dict[str, str]:
    (listing,) = page.all("dl", "facts")
    return {words(one[0]): words(one[1]) for one in listing}


def pdf(app: Flask) -> Any:
    return app.test_client().get(f"{PATH}.pdf")


def attached(document: bytes) -> dict[str, bytes]:
    return {one.name: one.content for one in read(document).attachment_list}


def test_the_page_says_which_leaf_it_is_of_which_log_and_when(retired: Flask, seal: Seal) -> None:
    seal()

    shown = facts(Browser(retired).get(PATH))

    assert shown["Proof"].startswith("Sealed as leaf 1 of a log of 2 on ")
    assert shown["Proof"].endswith(" UTC")
    assert shown["Log"] == "registry.example/log"


def test_the_page_leads_to_leaf_proof_and_check(retired: Flask, seal: Seal) -> None:
    seal()

    links = Browser(retired).get(PATH).links()

    assert links["the leaf"] == f"/api/v1/records/{GUJARAT_ID}/events/2/leaf"
    assert links["the proof"] == f"/api/v1/records/{GUJARAT_ID}/events/2/proof"
    assert links["how to check it yourself"] == f"/ledger/check?record_id={GUJARAT_ID}&seq=2"


def test_while_it_waits_the_page_asks_for_itself_and_then_no_more(
    retired: Flask, seal: Seal
) -> None:
    waiting = Browser(retired).get(PATH).element("deed")
    seal()
    sealed = Browser(retired).get(PATH).element("deed")

    assert waiting.get("hx-trigger") == "every 1s"
    assert (waiting.get("hx-get"), waiting.get("hx-select")) == (PATH, "#deed")
    assert not [name for name in sealed.attrib if name.startswith("hx-")]


def test_the_json_says_the_same_as_the_page(retired: Flask, seal: Seal) -> None:
    public = retired.test_client()
    assert public.get(f"/api/v1{PATH}").json["sealed"] is None
    seal()

    found = public.get(f"/api/v1{PATH}").json

    assert found["sealed"].pop("sealed_at").endswith("Z")
    assert found["sealed"] == {"log": "registry.example/log", "leaf": 1, "log_size": 2}
    assert public.get(found["proof"].removeprefix("http://localhost")).status_code == 200
    assert public.get(found["leaf"].removeprefix("http://localhost")).status_code == 200


def test_while_it_waits_the_pdf_says_so_has_no_attachments_and_is_not_kept(
    retired: Flask, seal: Seal
) -> None:
    waiting = pdf(retired)

    assert waiting.headers["Cache-Control"] == "no-store"
    assert attached(waiting.data) == {}
    assert "waitstobesealedintothelog,sonoproofisattachedyet." in squeezed(text_of(waiting.data))
    seal()
    again = retired.test_client().get(
        f"{PATH}.pdf", headers={"If-None-Match": waiting.headers["ETag"]}
    )
    assert again.status_code == 200
    assert again.headers["Cache-Control"].startswith("public")


def test_what_is_attached_to_the_pdf_is_verified_by_the_verifier_that_stands_alone(
    retired: Flask, seal: Seal, sealed_with: Settings, tmp_path: Path
) -> None:
    seal()
    for name, content in attached(pdf(retired).data).items():
        (tmp_path / name).write_bytes(content)
    (tmp_path / "verifier.py").write_bytes(Path(verifier.__file__).read_bytes())
    key = key_text(public_keys(sealed_with)[0])

    done = subprocess.run(
        [sys.executable, "verifier.py", PROOF, "--leaf", LEAF, "--key", key],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )

    assert (done.returncode, done.stdout.splitlines()[-1]) == (0, "VERIFIED.")


def test_the_attached_leaf_is_the_logs_own_to_the_byte_even_where_the_fonts_do_not_reach(
    retired: Flask, seal: Seal
) -> None:
    seal()
    with retired.app_context():
        proven = sealing.prove(GUJARAT_ID, 2)

    document = pdf(retired).data

    assert "□□" in text_of(document)
    assert attached(document)[LEAF] == proven.leaf
    assert "中国".encode() in proven.leaf


def test_the_pdf_names_what_is_attached_and_is_pdf_a_3(retired: Flask, seal: Seal) -> None:
    seal()

    document = pdf(retired).data

    text = squeezed(text_of(document))
    assert LEAF in text
    assert PROOF in text
    assert "http://localhost/ledger/check" in text
    metadata = read(document).xmp_metadata
    assert (metadata.pdfaid_part, metadata.pdfaid_conformance) == ("3", "B")


def test_once_sealed_the_pdf_stays_the_same_bytes_while_the_log_grows(
    retired: Flask, seal: Seal, open_site: Callable[..., Flask]
) -> None:
    seal()
    before = pdf(retired)
    newest = sealing_size(retired)
    for number in range(5):
        record(retired, serial_number=f"S-{number}")
        seal()

    after = pdf(open_site())

    assert sealing_size(retired) == newest + 5
    assert after.data == before.data
    assert after.headers["ETag"] == before.headers["ETag"]


def sealing_size(app: Flask) -> int:
    with app.app_context():
        return sealing.status().size
