"""Tiles: their paths, which there are, and what can be worked out from them."""

import hashlib
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.ledger.logs import Log
from webapp.ledger import merkle
from webapp.ledger.merkle import Node
from webapp.ledger.tiles import (
    ENTRIES,
    Tile,
    hash_in,
    hashes_from,
    partial_width,
    read_bundle,
    read_path,
    tile_of,
    tiles_between,
    write_bundle,
)
from webapp.ledger.verifier import hash_leaf, verify_consistency, verify_inclusion

tiles = st.builds(Tile, st.integers(-1, 63), st.integers(0, 2**62), st.integers(1, 256))


class Tiled(Log):
    """A log whose nodes are read from tiles alone."""

    def served(self, wanted):
        return {tile: self.data(tile) for tile in wanted}

    def data(self, tile):
        assert tile.exists_in(len(self.leaves))
        return b"".join(self.node_at(*node) for node in tile.nodes)


class Sparse:
    """A log far too large to keep: leaves and complete subtrees of a tile are hashes of their place."""

    def __init__(self, size):
        self.size = size
        self.asked = []

    def served(self, wanted):
        self.asked.append(wanted)
        return {tile: b"".join(map(self.hash, tile.nodes)) for tile in wanted}

    @staticmethod
    def hash(node):
        return hashlib.sha256(repr(node).encode()).digest()


# The first is https://c2sp.org/tlog-tiles's own example, and that of Go's tlog.Tile.
@pytest.mark.parametrize(
    ("tile", "path"),
    [
        (Tile(4, 1234067), "tile/4/x001/x234/067"),
        (Tile(4, 1234067, 1), "tile/4/x001/x234/067.p/1"),
        (Tile(0, 0), "tile/0/000"),
        (Tile(0, 999, 255), "tile/0/999.p/255"),
        (Tile(0, 1000), "tile/0/x001/000"),
        (Tile(63, 123456789), "tile/63/x123/x456/789"),
        (Tile(ENTRIES, 67, 5), "tile/entries/067.p/5"),
        (Tile(ENTRIES, 1234067), "tile/entries/x001/x234/067"),
    ],
)
def test_a_tile_s_path_is_written_and_read(tile, path):
    assert tile.path == path
    assert read_path(path) == tile


@given(tiles)
def test_any_tile_is_read_from_its_path(tile):
    assert read_path(tile.path) == tile


@pytest.mark.parametrize(
    ("path", "sentence"),
    [
        ("", "A tile's path is"),
        ("tile", "A tile's path is"),
        ("tile/0", "A tile's path is"),
        ("tiles/0/000", "A tile's path is"),
        ("/tile/0/000", "A tile's path is"),
        ("tile//000", "level is 0 to 63"),
        ("tile/00/000", "level is 0 to 63"),
        ("tile/01/000", "level is 0 to 63"),
        ("tile/64/000", "level is 0 to 63"),
        ("tile/-1/000", "level is 0 to 63"),
        ("tile/+1/000", "level is 0 to 63"),
        ("tile/1 /000", "level is 0 to 63"),
        ("tile/٣/000", "level is 0 to 63"),
        ("tile/Entries/000", "level is 0 to 63"),
        ("tile/0/", "groups of three digits"),
        ("tile/0/0", "groups of three digits"),
        ("tile/0/00", "groups of three digits"),
        ("tile/0/0000", "groups of three digits"),
        ("tile/0/x000", "groups of three digits"),
        ("tile/0/001/234", "groups of three digits"),
        ("tile/0/x001/x234", "groups of three digits"),
        ("tile/0/x001/", "groups of three digits"),
        ("tile/0/x1/234", "groups of three digits"),
        ("tile/0/X001/234", "groups of three digits"),
        ("tile/0/x001//234", "groups of three digits"),
        ("tile/0/-01", "groups of three digits"),
        ("tile/0/٣٣٣", "groups of three digits"),
        ("tile/0/000/", "groups of three digits"),
        ("tile/0/000\n", "groups of three digits"),
        ("tile/0/../000", "groups of three digits"),
        ("tile/0/" + "x999/" * 5000 + "999", "groups of three digits"),
        ("tile/0/000.p", "groups of three digits"),
        ("tile/0/x000/001", "fewer groups"),
        ("tile/0/x000/x000/001.p/3", "fewer groups"),
        ("tile/0/000.p/", "width is 1 to 255"),
        ("tile/0/000.p/0", "width is 1 to 255"),
        ("tile/0/000.p/00", "width is 1 to 255"),
        ("tile/0/000.p/01", "width is 1 to 255"),
        ("tile/0/000.p/256", "width is 1 to 255"),
        ("tile/0/000.p/1000", "width is 1 to 255"),
        ("tile/0/000.p/-1", "width is 1 to 255"),
        ("tile/0/000.p/1/", "width is 1 to 255"),
        ("tile/0/000.p/1.p/1", "width is 1 to 255"),
        ("tile/0/000.p/٣", "width is 1 to 255"),
    ],
)
def test_a_path_in_another_form_is_refused(path, sentence):
    with pytest.raises(ValueError, match=sentence):
        read_path(path)


@given(st.text(st.sampled_from("tile/0123456789xp.es-+ "), max_size=30), tiles)
def test_any_path_is_refused_or_written_the_same(text, tile):
    for path in (text, f"tile/{text}", tile.path[: len(text)] + text):
        with suppress(ValueError):
            assert read_path(path).path == path


def test_a_log_of_70_000_has_the_tiles_that_the_specification_counts():
    every = [tile for tile in tiles_between(0, 70_000) if tile.level != ENTRIES]
    full = [tile for tile in every if tile.width == 256]
    assert len([tile for tile in full if tile.level == 0]) == 273
    assert len([tile for tile in full if tile.level == 1]) == 1
    assert [tile for tile in every if tile.width < 256] == [
        Tile(0, 273, 112),
        Tile(1, 1, 17),
        Tile(2, 0, 1),
    ]
    assert [partial_width(level, 70_000) for level in range(4)] == [112, 17, 1, 0]


def test_a_log_of_256_has_a_full_tile_and_a_partial_one_above_it():
    every = [tile for tile in tiles_between(0, 256) if tile.level != ENTRIES]
    assert every == [Tile(0, 0), Tile(1, 0, 1)]


def test_an_empty_log_has_no_tiles_and_one_that_did_not_grow_no_new_ones():
    assert list(tiles_between(0, 0)) == []
    assert list(tiles_between(300, 300)) == []


@given(st.integers(0, 200_000), st.integers(0, 2_000))
def test_the_tiles_of_two_steps_are_those_of_one(old, more):
    size = old + more
    before, after = set(tiles_between(0, old)), set(tiles_between(0, size))
    new = set(tiles_between(old, size))
    assert new == after - before
    assert all(tile.exists_in(size) and not tile.exists_in(old) for tile in new)


@pytest.mark.parametrize(
    ("tile", "size", "exists"),
    [
        (Tile(0, 0, 1), 0, False),
        (Tile(0, 0, 1), 1, True),
        (Tile(0, 0, 255), 254, False),
        (Tile(0, 0), 255, False),
        (Tile(0, 0), 256, True),
        (Tile(0, 0, 3), 70_000, True),  # of an older checkpoint
        (Tile(ENTRIES, 273, 112), 70_000, True),
        (Tile(ENTRIES, 273, 113), 70_000, False),
        (Tile(1, 0, 1), 255, False),
        (Tile(1, 0, 1), 256, True),
        (Tile(2, 0, 2), 70_000, False),
        (Tile(63, 10**70), 2**62, False),
    ],
)
def test_a_tile_exists_as_soon_as_its_last_hash_does(tile, size, exists):
    assert tile.exists_in(size) is exists


@pytest.mark.parametrize("size", [1, 2, 255, 256, 257, 511, 512, 700])
def test_every_node_of_a_log_is_found_in_its_tile(size):
    log = Tiled(size)
    for level in range(size.bit_length()):
        for number in range(size >> level):
            tile = tile_of(Node(level, number), size)
            found = hash_in(tile, log.data(tile), Node(level, number))
            assert found == log.node_at(level, number)


@pytest.mark.parametrize(("level", "number"), [(0, 700), (2, 175), (8, 2), (10, 0)])
def test_no_tile_has_a_node_past_the_end(level, number):
    with pytest.raises(ValueError, match="A log of size 700 has no node"):
        tile_of(Node(level, number), 700)


def test_a_broken_tile_is_refused():
    log = Tiled(300)
    tile, data = Tile(0, 1, 44), log.data(Tile(0, 1, 44))
    for broken in (b"", data[:-1], data + b"\0", data[:-32], data + data[:32]):
        with pytest.raises(ValueError, match=r"tile/0/001\.p/44 does not have 44 hashes"):
            hash_in(tile, broken, Node(0, 256))


@pytest.mark.parametrize(
    ("level", "number"), [(0, 255), (0, 300), (2, 75), (3, 31), (8, 1), (8, 0), (9, 0)]
)
def test_a_tile_does_not_tell_of_nodes_that_it_does_not_hold(level, number):
    log = Tiled(300)
    with pytest.raises(ValueError, match="does not hold the node"):
        hash_in(Tile(0, 1, 44), log.data(Tile(0, 1, 44)), Node(level, number))
    with pytest.raises(ValueError, match="does not hold the node"):
        hash_in(Tile(1, 0, 1), log.data(Tile(1, 0, 1)), Node(level % 8, number))


@pytest.mark.parametrize("size", [1, 255, 256, 257, 700])
def test_proofs_come_from_tiles_alone(size):
    log = Tiled(700)
    root = log.root(size)
    for index in {0, 1, size // 3, size // 2, size - 1} & set(range(size)):
        path = hashes_from(merkle.inclusion_plan(index, size), size, log.served)
        verify_inclusion(hash_leaf(log.leaves[index]), index, size, path, root)
        path = hashes_from(merkle.consistency_plan(index, size), size, log.served)
        verify_consistency(index, size, path, log.root(index), root)


def test_a_proof_in_a_log_of_ten_million_takes_few_tiles_asked_for_at_once():
    log = Sparse(10_000_001)
    (root,) = hashes_from(merkle.root_plan(log.size), log.size, log.served)
    path = hashes_from(merkle.inclusion_plan(10_000_000, log.size), log.size, log.served)
    verify_inclusion(log.hash(Node(0, 10_000_000)), 10_000_000, log.size, path, root)
    assert len(log.asked) == 2
    assert len(log.asked[1]) <= 3


@given(st.lists(st.binary(max_size=300), min_size=1, max_size=256))
def test_a_bundle_is_read_as_it_was_written(leaves):
    assert read_bundle(write_bundle(leaves), len(leaves)) == leaves


def test_a_bundle_gives_each_leaf_s_length_in_two_bytes():
    assert write_bundle([b"ab", b"", b"c"]) == b"\0\2ab\0\0\0\1c"
    longest = b"x" * 65_535
    assert write_bundle([longest]) == b"\xff\xff" + longest
    assert read_bundle(write_bundle([longest]), 1) == [longest]


def test_a_leaf_past_the_longest_is_not_written():
    with pytest.raises(OverflowError):
        write_bundle([b"x" * 65_536])


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "has 0 entries and not 2"),
        (b"\0\2ab", "has 1 entries and not 2"),
        (b"\0\2ab\0\0\0\1c", "has 3 entries and not 2"),
        (b"\0\2ab\0", "breaks off inside its entry 1"),
        (b"\0\2ab\0\2a", "breaks off inside its entry 1"),
        (b"\0\2ab\0\2", "breaks off inside its entry 1"),
        (b"\1", "breaks off inside its entry 0"),
    ],
)
def test_a_broken_bundle_is_refused(data, sentence):
    with pytest.raises(ValueError, match=sentence):
        read_bundle(data, 2)
