"""Cosigned checkpoints: one from a public log, one request from a witness's own tests, and ours."""

import pytest

from tests.ledger.logs import KEY, Log, flips, refused
from tests.ledger.witnessing import Witness
from webapp.ledger.note import key_text
from webapp.ledger.proof import write_growth, write_proof
from webapp.ledger.verifier import (
    COSIGNATURE,
    Key,
    key_id,
    open_note,
    read_key,
    verify_checkpoint,
    verify_growth,
    verify_proof,
)
from webapp.ledger.witness import add_cosignatures, read_known_size

# A checkpoint that the log arche2025h1 (staging) published, cosigned by four witnesses.
ARCHE = (
    "arche2025h1.staging.ct.transparency.dev+ba2f06c0+AU0vHmlGCS/PdN8b2OaGmKprLI8HKM+dJ472xgFYh15f"
)
REMORA = "remora.n621.de+da77ade7+BOvN63jn/bLvkieywe8R6UYAtVtNbZpXh34x7onlmtw2"
COSIGNED = """arche2025h1.staging.ct.transparency.dev
1432088532
U7WM79jrzyhGZ5/GUBTpM7NzwdyfFx61t3RovgcC4Ro=

— arche2025h1.staging.ct.transparency.dev zTM8sQAAAZ5W0WdjBAMARjBEAiBjW5IQf9pvsYLfQFX6hoGREPMHbdQ3urbllzalApkptQIgIpwtEroeW2BXaHAI4kJXFbon5Ch9MNL5zRNZ55lvGt0=
— arche2025h1.staging.ct.transparency.dev ui8GwCF1+kWqZrxGdhj4aX3gcw7XUlXQQabg/27lefwhUkzbC3NygNI75MdhL1bfTW9g8Ei59RA23oHP7Ry1k3ZFWwQ=
— transparency.dev/DEV:witness-little-garden 2AQqhwAAAABqEiEgzgFIqqhbUoDwjMWE6UP8nd8/KYTzwZ2rhIgcqoXHAwVkjZr4AscylP3v7sEodkRAErumC2q44vdgJY096st5BQ==
— witness1.smartit.nu/witness1 pIyCDwAAAABqEiEghIp82KWebrw7/oHQwlTAm3g2RKS4+eebl8eO0WH+/iEcxZ75W3u5hNI7TOQtmJbqmNWVuE0tgh0XwzdZsDsUAQ==
— remora.n621.de 2net5wAAAABqEiEgPlfF3V06o0Y+fHM+J5J9s27wgxxcOVSpZ/2g/KSiXCg9DEZI+aVCIobWX9sXTynk5XeU/zZ0WBxtqB0DrAWfBw==
— witness.stagemole.eu Z/euoAAAAABqEiEgw0i+7g2ENfDAWHmtRzCfKTHSDwYDJA2NmKeGi9Y8FtEyOUvVr+AJmIY/2TUFucgKi7lI7cUiOvKFYe/TmN9DAg==
""".encode()

# The requests in cmd/litewitness/testdata/litewitness.txt of FiloSottile/torchwood.
SIGSUM = "sigsum.org/v1/tree/4d6d8825a6bb689d459628312889dfbb0bcd41b5211d9e1ce768b0ff0309e562"
SIGSUM_PUBLIC = bytes.fromhex("ffdc2d4d98e4124d3feaf788c0c2f9abfd796083d1f0495437f302ec79cf100f")
SIGSUM_OLD = f"""{SIGSUM}
1
KgAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=

— {SIGSUM} UgIom7fPZTqpxWWhyjWduBvTvGVqsokMbqTArsQilegKoFBJQjUFAmQ0+YeSPM3wfUQMFSzVnnNuWRTYrajXpNUbIQY=
""".encode()
SIGSUM_NEW = f"""{SIGSUM}
3
RcCI1Nk56ZcSmIEfIn0SleqtV7uvrlXNccFx595Iwl0=

— {SIGSUM} UgIom2VbtIcdFbwFAy1n7s6IkAxIY6J/GQOTuZF2ORV39d75cbAj2aQYwyJre36kezNobZs4SUUdrcawfAB8WVrx6go=
""".encode()
SIGSUM_REQUEST = (
    b"""old 1
KgEAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=
KgIAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=

"""
    + SIGSUM_NEW
)

LOG = Log(9)
TEXT = LOG.checkpoint(9).partition(b"\n\n")[0] + b"\n"


def cosigned(*witnesses):
    note = LOG.checkpoint(9)
    for witness in witnesses:
        note = add_cosignatures(note, witness.line(TEXT).encode(), [witness.key])
    return note


def test_a_checkpoint_from_a_public_log_is_accepted_with_its_witness():
    keys, witnesses = [read_key(ARCHE)], [read_key(REMORA, COSIGNATURE)]
    found = verify_checkpoint(COSIGNED, keys, witnesses)
    assert (found.origin, found.size) == ("arche2025h1.staging.ct.transparency.dev", 1432088532)
    _, signed = open_note(COSIGNED, witnesses)
    assert signed == {witnesses[0]: 0x6A122120}


def test_a_cosignature_with_another_time_or_text_is_refused():
    witness = read_key(REMORA, COSIGNATURE)
    line = next(line for line in COSIGNED.split(b"\n") if line.startswith("— remora".encode()))
    changed = COSIGNED.replace(line, line.replace(b"AAAABqEiEg", b"AAAABqEiEh"))
    assert refused(open_note, changed, [witness]).step == "cosignature"
    changed = COSIGNED.replace(b"1432088532", b"1432088533")
    assert refused(open_note, changed, [witness]).step == "cosignature"


def test_the_request_of_a_published_witness_is_accepted_and_written_the_same():
    key = Key(SIGSUM, key_id(SIGSUM, 1, SIGSUM_PUBLIC), 1, SIGSUM_PUBLIC)
    assert verify_growth(SIGSUM_REQUEST, SIGSUM_OLD, [key]).size == 3
    path = [bytes([42, 1]) + bytes(30), bytes([42, 2]) + bytes(30)]
    assert write_growth(1, path, SIGSUM_NEW) == SIGSUM_REQUEST


def test_a_witness_follows_our_log_from_its_beginning():
    witness = Witness(KEY)
    assert witness.add_checkpoint(LOG.growth_file(0, 3))[0] == 200
    status, answer = witness.add_checkpoint(LOG.growth_file(0, 9))
    assert (status, read_known_size(answer)) == (409, 3)
    status, answer = witness.add_checkpoint(LOG.growth_file(3, 9))
    assert status == 200
    note = add_cosignatures(LOG.checkpoint(9), answer, [witness.key])
    proof = write_proof(4, LOG.path(4, 0, 9), note)
    told = []
    verify_proof(proof, LOG.leaves[4], [KEY], [witness.key], lambda *step: told.append(step))
    assert told[3] == ("cosignature", "witness.example/w1 saw this at 1700000000 (POSIX seconds).")


def test_a_witness_does_not_sign_a_fork():
    witness, fork = Witness(KEY), Log([b"other", *LOG.leaves[1:]])
    witness.add_checkpoint(LOG.growth_file(0, 3))
    assert witness.add_checkpoint(fork.growth_file(3, 9))[0] == 422


def test_each_witness_that_is_named_must_have_signed():
    first, second = Witness(KEY), Witness(KEY, "witness.example/w2")
    note = cosigned(first)
    verify_checkpoint(note, [KEY], [first.key])
    refusal = refused(verify_checkpoint, note, [KEY], [first.key, second.key])
    assert str(refusal) == "The cosignature is refused: witness.example/w2 gave none."
    verify_checkpoint(cosigned(first, second), [KEY], [first.key, second.key])


def test_witnesses_alone_do_not_make_a_checkpoint():
    witness = Witness(KEY)
    note = TEXT + b"\n" + witness.line(TEXT).encode()
    assert refused(verify_checkpoint, note, [KEY], [witness.key]).step == "checkpoint"


def test_each_bit_of_a_cosignature_counts():
    witness = Witness(KEY)
    note = TEXT + b"\n" + witness.line(TEXT).encode()
    for other in flips(note):
        refused(open_note, other, [witness.key])


def test_a_witness_may_sign_again_and_its_latest_time_counts():
    witness = Witness(KEY)
    early, witness.time = witness.line(TEXT), witness.time + 60
    note = TEXT + b"\n" + (witness.line(TEXT) + early).encode()
    assert open_note(note, [witness.key])[1] == {witness.key: 1_700_000_060}


def test_a_time_past_what_clocks_count_is_refused():
    witness = Witness(KEY)
    witness.time = 2**63
    note = TEXT + b"\n" + witness.line(TEXT).encode()
    assert refused(open_note, note, [witness.key]).step == "cosignature"
    witness.time = 2**63 - 1
    open_note(TEXT + b"\n" + witness.line(TEXT).encode(), [witness.key])


def test_a_short_cosignature_is_refused():
    witness = Witness(KEY)
    assert refused(witness.key.check, TEXT, b"\0" * 7).step == "cosignature"


def test_an_answer_s_lines_by_strangers_are_dropped():
    known, stranger = Witness(KEY), Witness(KEY, "stranger.example/w")
    answer = (stranger.line(TEXT) + known.line(TEXT)).encode()
    assert add_cosignatures(LOG.checkpoint(9), answer, [known.key]) == cosigned(known)


@pytest.mark.parametrize("answer", [b"", b"\n", b"9\n", "— witness.example/w1 AAAA\n".encode()])
def test_an_answer_that_is_no_signature_line_is_refused(answer):
    refused(add_cosignatures, LOG.checkpoint(9), answer, [Witness(KEY).key])


def test_an_answer_for_another_checkpoint_is_refused():
    witness = Witness(KEY)
    answer = witness.line(b"example.org/log\n10\n").encode()
    assert refused(add_cosignatures, LOG.checkpoint(9), answer, [witness.key]).step == "cosignature"


def test_an_answer_without_a_time_is_refused():
    witness = Witness(KEY)
    witness.time = 0
    refusal = refused(
        add_cosignatures, LOG.checkpoint(9), witness.line(TEXT).encode(), [witness.key]
    )
    assert "does not say when" in str(refusal)


def test_an_answer_by_strangers_only_is_refused():
    known, stranger = Witness(KEY), Witness(KEY)
    answer = stranger.line(TEXT).encode()
    assert "none by a witness" in str(
        refused(add_cosignatures, LOG.checkpoint(9), answer, [known.key])
    )


@pytest.mark.parametrize("answer", [b"", b"3", b"03\n", b"3\n\n", b"-1\n", b"3 \n", b"\xff\n"])
def test_a_size_that_is_not_written_so_is_refused(answer):
    assert refused(read_known_size, answer).step == "cosignature"


def test_a_witness_s_key_is_written_as_it_was_read():
    assert key_text(read_key(REMORA, COSIGNATURE)) == REMORA
