"""Checkpoints: written and read in one form only."""

import pytest

from tests.ledger.logs import SIGNER, refused
from webapp.ledger.checkpoint import is_origin, sign_checkpoint, write_checkpoint
from webapp.ledger.note import new_signer
from webapp.ledger.verifier import Checkpoint, open_note, read_checkpoint

# https://c2sp.org/tlog-checkpoint
BODY = b"""example.com/behind-the-sofa
20852163
CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=
"""
ROOT = bytes.fromhex("0ac5186a91863e8e1d90c808014aa89bf5da8e3ee1d9f07630f0378f68f1ab62")
CHECKPOINT = Checkpoint("example.com/behind-the-sofa", 20852163, ROOT)


def test_the_specification_s_checkpoint_is_read():
    assert read_checkpoint(BODY) == CHECKPOINT


def test_the_specification_s_checkpoint_is_written():
    assert write_checkpoint(CHECKPOINT) == BODY


def test_extension_lines_are_read_over():
    assert read_checkpoint(BODY + b"one\nand two\n") == CHECKPOINT


@pytest.mark.parametrize(
    ("part", "other"),
    [
        (b"example.com/behind-the-sofa\n", b""),
        (b"example.com/behind-the-sofa\n", b"\n"),
        (b"20852163\n", b""),
        (b"20852163", b""),
        (b"20852163", b"020852163"),
        (b"20852163", b"+20852163"),
        (b"20852163", b"-1"),
        (b"20852163", b" 20852163"),
        (b"20852163", b"20852163 "),
        (b"20852163", b"20_852_163"),
        (b"20852163", b"2.0"),
        (b"20852163", "2٢".encode()),
        (b"20852163", b"9" * 19),
        (b"CsUYapGG", b"CsUYapG"),
        (b"CsUYapGG", b"CsUYapGGAAAA"),
        (b"CsUYapGG", b"CsUYapG-"),
        (b"q2I=", b"q2J="),  # the same bytes, spelt otherwise
        (b"q2I=", b"q2I"),
        (b"q2I=\n", b"q2I="),
        (b"q2I=\n", b"q2I=\n\n"),
        (b"q2I=\n", b"q2I=\n\nextension\n"),
        (b"q2I=\n", b"q2I=\nextension"),
        (b"q2I=\n", b"q2I=\r\n"),
    ],
)
def test_a_checkpoint_in_another_form_is_refused(part, other):
    assert part in BODY
    assert refused(read_checkpoint, BODY.replace(part, other)).step == "checkpoint"


@pytest.mark.parametrize(
    "name", ["", "https://example.org/log", "example.org log", "a+b", "a\nb", "a\u2003b"]
)
def test_a_log_is_not_called_so(name):
    assert not is_origin(name)
    with pytest.raises(ValueError, match="cannot be a log's name"):
        write_checkpoint(Checkpoint(name, 0, bytes(32)))


def test_a_key_of_another_name_does_not_sign_for_the_log():
    with pytest.raises(ValueError, match=r"not called example\.com/behind-the-sofa"):
        sign_checkpoint(CHECKPOINT, [SIGNER])


def test_a_signed_checkpoint_is_opened_by_each_of_its_keys():
    old, new = new_signer(CHECKPOINT.origin), new_signer(CHECKPOINT.origin)
    note = sign_checkpoint(CHECKPOINT, [old, new])
    for signer in (old, new):
        text, signed = open_note(note, [signer.key])
        assert (text, list(signed)) == (BODY, [signer.key])
