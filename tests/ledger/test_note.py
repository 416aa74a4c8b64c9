"""Signed notes: the vectors of C2SP and of Go's sumdb/note, and what both refuse."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.ledger.logs import refused
from webapp.ledger.note import add_lines, is_key_name, key_text, new_signer, read_signer, sign
from webapp.ledger.verifier import Key, Refused, key_id, open_note, read_key, read_note

# https://c2sp.org/signed-note
FOO = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"
FOO_NOTE = """This is an example message.

— example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=
""".encode()

# golang.org/x/mod/sumdb/note, example_test.go
PETER_SECRET = "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz"
PETER = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
ENOCH = "EnochRoot+af0cfe78+ATtqJ7zOtqQtYqOo0CpvDXNlMhV3HeJDpjrASKGLWdop"
TEXT = b"""If you think cryptography is the answer to your problem,
then you don't know what your problem is.
"""
PETER_LINE = "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
ENOCH_LINE = "— EnochRoot rwz+eBzmZa0SO3NbfRGzPCpDckykFXSdeX+MNtCOXm2/5n2tiOHp+vAF1aGrQ5ovTG01oOTGwnWLox33WWd1RvMc+QQ=\n"


def note_of(*lines, text=TEXT):
    return text + b"\n" + "".join(lines).encode()


def keys_of(note, *keys):
    """The names of those who signed, among the keys."""
    text, signed = open_note(note, [read_key(key) for key in keys])
    assert text == TEXT
    return [key.name for key in signed]


def test_the_note_of_the_specification_is_opened():
    text, signed = open_note(FOO_NOTE, [read_key(FOO)])
    assert text == b"This is an example message.\n"
    assert [key.name for key in signed] == ["example.com/foo"]


def test_signing_as_in_go_s_example_gives_go_s_note():
    assert sign(TEXT, [read_signer(PETER_SECRET)]) == note_of(PETER_LINE)


def test_a_second_signer_s_line_comes_behind_as_in_go_s_example():
    enoch = read_signer("PRIVATE+KEY+EnochRoot+af0cfe78+AQ" + "A" * 42)
    assert key_text(enoch.key) == ENOCH
    assert sign(TEXT, [read_signer(PETER_SECRET), enoch]) == note_of(PETER_LINE, ENOCH_LINE)
    assert add_lines(note_of(PETER_LINE), [enoch.line(TEXT)]) == note_of(PETER_LINE, ENOCH_LINE)


def test_adding_a_line_that_is_there_adds_nothing():
    assert add_lines(note_of(PETER_LINE), [PETER_LINE]) == note_of(PETER_LINE)


@pytest.mark.parametrize("text", [FOO, PETER, ENOCH])
def test_a_verifier_key_is_written_as_it_was_read(text):
    assert key_text(read_key(text)) == text


def test_a_signer_is_written_as_it_was_read():
    assert read_signer(PETER_SECRET).secret_text() == PETER_SECRET
    assert key_text(read_signer(PETER_SECRET).key) == PETER


def test_signatures_by_unknown_keys_are_ignored():
    both = note_of(PETER_LINE, ENOCH_LINE)
    assert keys_of(both, PETER) == ["PeterNeumann"]
    assert keys_of(both, ENOCH) == ["EnochRoot"]
    assert keys_of(both, PETER, ENOCH) == ["PeterNeumann", "EnochRoot"]


def test_a_key_that_shares_the_name_or_the_id_is_unknown():
    peter = read_key(PETER)
    namesake = peter._replace(id=b"abcd")
    lookalike = peter._replace(name="CarmenSandiego")
    for other in (namesake, lookalike):
        refusal = refused(open_note, note_of(PETER_LINE), [other])
        assert str(refusal) == "The signature is refused: none is by a key that was given."


def test_a_known_key_s_failing_signature_refuses_the_note_whoever_else_signed():
    forged = PETER_LINE[:60] + "AAAA" + PETER_LINE[64:]
    refusal = refused(open_note, note_of(ENOCH_LINE, forged), [read_key(PETER), read_key(ENOCH)])
    assert str(refusal) == "The signature is refused: it is not what PeterNeumann signs this with."
    assert keys_of(note_of(ENOCH_LINE, forged), ENOCH) == ["EnochRoot"]


def test_the_text_ends_at_the_last_empty_line():
    signer = read_signer(PETER_SECRET)
    for text in (b"one\n\ntwo\n", b"\n", b"\n\n\n", PETER_LINE.encode(), note_of(ENOCH_LINE)):
        opened, _ = open_note(sign(text, [signer]), [signer.key])
        assert opened == text


@pytest.mark.parametrize(
    "note",
    [
        b"",
        TEXT,
        TEXT + b"\n",
        note_of(PETER_LINE[:-1]),
        note_of(PETER_LINE, "\n"),
        note_of(PETER_LINE, PETER_LINE),
        note_of("Unexpected line.\n"),
        note_of(PETER_LINE, "Unexpected line.\n"),
        note_of(PETER_LINE.replace("— ", "- ")),
        note_of(PETER_LINE.replace("— ", "—")),
        note_of(PETER_LINE.replace("— ", "—  ")),
        note_of(PETER_LINE.replace("PeterNeumann", "Bad Name")),
        note_of(PETER_LINE.replace("PeterNeumann", "Bad+Name")),
        note_of(PETER_LINE.replace("PeterNeumann", "Bad\u2028Name")),
        note_of(PETER_LINE.replace("PeterNeumann", "")),
        note_of("— PeterNeumann x08gow==\n"),
        note_of("— PeterNeumann \n"),
        note_of(PETER_LINE.replace("=\n", "\n")),
        note_of(PETER_LINE.replace("=\n", "==\n")),
        note_of(PETER_LINE.replace("AM=\n", "AN=\n")),
        note_of(PETER_LINE.replace("\n", " \n")),
        note_of(PETER_LINE.replace("\n", "\r\n")),
        note_of(PETER_LINE).replace(b"\n", b"\r\n"),
        note_of(PETER_LINE, text=b"\x01" + TEXT),
        note_of(PETER_LINE, text=b"\t" + TEXT),
        note_of(PETER_LINE, text=b"\xff" + TEXT),
        note_of(PETER_LINE) + b"\xff\n",
        note_of(*(f"— other{n} {'A' * 92}\n" for n in range(100)), PETER_LINE),
        note_of(PETER_LINE, text=b"a" * 1_000_000 + b"\n"),
    ],
)
def test_a_malformed_note_is_refused(note):
    assert refused(open_note, note, [read_key(PETER)]).step == "note"


def test_a_hundred_signatures_are_read():
    others = (f"— other{n} {'A' * 92}\n" for n in range(99))
    assert keys_of(note_of(*others, PETER_LINE), PETER) == ["PeterNeumann"]


@pytest.mark.parametrize("read", [read_key, read_signer])
def test_a_key_with_anything_cut_off_is_refused_as_in_go_s_tests(read):
    whole = PETER if read is read_key else PETER_SECRET
    for first in range(len(whole)):
        for end in range(first, len(whole) + 1):
            if whole[first:end] != whole:
                with pytest.raises(ValueError, match=r"key"):
                    read(whole[first:end])


@pytest.mark.parametrize("read", [read_key, read_signer])
def test_a_key_with_one_letter_changed_is_refused_as_in_go_s_tests(read):
    whole = PETER if read is read_key else PETER_SECRET
    for at in range(len(whole)):
        other = whole[:at] + chr(ord(whole[at]) + 1) + whole[at + 1 :]
        with pytest.raises(ValueError, match=r"key"):
            read(other)


@pytest.mark.parametrize(
    "text",
    [
        # of another length or another algorithm, each with the ID that belongs to it
        "PeterNeumann+cc469956+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TWBADKEY==",
        "PeterNeumann+173116ae+ZRpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
        PETER + "\n",
        " " + PETER,
        PETER.replace("c74f20a3", "C74F20A3"),
        PETER.replace("c74f20a3", "0c74f20a3"),
    ],
)
def test_a_malformed_key_is_refused(text):
    assert refused(read_key, text).step == "key"


def test_no_message_about_a_private_key_repeats_any_of_it():
    secret = PETER_SECRET.rpartition("+")[2]
    wrong = [PETER_SECRET[:-1], PETER_SECRET.replace("c74f20a3", "c74f20a4"), PETER_SECRET + "\n"]
    for text in wrong:
        with pytest.raises(ValueError, match="private key") as caught:
            read_signer(text)
        assert secret[:-1] not in str(caught.value)
        assert caught.value.__cause__ is None


def test_a_signer_s_secret_shows_nowhere_but_where_it_is_asked_for():
    signer = read_signer(PETER_SECRET)
    assert repr(signer) == str(signer) == "Signer(name='PeterNeumann')"


@given(st.text(max_size=20))
def test_a_new_key_signs_under_any_name_that_keys_may_have(name):
    if not is_key_name(name):
        with pytest.raises(ValueError, match="neither white space nor a plus"):
            new_signer(name)
        return
    signer = new_signer(name)
    assert read_signer(signer.secret_text()).key == signer.key
    _, signed = open_note(sign(TEXT, [signer]), [read_key(key_text(signer.key))])
    assert list(signed) == [signer.key]


@pytest.mark.parametrize(
    "name", ["", "a b", "a+b", "a\tb", "a\u00a0b", "a\u2028b", "a\x00b", "\ud800"]
)
def test_a_key_is_not_called_so(name):
    assert not is_key_name(name)


def test_two_new_keys_differ():
    assert new_signer("log").key != new_signer("log").key


@pytest.mark.parametrize("text", [b"", b"no line feed", b"a\x00b\n", b"a\rb\n", b"\xff\n"])
def test_what_nobody_could_open_is_not_signed(text):
    with pytest.raises(ValueError, match=r"note|line feed"):
        sign(text, [read_signer(PETER_SECRET)])


def test_text_that_would_pass_for_a_signature_is_not_signed_without_its_line_feed():
    with pytest.raises(ValueError, match="line feed"):
        sign(b"one\n\n" + ENOCH_LINE.removesuffix("\n").encode(), [read_signer(PETER_SECRET)])


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(data):
    for note in (data, TEXT + b"\n" + data, data + b"\n\n" + PETER_LINE.encode()):
        with suppress(Refused):
            read_note(note)


def test_the_id_is_the_beginning_of_a_hash_over_name_kind_and_key():
    key = read_key(FOO)
    assert key == Key("example.com/foo", key_id(key.name, 1, key.public), 1, key.public)
    assert key.id.hex() == "530d903a"
