"""The tree, held against the definition of RFC 9162, for every size to 300."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.ledger.logs import Log
from webapp.ledger import merkle
from webapp.ledger.merkle import Frontier, Node
from webapp.ledger.verifier import EMPTY_ROOT, hash_leaf, verify_consistency, verify_inclusion

LARGEST = 300
LOG = Log(LARGEST)
HASHES = [hash_leaf(leaf) for leaf in LOG.leaves]


def test_appending_gives_the_root_of_every_size_to_300():
    frontier = Frontier()
    for size, leaf_hash in enumerate(HASHES):
        assert frontier.root == LOG.root(size)
        frontier.append(leaf_hash)
    assert (frontier.size, frontier.root) == (LARGEST, LOG.root(LARGEST))


def test_appending_completes_each_node_once_with_its_hash():
    completed = list(Frontier().extend(HASHES))
    expected = {
        Node(level, number): LOG.node_at(level, number)
        for level in range(9)
        for number in range(LARGEST >> level)
    }
    assert len(completed) == len(expected)
    assert dict(completed) == expected


def test_a_frontier_made_again_at_any_size_goes_on_as_if_it_had_never_ended():
    for size in range(LARGEST):
        (root,) = merkle.root_plan(size).hashes(LOG.node_at)
        again = Frontier(size, [LOG.node_at(*node) for node in merkle.root_plan(size).nodes])
        assert again.root == root
        again.append(HASHES[size])
        assert again.root == LOG.root(size + 1)


def test_a_frontier_s_hashes_are_those_of_the_root_s_plan():
    frontier = Frontier()
    for size in range(LARGEST):
        nodes = merkle.root_plan(size).nodes
        assert frontier.hashes == tuple(LOG.node_at(*node) for node in nodes)
        frontier.append(HASHES[size])


def test_a_frontier_of_too_few_hashes_is_refused():
    with pytest.raises(ValueError, match="A tree of size 7 is made of 3 nodes"):
        Frontier(7, HASHES[:2])


@pytest.mark.parametrize("sizes", [range(1, 129), range(129, 220), range(220, LARGEST + 1)])
def test_every_inclusion_in_every_size_to_300_is_proven(sizes):
    for size in sizes:
        root = LOG.root(size)
        for index in range(size):
            path = merkle.inclusion_proof(index, size, LOG.node_at)
            assert path == LOG.path(index, 0, size)
            verify_inclusion(HASHES[index], index, size, path, root)


@pytest.mark.parametrize("sizes", [range(129), range(129, 220), range(220, LARGEST + 1)])
def test_every_growth_to_every_size_to_300_is_proven(sizes):
    for size in sizes:
        for old in range(size + 1):
            path = merkle.consistency_proof(old, size, LOG.node_at)
            assert path == (LOG.growth(old, size) if 0 < old < size else [])
            verify_consistency(old, size, path, LOG.root(old), LOG.root(size))


@given(st.integers(1, 2**62), st.data())
def test_a_proof_in_a_huge_log_takes_few_nodes_each_once_and_within_the_log(size, data):
    index = data.draw(st.integers(0, size - 1))
    old = data.draw(st.integers(0, size))
    for plan in (merkle.inclusion_plan(index, size), merkle.consistency_plan(old, size)):
        assert len(plan.nodes) == len(set(plan.nodes)) <= 2 * size.bit_length()
        assert all((node.number + 1) << node.level <= size for node in plan.nodes)


@given(st.integers(2, LARGEST), st.data())
def test_the_proof_of_a_leaf_does_not_prove_another_place(size, data):
    index = data.draw(st.integers(0, size - 1))
    other = data.draw(st.integers(0, 2 * LARGEST).filter(lambda other: other != index))
    path = LOG.path(index, 0, size)
    with pytest.raises(ValueError, match="inclusion"):
        verify_inclusion(HASHES[index], other, size, path, LOG.root(size))


@pytest.mark.parametrize(("index", "size"), [(0, 0), (5, 5), (-1, 5), (6, 5)])
def test_no_path_leads_from_a_leaf_that_is_not_there(index, size):
    with pytest.raises(ValueError, match=f"a log of size {size} has no entry {index}"):
        merkle.inclusion_plan(index, size)


@pytest.mark.parametrize(("old", "size"), [(6, 5), (-1, 5)])
def test_no_proof_leads_back(old, size):
    with pytest.raises(ValueError, match="cannot have grown"):
        merkle.consistency_plan(old, size)


def test_the_empty_tree_is_where_every_log_began():
    assert Frontier().root == EMPTY_ROOT
    assert merkle.root_plan(0).hashes(LOG.node_at) == [EMPTY_ROOT]
    verify_consistency(0, 0, [], EMPTY_ROOT, EMPTY_ROOT)
