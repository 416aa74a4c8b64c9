"""The log cut into tiles of 256, as they are served: https://c2sp.org/tlog-tiles.

A tile at level l holds hashes of complete subtrees of 256^l leaves; an entry bundle holds 256 leaves.
The last tile of a level is partial, and so in its path: `tile/0/x001/x234/067.p/5`.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce

from webapp.ledger.merkle import Node, Plan
from webapp.ledger.verifier import hash_node

WIDTH = 256  # of a full tile, in hashes or leaves
ENTRIES = -1  # the level of entry bundles
LONGEST_LEAF = 65_535  # bytes, since two bytes tell its length
_HEIGHT = 8
_HIGHEST = 63
_NUMBER_PARTS = re.compile("(?:x[0-9]{3}/)*[0-9]{3}")
_WIDTH = re.compile("[1-9][0-9]{0,2}")
_LEVEL = re.compile("0|[1-9][0-9]?")


@dataclass(frozen=True, order=True)
class Tile:
    """`width` hashes of nodes at `level` (of leaves, at level ENTRIES), from number * 256 on."""

    level: int
    number: int
    width: int = WIDTH

    @property
    def path(self) -> str:
        """Under which it is served, from `tile/` on."""
        level = "entries" if self.level == ENTRIES else str(self.level)
        digits = str(self.number)
        digits = digits.zfill(-(-len(digits) // 3) * 3)
        groups = [digits[at : at + 3] for at in range(0, len(digits), 3)]
        number = "/".join([*(f"x{group}" for group in groups[:-1]), groups[-1]])
        return f"tile/{level}/{number}" + ("" if self.width == WIDTH else f".p/{self.width}")

    @property
    def nodes(self) -> list[Node]:
        """Whose hashes it holds, in order; for entry bundles, the leaves' nodes."""
        level = max(self.level, 0) * _HEIGHT
        first = self.number * WIDTH
        return [Node(level, number) for number in range(first, first + self.width)]

    def exists_in(self, size: int) -> bool:
        """Whether a log of this size has it, perhaps as the beginning of a wider one."""
        return self.number * WIDTH + self.width <= _in_level(self.level, size)


def read_path(path: str) -> Tile:
    """The tile that is served under this path, from `tile/` on.

    Raises ValueError, with a sentence, for any spelling but the one of `Tile.path`.
    """
    parts = path.split("/", 2)
    if len(parts) != 3 or parts[0] != "tile":
        raise ValueError("A tile's path is tile/, its level or entries, /, and its number.")
    whole, dot, width = parts[2].partition(".p/")
    level = ENTRIES if parts[1] == "entries" else _level(parts[1])
    tile = Tile(level, _number(whole), _partial_width(width) if dot else WIDTH)
    if tile.path != path:
        raise ValueError("A tile's number does not begin with x000: write it in fewer groups.")
    return tile


def _level(text: str) -> int:
    if not _LEVEL.fullmatch(text) or int(text) > _HIGHEST:
        raise ValueError(f"A tile's level is 0 to {_HIGHEST}, without leading zeros, or entries.")
    return int(text)


def _number(text: str) -> int:
    if len(text) > 100 or not _NUMBER_PARTS.fullmatch(text):
        raise ValueError(
            "A tile's number is in groups of three digits, all but the last after an x, like "
            "x001/x234/067."
        )
    return int(text.replace("x", "").replace("/", ""))


def _partial_width(text: str) -> int:
    if not _WIDTH.fullmatch(text) or int(text) >= WIDTH:
        raise ValueError(f"A partial tile's width is 1 to {WIDTH - 1}, without leading zeros.")
    return int(text)


def _in_level(level: int, size: int) -> int:
    """How many hashes all tiles of a level have together."""
    return size >> (_HEIGHT * max(level, 0))


def partial_width(level: int, size: int) -> int:
    """The width of a level's last tile in a log of this size; 0 if all its tiles are full."""
    return _in_level(level, size) % WIDTH


def tiles_between(old_size: int, size: int, levels: Sequence[int] | None = None) -> Iterator[Tile]:
    """The tiles of a log of `size` that one of `old_size` does not have; from 0, all it has.

    Entry bundles first, then the levels upward; only `levels`, if they are given.
    """
    for level in range(ENTRIES, _HIGHEST + 1) if levels is None else levels:
        count = _in_level(level, size)
        if count > _in_level(level, old_size):
            for number in range(_in_level(level, old_size) // WIDTH, -(-count // WIDTH)):
                yield Tile(level, number, min(WIDTH, count - number * WIDTH))


def tile_of(node: Node, size: int) -> Tile:
    """The tile of a log of `size` in which the node is found, as wide as it is there.

    Raises ValueError if the log is too small to have the node.
    """
    level, inside = divmod(node.level, _HEIGHT)
    number = (node.number << inside) // WIDTH
    tile = Tile(level, number, min(WIDTH, _in_level(level, size) - number * WIDTH))
    if (node.number + 1) << node.level > size:
        raise ValueError(f"A log of size {size} has no node {node.number} at level {node.level}.")
    return tile


def hash_in(tile: Tile, data: bytes, node: Node) -> bytes:
    """The node's hash, from the hashes of the tile_of it. Raises ValueError for a broken tile."""
    if len(data) != tile.width * 32:
        raise ValueError(f"The tile {tile.path} does not have {tile.width} hashes of 32 bytes.")
    inside = node.level - tile.level * _HEIGHT
    first = (node.number << inside) - tile.number * WIDTH if inside >= 0 else -1
    if not 0 <= first <= tile.width - (1 << inside):
        raise ValueError(f"The tile {tile.path} does not hold the node asked for.")
    hashes = [data[at * 32 : at * 32 + 32] for at in range(first, first + (1 << inside))]
    return reduce(lambda row, _: _row_above(row), range(inside), hashes)[0]


def hashes_from(
    plan: Plan, size: int, tiles: Callable[[list[Tile]], Mapping[Tile, bytes]]
) -> list[bytes]:
    """What the plan makes, for a log of `size`; `tiles` is asked once, for all that are needed.

    Raises ValueError for a broken tile. Nothing vouches for tiles: verify what they led to.
    """
    where = {node: tile_of(node, size) for node in plan.nodes}
    found = tiles(sorted(set(where.values()))) if where else {}

    def node_at(level: int, number: int) -> bytes:
        node = Node(level, number)
        return hash_in(where[node], found[where[node]], node)

    return plan.hashes(node_at)


def _row_above(row: list[bytes]) -> list[bytes]:
    return [hash_node(row[at], row[at + 1]) for at in range(0, len(row), 2)]


def write_bundle(leaves: Sequence[bytes]) -> bytes:
    """The entry bundle of these leaves, of 65,535 bytes at most each."""
    return b"".join(len(leaf).to_bytes(2) + leaf for leaf in leaves)


def read_bundle(data: bytes, width: int = WIDTH) -> list[bytes]:
    """The leaves in an entry bundle. Raises ValueError, with a sentence, unless it is `width`."""
    leaves: list[bytes] = []
    at = 0
    while at < len(data):
        end = at + 2 + int.from_bytes(data[at : at + 2])
        if at + 2 > len(data) or end > len(data):
            raise ValueError(f"The entry bundle breaks off inside its entry {len(leaves)}.")
        leaves.append(data[at + 2 : end])
        at = end
    if len(leaves) != width:
        raise ValueError(f"The entry bundle has {len(leaves)} entries and not {width}.")
    return leaves
