"""The Merkle tree of RFC 9162 section 2.1: appended to in O(log n), and asked for proofs.

A node is the root over a complete subtree, 2^level leaves from number * 2^level on: once complete it
never changes. Whoever stores nodes (a database, tiles) answers for them; a Plan first says which ones
a proof is made of, so that they can be fetched together.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import reduce
from itertools import chain
from typing import NamedTuple

from webapp.ledger.verifier import EMPTY_ROOT, hash_node


class Node(NamedTuple):
    """Where a complete subtree stands: it spans 2^level leaves from number * 2^level on."""

    level: int
    number: int


NodeAt = Callable[[int, int], bytes]  # the hash of the node with this level and number
Span = tuple[Node, ...]  # complete subtrees side by side, the largest first


@dataclass(frozen=True)
class Plan:
    """Hashes still to be made, each the root over some leaves, and out of which nodes."""

    spans: tuple[Span, ...]

    @property
    def nodes(self) -> list[Node]:
        """Every node that is needed."""
        return list(chain.from_iterable(self.spans))

    def hashes(self, node_at: NodeAt) -> list[bytes]:
        """The hashes, in order; `node_at` is asked once for each node."""
        return [_root([node_at(*node) for node in span]) for span in self.spans]


def _root(hashes: Sequence[bytes]) -> bytes:
    """The root over subtrees side by side, the largest first; of none, the empty tree's."""
    if not hashes:
        return EMPTY_ROOT
    return reduce(lambda right, left: hash_node(left, right), reversed(hashes))


def _span(first: int, end: int) -> Span:
    """The complete subtrees that leaves first to end - 1 consist of.

    `first` must be a multiple of the largest, as it is wherever RFC 9162 splits a tree.
    """
    nodes = []
    for level in range((end - first).bit_length() - 1, -1, -1):
        if (end - first) & (1 << level):
            nodes.append(Node(level, first >> level))
            first += 1 << level
    return tuple(nodes)


def root_plan(size: int) -> Plan:
    """The root of the tree of this size; its nodes are also what a Frontier is made of."""
    return Plan((_span(0, size),))


def inclusion_plan(index: int, size: int) -> Plan:
    """The path from leaf `index`, counted from 0, to the root. Raises ValueError past the end."""
    if not 0 <= index < size:
        raise ValueError(f"Counted from 0, a log of size {size} has no entry {index}.")
    spans = []
    first, end = 0, size
    while end - first > 1:
        middle = _split(first, end)
        if index < middle:
            spans.append(_span(middle, end))
            end = middle
        else:
            spans.append(_span(first, middle))
            first = middle
    return Plan(tuple(reversed(spans)))


def consistency_plan(old_size: int, size: int) -> Plan:
    """The proof that the tree of `size` begins with the tree of `old_size`.

    Empty if they are the same or the old one is empty. Raises ValueError if the old one is larger.
    """
    if not 0 <= old_size <= size:
        raise ValueError(f"A log of size {size} cannot have grown from one of {old_size}.")
    if old_size == 0:
        return Plan(())
    spans = []
    first, end = 0, size
    while end != old_size:
        middle = _split(first, end)
        if old_size <= middle:
            spans.append(_span(middle, end))
            end = middle
        else:
            spans.append(_span(first, middle))
            first = middle
    if first:  # else the old root itself is the start of the proof, and is known
        spans.append(_span(first, end))
    return Plan(tuple(reversed(spans)))


def _split(first: int, end: int) -> int:
    """Where the left subtree of leaves first to end - 1 ends."""
    return first + (1 << (end - first - 1).bit_length() - 1)


def inclusion_proof(index: int, size: int, node_at: NodeAt) -> list[bytes]:
    """The hashes from leaf `index` up to the root. Raises ValueError past the end."""
    return inclusion_plan(index, size).hashes(node_at)


def consistency_proof(old_size: int, size: int, node_at: NodeAt) -> list[bytes]:
    """The hashes that lead from the old root to the new one. Raises ValueError if it shrank."""
    return consistency_plan(old_size, size).hashes(node_at)


class Frontier:
    """The right edge of a tree: all that it takes to append and to know the root."""

    def __init__(self, size: int = 0, hashes: Iterable[bytes] = ()) -> None:
        """A tree of `size`; `hashes` are of the nodes of root_plan(size), in order."""
        self.size = size
        self._hashes = list(hashes)
        if len(self._hashes) != size.bit_count():
            raise ValueError(f"A tree of size {size} is made of {size.bit_count()} nodes.")

    def append(self, leaf_hash: bytes) -> list[tuple[Node, bytes]]:
        """Adds a leaf; gives the nodes that it completes, the leaf's own first."""
        node = Node(0, self.size)
        completed = [(node, leaf_hash)]
        while node.number & 1:
            node = Node(node.level + 1, node.number >> 1)
            completed.append((node, hash_node(self._hashes.pop(), completed[-1][1])))
        self._hashes.append(completed[-1][1])
        self.size += 1
        return completed

    def extend(self, leaf_hashes: Iterable[bytes]) -> Iterator[tuple[Node, bytes]]:
        """Adds leaves as it is read; gives the nodes that they complete."""
        for leaf_hash in leaf_hashes:
            yield from self.append(leaf_hash)

    @property
    def hashes(self) -> tuple[bytes, ...]:
        """Of the nodes of root_plan(size), to make the same frontier again."""
        return tuple(self._hashes)

    @property
    def root(self) -> bytes:
        """The root over all leaves."""
        return _root(self._hashes)
