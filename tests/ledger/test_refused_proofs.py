"""What is truncated, reordered, doubled, foreign or older is refused, and the sentence says where."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.ledger.logs import KEY, SIGNER, Log, refused
from webapp.ledger.checkpoint import sign_checkpoint
from webapp.ledger.note import new_signer, sign
from webapp.ledger.proof import write_growth, write_proof
from webapp.ledger.verifier import (
    COSIGNATURE,
    Checkpoint,
    read_key,
    read_proof,
    verify_growth,
    verify_inclusion,
    verify_proof,
)

LOG = Log(40)
LEAF = LOG.leaves[19]
FILE = LOG.proof(19, 40)
HEAD, _, NOTE = FILE.partition(b"\n\n")
LINES = HEAD.split(b"\n")
BEFORE, GROWTH = LOG.checkpoint(19), LOG.growth_file(19, 40)


def proof_of(*path, index=19, note=NOTE):
    return write_proof(index, path, note)


def test_the_proof_itself_is_accepted_and_each_step_is_told():
    told = []
    found = verify_proof(FILE, LEAF, [KEY], tell=lambda step, says: told.append((step, says)))
    assert found == Checkpoint("example.org/log", 40, LOG.root(40))
    assert [step for step, _ in told] == [
        "proof file",
        "signature",
        "checkpoint",
        "leaf",
        "inclusion",
    ]
    assert told[-1][1] == "Counted from 0, the leaf is entry 19 of 40."


def test_the_growth_itself_is_accepted_and_each_step_is_told():
    told = []
    found = verify_growth(GROWTH, BEFORE, [KEY], tell=lambda step, says: told.append((step, says)))
    assert found.size == 40
    assert told[-1] == ("consistency", "The log of size 40 begins with the log of size 19.")


@given(st.integers(0, len(FILE) - 1))
def test_a_truncated_proof_is_refused(length):
    refused(verify_proof, FILE[:length], LEAF, [KEY])


@given(st.integers(0, len(GROWTH) - 1))
def test_a_truncated_growth_is_refused(length):
    refused(verify_growth, GROWTH[:length], BEFORE, [KEY])


@pytest.mark.parametrize("more", [b"\n", b" ", b"x", b"\r\n", b"\0", NOTE, FILE])
def test_a_proof_with_more_behind_it_is_refused(more):
    refused(verify_proof, FILE + more, LEAF, [KEY])


def test_swapped_hashes_are_refused_at_the_inclusion():
    path = read_proof(FILE).path
    for at in range(len(path) - 1):
        swapped = [*path[:at], path[at + 1], path[at], *path[at + 2 :]]
        refusal = refused(verify_proof, proof_of(*swapped), LEAF, [KEY])
        assert str(refusal) == (
            "The inclusion is refused: leaf and hashes lead to another root than the checkpoint's."
        )


def test_a_doubled_hash_is_refused_at_the_inclusion():
    path = read_proof(FILE).path
    for at in range(len(path)):
        doubled = [*path[: at + 1], *path[at:]]
        refusal = refused(verify_proof, proof_of(*doubled), LEAF, [KEY])
        assert str(refusal) == (
            "The inclusion is refused: there are more hashes than lead to the root."
        )


def test_a_missing_hash_is_refused_at_the_inclusion():
    path = read_proof(FILE).path
    for at in range(len(path)):
        refusal = refused(verify_proof, proof_of(*path[:at], *path[at + 1 :]), LEAF, [KEY])
        assert refusal.step == "inclusion"
    assert str(refused(verify_proof, proof_of(*path[:-1]), LEAF, [KEY])) == (
        "The inclusion is refused: there are too few hashes to lead to the root."
    )


def test_hashes_of_another_length_are_refused_even_past_the_files():
    path = read_proof(FILE).path
    joined = [path[0] + path[1], *path[2:]]
    refusal = refused(verify_inclusion, LEAF, 19, 40, joined, LOG.root(40))
    assert str(refusal) == "The inclusion is refused: one of the hashes does not have 32 bytes."


@pytest.mark.parametrize(
    "change",
    [
        lambda lines: [lines[0], *lines],  # doubled
        lambda lines: [lines[0], lines[1], *lines[1:]],
        lambda lines: [lines[1], lines[0], *lines[2:]],  # reordered
        lambda lines: [lines[0], *lines[2:], lines[1]],
        lambda lines: lines[1:],  # missing
        lambda lines: [lines[0], *lines[2:]],
        lambda lines: [lines[0].replace(b"v1", b"v2"), *lines[1:]],  # foreign
        lambda lines: [*lines[:-1], lines[-1].rstrip(b"=")],
        lambda lines: [*lines[:-1], lines[-1] + b"="],
        lambda lines: [*lines[:-1], lines[-1] + b" "],
        lambda lines: [lines[0], b"extra", *lines[1:]],
        lambda lines: [lines[0], b"extra Zm9v", b"extra Zm9v", *lines[1:]],
        lambda lines: [lines[0], lines[1], b"extra Zm9v", *lines[2:]],
    ],
)
def test_a_file_of_another_form_is_refused_as_a_proof_file(change):
    file = b"\n".join(change(LINES)) + b"\n\n" + NOTE
    assert refused(verify_proof, file, LEAF, [KEY]).step == "proof file"


@pytest.mark.parametrize(
    "number",
    ["", " 19", "19 ", "019", "+19", "-1", "1_9", "1e1", "٣", "0x13", "9" * 19, "9" * 5000],
)
def test_a_number_has_one_spelling_only(number):
    for start, file in (("index 19", FILE), ("old 19", GROWTH)):
        other = file.decode().replace(start, f"{start.split()[0]} {number}").encode()
        verify = verify_proof if file is FILE else verify_growth
        assert refused(verify, other, LEAF if file is FILE else BEFORE, [KEY]).step == "proof file"


def test_extra_data_is_read_over():
    file = b"\n".join([LINES[0], b"extra Zm9v", *LINES[1:]]) + b"\n\n" + NOTE
    verify_proof(file, LEAF, [KEY])


def test_a_file_without_end_is_refused_before_it_is_read():
    refusal = refused(verify_proof, FILE + b"\n" * 1_000_000, LEAF, [KEY])
    assert refusal.step == "proof file"


def test_the_leaf_of_another_entry_is_refused_at_the_inclusion():
    assert refused(verify_proof, FILE, LOG.leaves[20], [KEY]).step == "inclusion"


def test_the_proof_of_another_log_is_refused_at_the_signature():
    other = new_signer("example.org/log")
    note = LOG.checkpoint(40, other)
    file = proof_of(*read_proof(FILE).path, note=note)
    refusal = refused(verify_proof, file, LEAF, [KEY])
    assert str(refusal) == "The signature is refused: none is by a key that was given."


def test_a_checkpoint_of_another_origin_is_refused_even_if_our_key_signed_it():
    text = NOTE.partition(b"\n\n")[0].replace(b"example.org/log", b"example.org/other") + b"\n"
    file = proof_of(*read_proof(FILE).path, note=sign(text, [SIGNER]))
    refusal = refused(verify_proof, file, LEAF, [KEY])
    assert str(refusal) == (
        "The checkpoint is refused: no key given for its origin, example.org/other, signed it."
    )


def test_a_path_to_an_older_checkpoint_is_refused_at_the_inclusion():
    older = LOG.path(19, 0, 33)
    assert refused(verify_proof, proof_of(*older), LEAF, [KEY]).step == "inclusion"


def test_an_older_checkpoint_than_the_leaf_is_refused_at_the_inclusion():
    file = proof_of(*read_proof(FILE).path, note=LOG.checkpoint(19))
    refusal = refused(verify_proof, file, LEAF, [KEY])
    assert str(refusal) == (
        "The inclusion is refused: counted from 0, a log of size 19 has no entry 19."
    )


def test_a_log_that_went_back_is_refused_at_the_consistency():
    file = write_growth(40, [], LOG.checkpoint(19))
    refusal = refused(verify_growth, file, LOG.checkpoint(40), [KEY])
    assert str(refusal) == ("The consistency is refused: the log went back from size 40 to 19.")


def test_a_proof_from_another_checkpoint_is_refused_at_the_consistency():
    assert refused(verify_growth, GROWTH, LOG.checkpoint(18), [KEY]).step == "consistency"


def test_one_log_does_not_grow_out_of_another_even_if_both_are_known():
    signer = new_signer("example.org/other")
    other = LOG.checkpoint(19).partition(b"\n\n")[0].replace(b"org/log", b"org/other") + b"\n"
    refusal = refused(verify_growth, GROWTH, sign(other, [signer]), [KEY, signer.key])
    assert refusal.step == "consistency"


def test_a_forked_log_is_refused_at_the_consistency():
    fork = Log([*LOG.leaves[:7], b"another", *LOG.leaves[8:]])
    refusal = refused(verify_growth, fork.growth_file(19, 40), BEFORE, [KEY])
    assert str(refusal) == (
        "The consistency is refused: the hashes lead to another root than the old checkpoint's."
    )
    refusal = refused(verify_growth, fork.growth_file(19, 19), BEFORE, [KEY])
    assert str(refusal) == (
        "The consistency is refused: there are two logs of size 19 with different roots."
    )


@pytest.mark.parametrize(
    ("old", "size", "path"),
    [(0, 5, [b"\0" * 32]), (5, 5, [b"\0" * 32]), (4, 5, []), (3, 5, [])],
)
def test_hashes_where_none_belong_or_none_where_some_do_are_refused(old, size, path):
    file = write_growth(old, path, LOG.checkpoint(size))
    assert refused(verify_growth, file, LOG.checkpoint(old), [KEY]).step == "consistency"


def test_a_log_that_did_not_begin_empty_is_refused():
    text = b"example.org/log\n0\n" + LOG.checkpoint(3).split(b"\n")[2] + b"\n"
    refusal = refused(verify_growth, LOG.growth_file(0, 3), sign(text, [SIGNER]), [KEY])
    assert refusal.step == "consistency"


def test_swapped_doubled_and_missing_hashes_of_a_growth_are_refused():
    path = LOG.growth(19, 40)
    changes = [path[1:], path[:-1], [*path, path[-1]], [path[0], *path], path[::-1]]
    for changed in changes:
        file = write_growth(19, changed, LOG.checkpoint(40))
        assert refused(verify_growth, file, BEFORE, [KEY]).step == "consistency"


def test_a_proof_is_no_growth_and_a_growth_no_proof():
    assert refused(verify_growth, FILE, BEFORE, [KEY]).step == "proof file"
    assert refused(verify_proof, GROWTH, LEAF, [KEY]).step == "proof file"


def test_a_witness_s_key_is_not_taken_for_the_log_s():
    text = "remora.n621.de+da77ade7+BOvN63jn/bLvkieywe8R6UYAtVtNbZpXh34x7onlmtw2"
    assert read_key(text, COSIGNATURE).name == "remora.n621.de"
    assert str(refused(read_key, text)) == (
        "The key is refused: it is of kind 4, and kind 1 is needed here."
    )


def test_a_checkpoint_signed_by_two_keys_is_accepted_by_who_knows_either():
    new = new_signer("example.org/log")
    note = sign_checkpoint(Checkpoint("example.org/log", 40, LOG.root(40)), [SIGNER, new])
    file = proof_of(*read_proof(FILE).path, note=note)
    for keys in ([KEY], [new.key], [KEY, new.key]):
        verify_proof(file, LEAF, keys)
