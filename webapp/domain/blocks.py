"""Sets of unit numbers, kept as inclusive blocks: the arithmetic under every event."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

LARGEST_NUMBER = 2**53 - 1  # the largest whole number that every JSON reader keeps exactly
MOST_BLOCKS = 500  # in one event


class Block(NamedTuple):
    """The units first to last, both included."""

    first: int
    last: int

    @property
    def quantity(self) -> int:
        """How many units (tonnes) lie in it."""
        return self.last - self.first + 1

    def __str__(self) -> str:
        return str(self.first) if self.first == self.last else f"{self.first}-{self.last}"


@dataclass(frozen=True)
class Blocks:
    """A set of units: blocks in ascending order that neither overlap nor touch."""

    ranges: tuple[Block, ...] = ()

    @classmethod
    def of(cls, ranges: Iterable[tuple[int, int]]) -> Blocks:
        """The union of inclusive (first, last) pairs, in any order, touching ones joined."""
        merged: list[Block] = []
        for first, last in sorted(ranges):
            if merged and first <= merged[-1].last + 1:
                merged[-1] = Block(merged[-1].first, max(merged[-1].last, last))
            else:
                merged.append(Block(first, last))
        return cls(tuple(merged))

    @property
    def quantity(self) -> int:
        """How many units (tonnes) are in the set."""
        return sum(block.quantity for block in self.ranges)

    def __iter__(self) -> Iterator[Block]:
        return iter(self.ranges)

    def __len__(self) -> int:
        return len(self.ranges)

    def __bool__(self) -> bool:
        return bool(self.ranges)

    def __or__(self, other: Blocks) -> Blocks:
        return Blocks.of([*self.ranges, *other.ranges])

    def __and__(self, other: Blocks) -> Blocks:
        found: list[Block] = []
        mine, theirs = iter(self.ranges), iter(other.ranges)
        a, b = next(mine, None), next(theirs, None)
        while a is not None and b is not None:
            first, last = max(a.first, b.first), min(a.last, b.last)
            if first <= last:
                found.append(Block(first, last))
            if a.last < b.last:
                a = next(mine, None)
            else:
                b = next(theirs, None)
        return Blocks(tuple(found))

    def __sub__(self, other: Blocks) -> Blocks:
        kept: list[Block] = []
        taken = other.ranges
        at = 0
        for block in self.ranges:
            first = block.first
            while at < len(taken) and taken[at].last < first:
                at += 1
            here = at
            while here < len(taken) and taken[here].first <= block.last:
                if taken[here].first > first:
                    kept.append(Block(first, taken[here].first - 1))
                first = taken[here].last + 1
                here += 1
            if first <= block.last:
                kept.append(Block(first, block.last))
        return Blocks(tuple(kept))

    def lowest(self, quantity: int) -> Blocks:
        """The given number of units, lowest number first; all of them if there are fewer."""
        found: list[Block] = []
        for block in self.ranges:
            if quantity <= 0:
                break
            found.append(Block(block.first, min(block.last, block.first + quantity - 1)))
            quantity -= found[-1].quantity
        return Blocks(tuple(found))

    def __str__(self) -> str:
        return ", ".join(str(block) for block in self.ranges)
