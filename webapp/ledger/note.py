"""Signing notes with Ed25519: https://c2sp.org/signed-note, keys as Go's sumdb/note writes them.

Reading and verifying stand in verifier.py: read_key, read_note, open_note. A line with the time is one
of https://c2sp.org/tlog-cosignature, version 1.
"""

import re
from base64 import b64encode
from collections.abc import Iterable
from dataclasses import dataclass, field

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from webapp.ledger.verifier import (
    COSIGNATURE,
    ED25519,
    NAME,
    Key,
    Refused,
    decode,
    key_id,
    open_note,
    read_note,
)


def is_key_name(name: str) -> bool:
    """Whether a key may have this name: not empty, without white space, plus and controls."""
    return re.fullmatch(NAME, name) is not None


def key_text(key: Key) -> str:
    """The verifier key as it is given to others: name+ID+base64."""
    return f"{key.name}+{key.id.hex()}+{_base64(bytes([key.kind]) + key.public)}"


@dataclass(frozen=True)
class Signer:
    """A name with its private key, which shows neither in `repr` nor in any message."""

    name: str
    private: Ed25519PrivateKey = field(repr=False)

    @property
    def key(self) -> Key:
        """What others verify its signatures with."""
        public = self.private.public_key().public_bytes_raw()
        return Key(self.name, key_id(self.name, ED25519, public), ED25519, public)

    def timed_line(self, text: bytes, time: int) -> str:
        """The signature line that says when, too, with its line feed; `time` is POSIX seconds."""
        signed = self.private.sign(b"cosignature/v1\ntime %d\n%s" % (time, text))
        return f"\u2014 {self.name} {_base64(timed(self.key).id + time.to_bytes(8) + signed)}\n"

    def secret_text(self) -> str:
        """The private key as it is kept: PRIVATE+KEY+name+ID+base64. Never shown or logged."""
        secret = bytes([ED25519]) + self.private.private_bytes_raw()
        return f"PRIVATE+KEY+{self.name}+{self.key.id.hex()}+{_base64(secret)}"

    def line(self, text: bytes) -> str:
        """The signature line under this text, with its line feed."""
        return f"\u2014 {self.name} {_base64(self.key.id + self.private.sign(text))}\n"


def timed(key: Key) -> Key:
    """The key as it signs together with the time."""
    return Key(key.name, key_id(key.name, COSIGNATURE, key.public), COSIGNATURE, key.public)


def time_of(note: bytes, lines: str, keys: Iterable[Key]) -> int:
    """When the note was signed, in POSIX seconds, as lines with the time say that stand outside it.

    Raises Refused if none is by one of the keys, or one that is does not hold.
    """
    whole = add_lines(note, lines.splitlines(keepends=True))
    return max(open_note(whole, [timed(key) for key in keys])[1].values())


def new_signer(name: str) -> Signer:
    """A signer with a new key. Raises ValueError, with a sentence, for a name that no key has."""
    if not is_key_name(name):
        raise ValueError("A key's name is not empty and has neither white space nor a plus in it.")
    return Signer(name, Ed25519PrivateKey.generate())


def read_signer(text: str) -> Signer:
    """The signer written as PRIVATE+KEY+name+ID+base64.

    Raises ValueError with a sentence, which never repeats any of the key.
    """
    match = re.fullmatch(rf"PRIVATE\+KEY\+({NAME})\+([0-9a-f]{{8}})\+(.*)", text)
    secret = decode(match[3]) if match else b""
    if match is None or len(secret) != 33 or secret[0] != ED25519:
        raise ValueError(
            "The private key is not written as PRIVATE+KEY+name+ID+base64, as `flask ledger new-key` "
            "writes it."
        )
    signer = Signer(match[1], Ed25519PrivateKey.from_private_bytes(secret[1:]))
    if signer.key.id.hex() != match[2]:
        raise ValueError("The private key's ID does not belong to its name and its bytes.")
    return signer


def sign(text: bytes, signers: Iterable[Signer]) -> bytes:
    """The note: the text, an empty line, and each signer's line.

    Raises Refused (a ValueError) if nobody could read it: control characters, no last line feed.
    """
    note = b"%s\n%s" % (text, "".join(signer.line(text) for signer in signers).encode())
    return _readable(note, text)


def add_lines(note: bytes, lines: Iterable[str]) -> bytes:
    """The note with more signature lines under it, each once. Raises Refused if one is malformed."""
    text, _ = read_note(note)
    there = note[len(text) + 1 :].decode().removesuffix("\n").split("\n")
    every = dict.fromkeys([*(f"{line}\n" for line in there), *lines])
    return _readable(b"%s\n%s" % (text, "".join(every).encode()), text)


def _readable(note: bytes, text: bytes) -> bytes:
    read, _ = read_note(note)
    if read != text:
        raise Refused(
            "note", "its text does not end with a line feed, or it has an empty line more"
        )
    return note


def _base64(data: bytes) -> str:
    return b64encode(data).decode()
