"""flask staff: accounts are added, listed, changed and closed; a wrong word gets one sentence."""

import re
from collections.abc import Iterator

import psycopg
import pytest
from flask import Flask

from tests.cli.commands import flask, on
from tests.cli.conftest import Run
from webapp.actions import sessions
from webapp.config import Settings
from webapp.domain.refusals import SignInRefused

DESK = "desk@example.org"


@pytest.fixture
def signed_up(run: Run) -> None:
    """There is an operator with a password."""
    added = run(
        *("staff", "add", DESK, "--role", "operator", "--name", "Registry desk"),
        "--password-stdin",
        given="correct horse\n",
    )
    assert added.code == 0


@pytest.fixture
def inside(quiet_app: Flask) -> Iterator[None]:
    """An application context, for looking with the actions."""
    with quiet_app.app_context():
        yield


def test_an_account_with_a_password_of_its_own_may_sign_in(
    run: Run, signed_up: None, inside: None
) -> None:
    signed_in = sessions.who(sessions.sign_in(DESK, "correct horse"))

    assert signed_in is not None
    assert (signed_in.actor.name, signed_in.actor.role) == ("Registry desk", "operator")
    assert not signed_in.must_change_password


def test_without_a_password_a_one_time_one_is_made_and_printed(run: Run, quiet_app: Flask) -> None:
    added = run("staff", "add", DESK, "--role", "viewer", "--name", "Reading room")

    assert added.code == 0
    assert f"Added {DESK} as viewer." in added.out
    password = re.search(r"first sign-in: (\S+)", added.out)
    assert password is not None
    with quiet_app.app_context():
        signed_in = sessions.who(sessions.sign_in(DESK, password[1]))
    assert signed_in is not None
    assert signed_in.must_change_password


def test_a_password_that_is_given_is_never_printed(run: Run) -> None:
    added = run(
        *("staff", "add", DESK, "--role", "viewer", "--name", "Desk", "--password-stdin"),
        given="correct horse\n",
    )

    assert added.out == f"Added {DESK} as viewer.\n"


def test_the_list_shows_who_may_do_what_and_no_passwords(
    run: Run, signed_up: None, owner: psycopg.Connection
) -> None:
    run("staff", "add", "ann@example.org", "--role", "viewer", "--name", "Ann")
    run("staff", "disable", "ann@example.org")

    listed = run("staff", "list")

    first, second = listed.out.splitlines()
    assert first.split("\t") == [DESK, "operator", "Registry desk", "active"]
    assert second.split("\t")[:3] == ["ann@example.org", "viewer", "Ann"]
    assert second.split("\t")[3].startswith("disabled 20")
    hashes = owner.execute("SELECT password_hash FROM staff").fetchall()
    assert all(row[0].startswith("$argon2id$") for row in hashes)
    assert "argon2" not in listed.out


def test_another_role_counts_from_the_next_request_on(
    run: Run, signed_up: None, inside: None
) -> None:
    session = sessions.sign_in(DESK, "correct horse")

    changed = run("staff", "set-role", DESK, "viewer")

    assert (changed.code, changed.out) == (0, f"{DESK} now has the role viewer.\n")
    signed_in = sessions.who(session)
    assert signed_in is not None
    assert signed_in.actor.role == "viewer"


def test_a_disabled_account_is_out_at_once_and_cannot_sign_in(
    run: Run, signed_up: None, inside: None
) -> None:
    session = sessions.sign_in(DESK, "correct horse")

    assert run("staff", "disable", DESK).code == 0

    assert sessions.who(session) is None
    with pytest.raises(SignInRefused):
        sessions.sign_in(DESK, "correct horse")


def test_a_new_password_ends_the_sessions_and_the_old_password(
    run: Run, signed_up: None, inside: None
) -> None:
    session = sessions.sign_in(DESK, "correct horse")

    done = run("staff", "password", DESK, "--password-stdin", given="battery staple\n")

    assert done.code == 0
    assert "battery" not in done.out
    assert sessions.who(session) is None
    with pytest.raises(SignInRefused):
        sessions.sign_in(DESK, "correct horse")
    assert sessions.sign_in(DESK, "battery staple")


def test_a_reset_prints_a_one_time_password_and_ends_the_sessions(
    run: Run, signed_up: None, inside: None
) -> None:
    session = sessions.sign_in(DESK, "correct horse")

    done = run("staff", "password", DESK, "--one-time")

    assert done.code == 0
    password = re.search(r"next sign-in: (\S+)", done.out)
    assert password is not None
    assert sessions.who(session) is None
    signed_in = sessions.who(sessions.sign_in(DESK, password[1]))
    assert signed_in is not None
    assert signed_in.must_change_password


def test_another_public_name_counts_from_the_next_request_on(
    run: Run, signed_up: None, inside: None
) -> None:
    session = sessions.sign_in(DESK, "correct horse")

    changed = run("staff", "set-name", DESK, "  Front   desk ")

    told = f"{DESK} has another public name from now on.\n"
    assert (changed.code, changed.out) == (0, told)
    signed_in = sessions.who(session)
    assert signed_in is not None
    assert signed_in.actor.name == "Front desk"


def test_a_disabled_account_that_is_enabled_signs_in_with_the_password_it_had(
    run: Run, signed_up: None, inside: None
) -> None:
    session = sessions.sign_in(DESK, "correct horse")
    run("staff", "disable", DESK)

    assert run("staff", "enable", DESK).code == 0

    assert sessions.who(session) is None
    assert sessions.sign_in(DESK, "correct horse")


def test_a_new_password_may_be_typed_twice(run: Run, signed_up: None, inside: None) -> None:
    done = run("staff", "password", DESK, given="battery staple\nbattery staple\n")

    assert done.code == 0
    assert sessions.sign_in(DESK, "battery staple")


@pytest.mark.parametrize(
    ("words", "given", "told"),
    [
        (("add", DESK, "--role", "viewer", "--name", "Desk"), "", "There is an account for"),
        (("add", " DESK@Example.org", "--role", "viewer", "--name", "D"), "", "already"),
        (("add", "nobody", "--role", "viewer", "--name", "Desk"), "", "is not an email address"),
        (("add", "a@b", "--role", "viewer", "--name", " "), "", "1 to 300 characters"),
        (("add", "a@b", "--role", "viewer", "--name", "a\u202eb"), "", "U+202E"),
        (
            ("add", "a@b", "--role", "viewer", "--name", "D", "--password-stdin"),
            "short\n",
            "8 characters or more",
        ),
        (
            ("add", "a@b", "--role", "viewer", "--name", "D", "--password-stdin"),
            "",
            "No password came",
        ),
        (("set-role", "nobody@example.org", "viewer"), "", "There is no account for"),
        (("disable", "nobody@example.org"), "", "There is no account for"),
        (("enable", "nobody@example.org"), "", "There is no account for"),
        (("set-name", "nobody@example.org", "Desk"), "", "There is no account for"),
        (("set-name", DESK, " "), "", "1 to 300 characters"),
        (("add", "a\x01@b", "--role", "viewer", "--name", "D"), "", "U+0001"),
        (("password", "nobody@example.org", "--one-time"), "", "no account"),
        (("password", DESK, "--one-time", "--password-stdin"), "long enough\n", "Choose one of"),
        (("password", DESK, "--password-stdin"), "short\n", "8 characters or more"),
        (("password", DESK, "--password-stdin"), "x" * 1001 + "\n", "1000 characters at most"),
        (("password", "nobody@example.org", "--password-stdin"), "long enough\n", "no account"),
    ],
)
def test_what_cannot_be_done_is_told_in_a_sentence_and_nothing_changes(
    run: Run,
    signed_up: None,
    owner: psycopg.Connection,
    words: tuple[str, ...],
    given: str,
    told: str,
) -> None:
    everything = "SELECT * FROM staff ORDER BY id"
    before = owner.execute(everything).fetchall()

    refused = run("staff", *words, given=given)

    assert told in refused.sentence()
    assert owner.execute(everything).fetchall() == before


@pytest.mark.parametrize(
    "words",
    [
        ("add", "a@b", "--role", "king", "--name", "Desk"),
        ("set-role", DESK, "king"),
        ("add", "a@b", "--name", "Desk"),
    ],
)
def test_a_role_that_is_none_is_refused_with_those_that_there_are(
    run: Run, signed_up: None, words: tuple[str, ...]
) -> None:
    refused = run("staff", *words)

    assert refused.code != 0
    assert all(role in refused.err for role in ("viewer", "operator", "admin"))
    assert len(run("staff", "list").out.splitlines()) == 1


def test_it_works_as_a_command_on_any_database(settings: Settings) -> None:
    added = flask(
        *("staff", "add", DESK, "--role", "admin", "--name", "Registry desk", "--password-stdin"),
        given="correct horse\n",
        **on(settings),
    )
    listed = flask("staff", "list", **on(settings))

    assert (added.code, added.out) == (0, f"Added {DESK} as admin.\n")
    assert listed.out == f"{DESK}\tadmin\tRegistry desk\tactive\n"


def test_a_refusal_of_the_command_is_one_sentence_on_standard_error(settings: Settings) -> None:
    refused = flask("staff", "disable", DESK, **on(settings))

    assert refused.sentence() == f"email: There is no account for {DESK}."


def test_the_only_administrator_cannot_be_taken_away(run: Run) -> None:
    run("staff", "add", "ann@example.org", "--role", "admin", "--name", "Ann")

    for words in (("disable", "ann@example.org"), ("set-role", "ann@example.org", "viewer")):
        refused = run("staff", *words)
        assert "ann@example.org is the only administrator" in refused.sentence()

    run("staff", "add", "ben@example.org", "--role", "admin", "--name", "Ben")
    assert run("staff", "disable", "ann@example.org").code == 0
