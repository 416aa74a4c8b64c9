"""Checking a proof on its page: each step is shown, and the one that failed is named."""

import shlex
import subprocess
import sys
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pytest
from flask import Flask

from tests.factories import GUJARAT_ID
from tests.ledger.logs import KEY, Log
from tests.parser import words
from tests.web.browser import Browser, Page
from tests.web.people import record, sell
from webapp.actions import sealing
from webapp.config import Settings
from webapp.ledger import verifier
from webapp.ledger.note import key_text, new_signer
from webapp.ledger_files import public_keys

CHECK = "/ledger/check"
OWN = f"{CHECK}?record_id={GUJARAT_ID}&seq=2"
Seal = Callable[[], int]
STEPS = ["Key", "Proof file", "Signature", "Checkpoint", "Leaf", "Inclusion"]


@pytest.fixture
def site(open_site: Callable[..., Flask], sealed_with: Settings) -> Flask:
    """The application beside the sealer, with a sale sealed as leaf 1 of two."""
    return open_site(data_dir=sealed_with.data_dir, ledger_origin=sealed_with.ledger_origin)


@pytest.fixture
def proven(site: Flask, seal: Seal) -> sealing.Proven:
    """A sale's leaf and proof."""
    sell(site, record(site), "Acme <Ltd>", 60)
    seal()
    with site.app_context():
        return sealing.prove(GUJARAT_ID, 2)


def steps(page: Page) -> list[tuple[str, bool]]:
    """The steps that the page shows, and whether each held."""
    (listing,) = page.all("ol", "steps")
    return [(words(one[0]).lstrip("✓✗ "), one.get("class") == "held") for one in listing.iter("li")]


def upload(browser: Browser, proof: bytes, leaf: bytes, **typed: str) -> Page:
    """Sends both files, with the page's own key unless another is typed."""
    form = browser.get(CHECK).form()
    files = {
        "proof_file": (BytesIO(proof), "event.tlog-proof"),
        "leaf_file": (BytesIO(leaf), "event.leaf"),
    }
    fields = {name: value for name, value in form.filled(typed).items() if name not in files}
    return browser.ask(CHECK, fields | files, content_type="multipart/form-data")  # type: ignore[arg-type]


def test_uploaded_files_that_hold_show_every_step(public: Browser, proven: sealing.Proven) -> None:
    page = upload(public, proven.proof, proven.leaf)

    assert page.status == 200
    assert steps(page) == [(name, True) for name in STEPS]
    assert words(page.focused).startswith("✓ All of it holds. The leaf stands in the log")


def test_it_tells_what_the_leaf_says(public: Browser, proven: sealing.Proven) -> None:
    page = upload(public, proven.proof, proven.leaf)

    (says,) = page.all("p", "says")
    assert words(says).startswith(
        "The leaf says: Sold 60 units, 1 to 60, to Acme <Ltd>, of Waste-to-Energy Gujarat 2018"
    )


def test_a_records_own_event_is_checked_with_one_press(
    public: Browser, proven: sealing.Proven
) -> None:
    page = public.get(OWN)
    assert page.form().fields["proof"] == proven.proof.decode()

    page = public.send(page)

    assert steps(page) == [(name, True) for name in STEPS]


@pytest.mark.parametrize("end", ["\r\n", "\n", ""])
def test_a_pasted_proof_may_have_other_line_ends_and_lack_the_last(
    public: Browser, proven: sealing.Proven, end: str
) -> None:
    text = proven.proof.decode().strip().replace("\n", end or "\n") + end

    page = public.send(public.get(CHECK), proof=text, record_id=f" {GUJARAT_ID.upper()}", seq="2")

    assert steps(page)[-1] == ("Inclusion", True)


def test_what_fails_is_named_with_its_sentence_and_nothing_after_it(
    public: Browser, proven: sealing.Proven
) -> None:
    page = upload(public, proven.proof, proven.leaf + b" ")

    assert page.status == 200
    assert steps(page)[-1] == ("Inclusion", False)
    assert "It does not hold." in words(page.focused)
    assert "leaf and hashes lead to another root than the checkpoint's" in page.text
    assert not page.all("p", "says")


@pytest.mark.parametrize(
    ("was", "becomes", "failing"),
    [
        (b"index 1", b"index 2", "Inclusion"),
        (b"index 1", b"index one", "Proof file"),
        (b"\n2\n", b"\n3\n", "Signature"),
        (b"\xe2\x80\x94 registry", b"registry", "Note"),
    ],
)
def test_a_proof_that_was_changed_names_the_step_that_failed(
    public: Browser, proven: sealing.Proven, was: bytes, becomes: bytes, failing: str
) -> None:
    assert was in proven.proof

    page = upload(public, proven.proof.replace(was, becomes), proven.leaf)

    assert steps(page)[-1] == (failing, False)


@pytest.mark.parametrize("proof", [b"", b"\x00\xff" * 50, b"c2sp.org/tlog-proof@v1\n", b"\n" * 9])
def test_anything_at_all_is_refused_in_a_sentence(
    public: Browser, proven: sealing.Proven, proof: bytes
) -> None:
    page = upload(public, proof, proven.leaf)

    assert steps(page)[-1] == ("Proof file", False)


def test_another_key_is_what_counts_once_it_is_put_in(
    public: Browser, proven: sealing.Proven
) -> None:
    foreign = key_text(new_signer("registry.example/log").key)

    page = upload(public, proven.proof, proven.leaf, key=foreign)

    assert steps(page)[-1] == ("Signature", False)
    assert page.form().fields["key"] == foreign


def test_a_key_that_is_none_is_the_step_that_failed(
    public: Browser, proven: sealing.Proven
) -> None:
    page = upload(public, proven.proof, proven.leaf, key="registry.example/log+1234")

    assert steps(page) == [("Key", False)]


def test_a_proof_by_somebody_elses_key_is_told_from_the_registrys(
    public: Browser, proven: sealing.Proven, sealed_with: Settings
) -> None:
    ours = key_text(public_keys(sealed_with)[0])
    log, keys = Log([b"a", b"b"]), f"{ours}\n{key_text(KEY)}"

    assert "is not this registry's" in upload(public, log.proof(1, 2), b"b", key=keys).text
    assert "is not this registry's" not in upload(public, proven.proof, proven.leaf, key=keys).text


def test_what_is_missing_is_told_at_its_field(public: Browser) -> None:
    page = public.send(public.get(CHECK), key=" ")

    assert page.status == 422
    assert page.faults() == {
        "proof_file": "Choose the proof's file, or put the proof in as text.",
        "leaf_file": "Choose the leaf's file, or name the record and the event.",
        "key": "Without the log's key a signature means nothing. Put it in.",
    }
    assert "This is not enough to check" in page.summary
    assert page.focused.get("name") == "proof_file"


@pytest.mark.parametrize(
    ("record_id", "seq", "field"),
    [
        (GUJARAT_ID, "9", "seq"),
        (GUJARAT_ID, "", "seq"),
        (GUJARAT_ID, "1.0", "seq"),
        (GUJARAT_ID, "9" * 40, "seq"),
        ("x", "1", "seq"),
        ("", "1", "record_id"),
    ],
)
def test_an_event_that_there_is_not_is_told_at_its_field(
    public: Browser, proven: sealing.Proven, record_id: str, seq: str, field: str
) -> None:
    page = public.send(public.get(CHECK), proof="x", record_id=record_id, seq=seq)

    assert page.status == 422
    assert list(page.faults()) == [field]
    assert page.form().fields["proof"] == "x"  # what was typed stays


def test_an_event_that_waits_says_so(site: Flask, public: Browser) -> None:
    record(site)

    page = public.get(f"{CHECK}?record_id={GUJARAT_ID}&seq=1")

    assert page.faults() == {
        "proof_file": "It waits to be sealed, which usually takes about a second. Ask again then."
    }


def test_an_event_that_the_address_names_and_is_not_there_is_told(public: Browser) -> None:
    page = public.get(f"{CHECK}?record_id={'0' * 64}&seq=1")

    assert page.faults() == {"record_id": "No record here has this id and an event of this number."}


def test_a_leaf_of_another_event_than_the_one_that_is_named_is_refused(
    public: Browser, proven: sealing.Proven
) -> None:
    given = (proven.proof, proven.leaf)

    assert upload(public, *given, record_id=GUJARAT_ID, seq="2").status == 200
    other = upload(public, *given, record_id=GUJARAT_ID, seq="1")
    assert other.status == 422
    assert list(other.faults()) == ["leaf_file"]


def test_a_form_from_elsewhere_is_refused(public: Browser) -> None:
    page = public.ask(CHECK, {"proof": "x"})

    assert page.status == 400
    assert "This form is too old or was sent from elsewhere" in page.text


def test_more_than_a_request_may_hold_is_413(public: Browser) -> None:
    # By hand: the test client would spool a large file, and leave it open.
    page = public.ask(
        CHECK,
        method="POST",
        content_type="multipart/form-data; boundary=x",
        input_stream=BytesIO(b"x" * 1_100_000),
    )

    assert page.status == 413


def test_html_in_a_proof_is_shown_as_text(public: Browser) -> None:
    evil = "</textarea><script>alert(1)</script>"

    page = public.send(public.get(CHECK), proof=evil, record_id=evil, seq=evil)

    assert page.form().fields["proof"] == evil


def test_the_verifier_is_given_as_it_runs(public: Browser) -> None:
    answer = public.client.get("/ledger/verifier.py")

    assert answer.content_type == "text/plain; charset=utf-8"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="verifier.py"'
    assert answer.data == Path(verifier.__file__).read_bytes()


def test_the_commands_on_the_page_verify_the_files_that_they_fetch(
    public: Browser, proven: sealing.Proven, tmp_path: Path
) -> None:
    commands = [
        shlex.split(one)
        for one in "".join(public.get(OWN).all("button", "copy")[0].get("data-copy") or "")
        .replace("\\\n", "")
        .splitlines()
    ]
    fetched = [one for one in commands if one[0] == "curl"]
    assert fetched
    for typed in fetched:
        path = typed[-1].removeprefix("http://localhost")
        name = typed[typed.index("-o") + 1] if "-o" in typed else path.rpartition("/")[2]
        (tmp_path / name).write_bytes(public.client.get(path).data)

    (python,) = [one for one in commands if "verifier.py" in one]
    done = subprocess.run(
        [sys.executable, *python[1:]], cwd=tmp_path, capture_output=True, text=True, check=False
    )

    assert done.returncode == 0, done.stdout
    assert done.stdout.endswith("VERIFIED.\n")
