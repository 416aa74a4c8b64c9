"""Not one bit of a proof, a leaf, a note or a key can be flipped unnoticed."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.ledger.logs import KEY, Log, flips, refused
from webapp.ledger.note import key_text
from webapp.ledger.verifier import (
    hash_leaf,
    open_note,
    read_key,
    verify_consistency,
    verify_growth,
    verify_inclusion,
    verify_proof,
)

LOG = Log(300)


def flipped_in_turn(hashes):
    for at, one in enumerate(hashes):
        for other in flips(one):
            yield [*hashes[:at], other, *hashes[at + 1 :]]


@settings(max_examples=25)
@given(st.integers(1, 300), st.data())
def test_each_bit_of_an_inclusion_proof_counts(size, data):
    index = data.draw(st.integers(0, size - 1))
    leaf_hash, root, path = hash_leaf(LOG.leaves[index]), LOG.root(size), LOG.path(index, 0, size)
    verify_inclusion(leaf_hash, index, size, path, root)
    for other in flipped_in_turn(path):
        refused(verify_inclusion, leaf_hash, index, size, other, root)
    for other in flips(root):
        refused(verify_inclusion, leaf_hash, index, size, path, other)
    for other in flips(LOG.leaves[index]):
        refused(verify_inclusion, hash_leaf(other), index, size, path, root)
    for bit in range(64):
        refused(verify_inclusion, leaf_hash, index ^ (1 << bit), size, path, root)


@settings(max_examples=25)
@given(st.integers(0, 300), st.data())
def test_each_bit_of_a_consistency_proof_counts(size, data):
    old = data.draw(st.integers(0, size))
    old_root, root = LOG.root(old), LOG.root(size)
    path = LOG.growth(old, size) if 0 < old < size else []
    verify_consistency(old, size, path, old_root, root)
    for other in flipped_in_turn(path):
        assert refused(verify_consistency, old, size, other, old_root, root).step == "consistency"
    for other in flips(old_root):
        refused(verify_consistency, old, size, path, other, root)
    if old:  # every log has grown from an empty one
        for other in flips(root):
            refused(verify_consistency, old, size, path, old_root, other)


@pytest.mark.parametrize(("index", "size"), [(0, 1), (2, 3), (0, 5), (299, 300)])
def test_each_bit_of_a_proof_file_counts(index, size):
    file, leaf = LOG.proof(index, size), LOG.leaves[index]
    verify_proof(file, leaf, [KEY])
    for other in flips(file):
        refused(verify_proof, other, leaf, [KEY])
    for other in flips(leaf):
        assert refused(verify_proof, file, other, [KEY]).step == "inclusion"


@pytest.mark.parametrize(("old", "size"), [(0, 3), (3, 3), (4, 7), (130, 300)])
def test_each_bit_of_two_checkpoints_and_what_joins_them_counts(old, size):
    before, file = LOG.checkpoint(old), LOG.growth_file(old, size)
    verify_growth(file, before, [KEY])
    for other in flips(file):
        refused(verify_growth, other, before, [KEY])
    for other in flips(before):
        refused(verify_growth, file, other, [KEY])


def test_each_bit_of_a_note_counts():
    note = LOG.checkpoint(7)
    for other in flips(note):
        refused(open_note, other, [KEY])


def test_each_bit_of_a_key_counts():
    text = key_text(KEY)
    file, leaf = LOG.proof(4, 7), LOG.leaves[4]
    assert read_key(text) == KEY
    for other in flips(text.encode()):
        written = other.decode("latin-1")
        assert refused(lambda written=written: read_key(written)).step == "key"
    for other in flips(KEY.public):
        forged = KEY._replace(public=other)
        assert refused(verify_proof, file, leaf, [forged]).step == "signature"
