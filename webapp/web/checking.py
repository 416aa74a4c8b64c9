"""Checking a proof on a page: what is given, and each step of the stand-alone verifier."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from werkzeug.datastructures import FileStorage
from wtforms import Field, FileField, Form, StringField, TextAreaField

from webapp.actions import sealing
from webapp.domain.refusals import EventNotFound, ProofWaits
from webapp.ledger.entry import MalformedLeaf, Said, read
from webapp.ledger.verifier import Key, Refused, read_key, verify_proof

NO_SUCH_EVENT = "No record here has this id and an event of this number."
_MOST_DIGITS = 16


class CheckForm(Form):
    """A proof, what it is about, and the key of the log."""

    proof_file = FileField("Proof file", description="It ends with .tlog-proof.")
    proof = TextAreaField("Or the proof as text", description="It begins with c2sp.org/tlog-proof.")
    leaf_file = FileField("Leaf file", description="The bytes that stand in the log, of one event.")
    record_id = StringField("Or the record's id", description="This server then gives the leaf.")
    seq = StringField("And the event", description="Its number, like 3.")
    key = TextAreaField(
        "Key of the log",
        description="This log's, unless you change it; a line each if there are several.",
    )

    @property
    def in_error(self) -> list[Field]:
        """The fields with a message, in the form's order."""
        return [one for one in self if one.errors]

    def refuse(self, name: str, sentence: str) -> None:
        """Puts a message at a field; the first one that has one gets the focus."""
        self[name].errors = [*self[name].errors, sentence]
        for one in self.in_error:
            one.takes_focus = one is self.in_error[0]


@dataclass(frozen=True)
class Step:
    """A step of the verifier, and what it says of it."""

    name: str
    sentence: str
    held: bool


@dataclass
class Checked:
    """The steps up to the one that failed, if one did; and what the leaf says, if all hold."""

    steps: list[Step] = field(default_factory=list)
    origin: str = ""
    tells: Said | None = None

    @property
    def holds(self) -> bool:
        """Whether all of it does."""
        return all(one.held for one in self.steps)

    def keys(self, given: str) -> set[str]:
        """Those of the keys, as they were given, that bear the log's name."""
        return {one for one in given.split() if one.startswith(f"{self.origin}+")}


def read_given(form: CheckForm, files: dict[str, FileStorage]) -> tuple[bytes, bytes] | None:
    """The proof and the leaf that a form gives; None when something is missing, told at its field."""
    proof = _uploaded(files, "proof_file")
    if proof is not None:
        form.proof.data = proof.decode(errors="replace").replace(
            "\x00", ""
        )  # a browser forgets files
    elif (form.proof.data or "").strip():
        proof = pasted(form.proof.data)
    else:
        form.refuse("proof_file", "Choose the proof's file, or put the proof in as text.")
    leaf = _uploaded(files, "leaf_file")
    if leaf is None:
        leaf = _own_leaf(form)
    else:
        _refuse_another_event(form, leaf)
    if not (form.key.data or "").strip():
        form.refuse("key", "Without the log's key a signature means nothing. Put it in.")
    return None if proof is None or leaf is None or form.in_error else (proof, leaf)


def pasted(text: str) -> bytes:
    """A proof as its file has it: browsers send other line ends, and people leave the last one out."""
    return f"{text.strip()}\n".replace("\r\n", "\n").encode()


def _uploaded(files: dict[str, FileStorage], name: str) -> bytes | None:
    file = files.get(name)
    return file.stream.read() if file is not None and file.filename else None


def _refuse_another_event(form: CheckForm, leaf: bytes) -> None:
    """A leaf's file beside the name of an event must be of that event."""
    record_id, seq = (form.record_id.data or "").strip().lower(), (form.seq.data or "").strip()
    if not record_id and not seq:
        return
    try:
        said = read(leaf)
    except MalformedLeaf:  # which the verifier tells better
        return
    if record_id in ("", said.record.id) and seq in ("", str(said.event.seq)):
        return
    form.refuse(
        "leaf_file",
        f"This file is of event {said.event.seq} of the record {said.record.id}. Choose another, or "
        "name no other event below.",
    )


def _own_leaf(form: CheckForm) -> bytes | None:
    record_id = (form.record_id.data or "").strip().lower()
    seq = (form.seq.data or "").strip()
    if not record_id and not seq:
        form.refuse("leaf_file", "Choose the leaf's file, or name the record and the event.")
    elif not record_id:
        form.refuse("record_id", "Which record's event? Its page shows its id.")
    elif not (seq.isascii() and seq.isdigit() and len(seq) <= _MOST_DIGITS):
        form.refuse("seq", "Write the event's number in plain digits: 3.")
    else:
        try:
            return sealing.leaf(record_id, int(seq))
        except EventNotFound:
            form.refuse("seq", NO_SUCH_EVENT)
        except ProofWaits as waits:
            form.refuse("seq", waits.detail)
    return None


def run(proof: bytes, leaf: bytes, keys: str) -> Checked:
    """Runs the stand-alone verifier, and notes each of its steps."""
    found = Checked()

    def tell(step: str, sentence: str) -> None:
        found.steps.append(Step(step, sentence, True))

    try:
        known = [read_key(one) for one in keys.split()]
        tell("key", _named(known))
        found.origin = verify_proof(proof, leaf, known, tell=tell).origin
    except Refused as refused:
        found.steps.append(Step(refused.step, str(refused), False))
        return found
    with suppress(MalformedLeaf):  # another log's
        found.tells = read(leaf)
    return found


def _named(keys: Sequence[Key]) -> str:
    names = ", ".join(f"{one.name} (ID {one.id.hex()})" for one in keys)
    return f"{'It is' if len(keys) == 1 else 'They are'} {names}."
