"""Verifies proofs of the ledger, offline: one file that stands alone, to be read, copied and run.

    python verifier.py PROOF --leaf LEAF --key VKEY [--witness VKEY ...]
    python verifier.py PROOF --old CHECKPOINT --key VKEY [--witness VKEY ...]

The first tells whether the bytes in LEAF stand in the log whose key is VKEY, as PROOF (a
.tlog-proof file) says. The second tells whether the log only grew since the old CHECKPOINT: PROOF
is then what a log sends to its witnesses ("old N", hashes, an empty line, the new checkpoint).
Several keys may be given: one of --key must have signed, each --witness must have.

It needs Python 3.11 and the library cryptography. Formats: RFC 9162 section 2.1, and c2sp.org's
signed-note, tlog-checkpoint, tlog-cosignature, tlog-proof and tlog-witness (add-checkpoint).
Stricter than those: base64 and numbers have one spelling, no signature line is repeated, and the
checkpoint's first line is the name of a key that signed it.
"""

import argparse
import re
import sys
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterator, Sequence
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

ED25519, COSIGNATURE = 1, 4  # kinds of keys
NAME = r"[^\s+\x00-\x1f\ud800-\udfff]+"  # of a key: no white space, no plus
NUMBER = "0|[1-9][0-9]{0,17}"  # of entries
HASH = "[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]="  # 32 bytes
INCLUSION = rf"c2sp\.org/tlog-proof@v1\n(?:extra [A-Za-z0-9+/=]+\n)?index ({NUMBER})((?:\n{HASH})*)"
GROWTH = rf"old ({NUMBER})((?:\n{HASH})*)"
MOST_SIGNATURES, MOST_BYTES = 100, 1_000_000  # in one note, in one file
EMPTY_ROOT = sha256(b"").digest()
Hashes = Sequence[bytes]
Keys = Sequence["Key"]
Tell = Callable[[str, str], object]  # is told of each step that holds: its name, and a sentence


class Refused(ValueError):
    """Something does not hold. Its sentence names the step that failed, and so does `step`."""

    def __init__(self, step: str, why: str) -> None:
        super().__init__(f"The {step} is refused: {why}.")
        self.step = step


def hash_leaf(leaf: bytes) -> bytes:
    """The hash under which a leaf stands in the tree."""
    return sha256(b"\x00" + leaf).digest()


def hash_node(left: bytes, right: bytes) -> bytes:
    """The hash over two subtrees."""
    return sha256(b"\x01" + left + right).digest()


def _climb(step: str, f: int, s: int, hashes: Hashes) -> Iterator[tuple[bytes, bool]]:
    """Each hash after the first, and whether it stands left: up from node f, where s is the last."""
    if any(len(one) != 32 for one in hashes):
        raise Refused(step, "one of the hashes does not have 32 bytes")
    for p in hashes[1:]:
        if s == 0:
            raise Refused(step, "there are more hashes than lead to the root")
        left = f & 1 == 1 or f == s
        yield p, left
        while left and f and not f & 1:
            f, s = f >> 1, s >> 1
        f, s = f >> 1, s >> 1
    if s:
        raise Refused(step, "there are too few hashes to lead to the root")


def verify_inclusion(leaf_hash: bytes, index: int, size: int, path: Hashes, root: bytes) -> None:
    """Refused unless the leaf is entry `index`, from 0, of the tree of `size` with this root."""
    if not 0 <= index < size:
        raise Refused("inclusion", f"counted from 0, a log of size {size} has no entry {index}")
    r = leaf_hash
    for p, left in _climb("inclusion", index, size - 1, [leaf_hash, *path]):
        r = hash_node(p, r) if left else hash_node(r, p)
    if r != root:
        raise Refused("inclusion", "leaf and hashes lead to another root than the checkpoint's")


def verify_consistency(m: int, n: int, path: Hashes, old_root: bytes, new_root: bytes) -> None:
    """Refused unless the tree of n leaves, with the new root, begins with the old tree's m."""
    step = "consistency"
    if not 0 <= m <= n:
        raise Refused(step, f"the log went back from size {m} to {n}")
    if bool(path) != (0 < m < n):
        raise Refused(step, f"{len(path)} is not how many hashes lead from size {m} to {n}")
    if not path:
        if (m == 0 and old_root != EMPTY_ROOT) or (m == n and old_root != new_root):
            raise Refused(step, f"there are two logs of size {m} with different roots")
        return
    hashes = list(path) if m & (m - 1) else [old_root, *path]
    f, s = m - 1, n - 1
    while f & 1:
        f, s = f >> 1, s >> 1
    a = b = hashes[0]
    for p, left in _climb(step, f, s, hashes):
        a, b = (hash_node(p, a), hash_node(p, b)) if left else (a, hash_node(b, p))
    for found, wanted, which in ((a, old_root, "old"), (b, new_root, "new")):
        if found != wanted:
            raise Refused(step, f"the hashes lead to another root than the {which} checkpoint's")


class Key(NamedTuple):
    """A public key: whose, its ID (four bytes), its kind, and its 32 bytes."""

    name: str
    id: bytes
    kind: int
    public: bytes

    def check(self, text: bytes, signature: bytes) -> int:
        """Refused unless it signed the text. Gives a cosignature's time (POSIX seconds), or 0."""
        step, time = "signature", 0
        if self.kind == COSIGNATURE:
            step, time = "cosignature", int.from_bytes(signature[:8], signed=True)  # below 2^63
            text, signature = b"cosignature/v1\ntime %d\n%s" % (time, text), signature[8:]
        try:
            Ed25519PublicKey.from_public_bytes(self.public).verify(signature, text)
        except InvalidSignature:
            raise Refused(step, f"it is not what {self.name} signs this with") from None
        return time


def decode(text: str) -> bytes:
    """Base64 read; nothing for what nobody would have written so."""
    try:
        data = b64decode(text, validate=True)
    except ValueError:
        return b""
    return data if b64encode(data).decode() == text else b""


def key_id(name: str, kind: int, public: bytes) -> bytes:
    """The four bytes that stand for a key in its signatures."""
    return sha256(name.encode() + b"\n" + bytes([kind]) + public).digest()[:4]


def read_key(text: str, kind: int = ED25519) -> Key:
    """The key written as name+ID+base64, if it is of this kind."""
    match = re.fullmatch(rf"({NAME})\+([0-9a-f]{{8}})\+(.*)", text)
    data = decode(match[3]) if match else b""
    if match is None or len(data) != 33:
        raise Refused("key", "it is not written as name+ID+base64 of 33 bytes")
    if data[0] != kind:
        raise Refused("key", f"it is of kind {data[0]}, and kind {kind} is needed here")
    if key_id(match[1], kind, data[1:]).hex() != match[2]:
        raise Refused("key", "its ID does not belong to its name and its bytes")
    return Key(match[1], bytes.fromhex(match[2]), kind, data[1:])


def read_note(note: bytes) -> tuple[bytes, list[tuple[str, bytes]]]:
    """The text that was signed, and each key's name with its signature; nothing verified yet."""
    if len(note) > MOST_BYTES or re.search(rb"[\x00-\x09\x0b-\x1f]", note):
        raise Refused("note", f"it has control characters or more than {MOST_BYTES} bytes")
    try:
        text, empty, block = note.decode().rpartition("\n\n")
    except UnicodeDecodeError:
        raise Refused("note", "it is not UTF-8") from None
    if not empty or not block.endswith("\n"):
        raise Refused("note", "no empty line and whole lines of signatures end it")
    lines = block[:-1].split("\n")
    if len(lines) > MOST_SIGNATURES or len(set(lines)) < len(lines):
        raise Refused("note", f"signatures are repeated, or more than {MOST_SIGNATURES}")
    signatures = []
    for line in lines:
        match = re.fullmatch(rf"\u2014 ({NAME}) (.*)", line)
        data = decode(match[2]) if match else b""
        if match is None or len(data) < 5:
            raise Refused("note", "one of its signature lines is malformed")
        signatures.append((match[1], data))
    return f"{text}\n".encode(), signatures


def open_note(note: bytes, keys: Keys) -> tuple[bytes, dict[Key, int]]:
    """The text, and which of the keys signed it (witnesses: their latest time); others may have."""
    text, signatures = read_note(note)
    known = {(key.name, key.id): key for key in keys}
    signed: dict[Key, int] = {}
    for name, data in signatures:
        if key := known.get((name, data[:4])):
            signed[key] = max(key.check(text, data[4:]), signed.get(key, 0))
    if not signed:
        raise Refused("signature", "none is by a key that was given")
    return text, signed


class Checkpoint(NamedTuple):
    """A log's state: its name, how many entries it has, and the root over them."""

    origin: str
    size: int
    root: bytes


def read_checkpoint(text: bytes) -> Checkpoint:
    """The checkpoint in a note's text. Extension lines may follow it, and mean nothing here."""
    form = rf"([^\n]+)\n({NUMBER})\n({HASH})\n(?:[^\n]+\n)*"
    match = re.fullmatch(form, text.decode(errors="replace"))
    if match is None:
        raise Refused("checkpoint", "it is not the log's name, its size and its root, a line each")
    return Checkpoint(match[1], int(match[2]), b64decode(match[3]))


class Proof(NamedTuple):
    """Hashes to a checkpoint's root: from entry `number`, or from the root over `number` entries."""

    number: int
    path: list[bytes]
    note: bytes  # the checkpoint, not yet verified


def read_proof(file: bytes, form: str = INCLUSION) -> Proof:
    """What a proof file of this form says. An `extra` line is ignored: nothing vouches for it."""
    head, _, note = file.partition(b"\n\n")
    match = re.fullmatch(form, head.decode("latin-1"))
    if match is None or len(file) > MOST_BYTES:
        ends = " (line ends were changed)" if b"\r" in file else ""
        raise Refused("proof file", f"it is not number and hashes, empty line, checkpoint{ends}")
    return Proof(int(match[1]), [b64decode(line) for line in match[2].split()], note)


def verify_checkpoint(
    note: bytes, keys: Keys, witnesses: Keys = (), tell: Tell = lambda *_: None
) -> Checkpoint:
    """The checkpoint, if one of the keys, which are its log's, and every witness signed it."""
    text, signed = open_note(note, [*keys, *witnesses])
    found = read_checkpoint(text)
    names = {key.name for key in keys if key in signed}
    if found.origin not in names:
        raise Refused("checkpoint", f"no key given for its origin, {found.origin}, signed it")
    root = b64encode(found.root).decode()
    tell("signature", f"It is by {found.origin}.")
    tell("checkpoint", f"The log has the size {found.size} and the root {root}.")
    for witness in witnesses:
        if witness not in signed:
            raise Refused("cosignature", f"{witness.name} gave none")
        tell("cosignature", f"{witness.name} saw this at {signed[witness]} (POSIX seconds).")
    return found


def verify_proof(
    file: bytes, leaf: bytes, keys: Keys, witnesses: Keys = (), tell: Tell = lambda *_: None
) -> Checkpoint:
    """The checkpoint of a log that holds the leaf, as the proof file says. Raises Refused."""
    proof = read_proof(file)
    tell("proof file", f"It leads on from entry {proof.number} (hashes: {len(proof.path)}).")
    found = verify_checkpoint(proof.note, keys, witnesses, tell)
    tell("leaf", f"It has {len(leaf)} bytes and the hash {b64encode(hash_leaf(leaf)).decode()}.")
    verify_inclusion(hash_leaf(leaf), proof.number, found.size, proof.path, found.root)
    tell("inclusion", f"Counted from 0, the leaf is entry {proof.number} of {found.size}.")
    return found


def verify_growth(
    file: bytes, old: bytes, keys: Keys, witnesses: Keys = (), tell: Tell = lambda *_: None
) -> Checkpoint:
    """The new checkpoint, if its log begins with all that the old one has. Raises Refused."""
    before, proof = verify_checkpoint(old, keys, (), tell), read_proof(file, GROWTH)
    tell("proof file", f"It leads on from size {proof.number} (hashes: {len(proof.path)}).")
    after = verify_checkpoint(proof.note, keys, witnesses, tell)
    if (before.origin, before.size) != (after.origin, proof.number):
        raise Refused("consistency", "the proof leads on from another checkpoint than the old one")
    verify_consistency(before.size, after.size, proof.path, before.root, after.root)
    tell("consistency", f"The log of size {after.size} begins with the log of size {before.size}.")
    return after


def main(arguments: Sequence[str]) -> int:
    """Prints each step and the result: 0 if all hold, else 1."""
    parser = argparse.ArgumentParser("verifier.py", description=str(__doc__).partition("\n")[0])
    parser.add_argument("proof", type=Path)
    about = parser.add_mutually_exclusive_group(required=True)
    about.add_argument("--leaf", type=Path)
    about.add_argument("--old", type=Path, metavar="CHECKPOINT")
    parser.add_argument("--key", action="append", required=True)
    parser.add_argument("--witness", action="append", default=[])
    given = parser.parse_args(arguments)
    verify = verify_proof if given.leaf else verify_growth
    try:
        file, other = given.proof.read_bytes(), (given.leaf or given.old).read_bytes()
        keys = [read_key(one) for one in given.key]
        witnesses = [read_key(one, COSIGNATURE) for one in given.witness]
        verify(file, other, keys, witnesses, lambda step, says: print(f"{step + ':':13}{says}"))
    except (Refused, OSError) as refusal:
        print("REFUSED." if isinstance(refusal, Refused) else "NOT CHECKED.", refusal)
        return 1
    print("VERIFIED.")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
