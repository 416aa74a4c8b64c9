"""Logs made by the book: the tree as RFC 9162 defines it, recursively, and a log that signs itself."""

import hashlib
import re
from functools import cache

import pytest

from webapp.ledger.checkpoint import sign_checkpoint
from webapp.ledger.note import read_signer
from webapp.ledger.proof import write_growth, write_proof
from webapp.ledger.verifier import Checkpoint, Refused

# Its seed is 32 bytes of 7.
SIGNER = read_signer(
    "PRIVATE+KEY+example.org/log+5e2cef00+AQcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcH"
)
KEY = SIGNER.key


def _hash(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()


class Log:
    """A log of the leaves b"leaf 0", b"leaf 1", ... or of others, in memory."""

    def __init__(self, leaves: list[bytes] | int, origin: str = "example.org/log") -> None:
        if isinstance(leaves, int):
            leaves = [b"leaf %d" % number for number in range(leaves)]
        self.leaves, self.origin = leaves, origin
        self.over = cache(self._over)

    def _over(self, first: int, end: int) -> bytes:
        """MTH(D[first:end]) of RFC 9162, section 2.1.1."""
        if first == end:
            return _hash(b"")
        if end - first == 1:
            return _hash(b"\0" + self.leaves[first])
        middle = first + split(end - first)
        return _hash(b"\1" + self.over(first, middle) + self.over(middle, end))

    def root(self, size: int) -> bytes:
        return self.over(0, size)

    def node_at(self, level: int, number: int) -> bytes:
        assert (number + 1) << level <= len(self.leaves), "only complete subtrees may be asked for"
        return self.over(number << level, (number + 1) << level)

    def path(self, index: int, first: int, end: int) -> list[bytes]:
        """PATH(m, D[first:end]), section 2.1.3.1."""
        if end - first == 1:
            return []
        middle = first + split(end - first)
        if index < middle:
            return [*self.path(index, first, middle), self.over(middle, end)]
        return [*self.path(index, middle, end), self.over(first, middle)]

    def growth(self, old: int, end: int, first: int = 0, known: bool = True) -> list[bytes]:
        """SUBPROOF(m, D[first:end], b), section 2.1.4.1, `old` counted from the log's start."""
        if old == end:
            return [] if known else [self.over(first, end)]
        middle = first + split(end - first)
        if old <= middle:
            return [*self.growth(old, middle, first, known), self.over(middle, end)]
        return [*self.growth(old, end, middle, False), self.over(first, middle)]

    def checkpoint(self, size: int, signer=SIGNER) -> bytes:
        return sign_checkpoint(Checkpoint(self.origin, size, self.root(size)), [signer])

    def proof(self, index: int, size: int) -> bytes:
        return write_proof(index, self.path(index, 0, size), self.checkpoint(size))

    def growth_file(self, old: int, size: int) -> bytes:
        path = self.growth(old, size) if 0 < old < size else []
        return write_growth(old, path, self.checkpoint(size))


def split(count: int) -> int:
    """The largest power of two below the count."""
    power = 1
    while power * 2 < count:
        power *= 2
    return power


def refused(check, *given) -> Refused:
    """The refusal of what must not pass."""
    with pytest.raises(Refused) as caught:
        check(*given)
    refusal = caught.value
    assert re.fullmatch(rf"The {refusal.step} is refused: [^\n]+\.", str(refusal))
    return refusal


def flips(data: bytes):
    """The data with each of its bits flipped in turn."""
    for at in range(len(data)):
        for bit in range(8):
            yield data[:at] + bytes([data[at] ^ (1 << bit)]) + data[at + 1 :]
