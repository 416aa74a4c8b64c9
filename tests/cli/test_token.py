"""flask token: made and printed once, listed without secrets, revoked by name or number."""

import psycopg
from flask import Flask

from tests.cli.commands import flask, on
from tests.cli.conftest import Run
from webapp.actions import tokens
from webapp.config import Settings


def alive(app: Flask, secret: str) -> bool:
    with app.app_context():
        return tokens.who(secret) is not None


def test_the_token_stands_alone_on_standard_output(settings: Settings, quiet_app: Flask) -> None:
    made = flask("token", "add", "Import", "--role", "operator", **on(settings))

    assert made.code == 0
    assert made.out.count("\n") == 1
    assert made.out.startswith("cairn_")
    assert alive(quiet_app, made.out.rstrip("\n"))


def test_the_list_shows_names_and_use_and_never_secrets(
    run: Run, quiet_app: Flask, owner: psycopg.Connection
) -> None:
    used = run("token", "add", "Import", "--role", "operator").out.strip()
    unused = run("token", "add", "Export", "--role", "viewer").out.strip()
    assert alive(quiet_app, used)

    first, second = run("token", "list").out.splitlines()

    assert first.split("\t")[1:3] == ["Import", "operator"]
    assert "last used 20" in first
    assert second.split("\t")[1:] == ["Export", "viewer", "never used", "active"]
    shown = first + second
    assert "cairn_" not in shown
    for secret in (used, unused):
        assert secret.removeprefix("cairn_") not in shown
    for (kept,) in owner.execute("SELECT encode(secret_hash, 'hex') FROM api_tokens"):
        assert kept not in shown


def test_a_token_is_revoked_by_its_name(run: Run, quiet_app: Flask) -> None:
    secrets = [run("token", "add", "Import", "--role", "operator").out.strip() for _ in range(2)]
    other = run("token", "add", "Export", "--role", "operator").out.strip()

    revoked = run("token", "revoke", "Import")

    assert (revoked.code, revoked.out) == (0, "Revoked 2 tokens.\n")
    assert [alive(quiet_app, secret) for secret in (*secrets, other)] == [False, False, True]
    assert "revoked 20" in run("token", "list").out


def test_a_token_is_revoked_by_its_number(run: Run, quiet_app: Flask) -> None:
    first = run("token", "add", "Import", "--role", "operator").out.strip()
    second = run("token", "add", "Import", "--role", "operator").out.strip()
    number = run("token", "list").out.splitlines()[1].split("\t")[0]

    revoked = run("token", "revoke", number)

    assert (revoked.code, revoked.out) == (0, "Revoked 1 token.\n")
    assert (alive(quiet_app, first), alive(quiet_app, second)) == (True, False)


def test_the_revoked_are_listed_after_the_living(run: Run) -> None:
    for name in ("First", "Second"):
        run("token", "add", name, "--role", "viewer")
    run("token", "revoke", "First")

    listed = run("token", "list").out.splitlines()

    assert [one.split("\t")[1] for one in listed] == ["Second", "First"]


def test_a_token_that_is_not_there_cannot_be_revoked(run: Run) -> None:
    for text in ("Import", "7", "99999999999999999999999", "cairn_secret", "\u0667"):
        assert "There is no token" in run("token", "revoke", text).sentence()


def test_a_token_needs_a_name_and_a_role_that_there_is(run: Run) -> None:
    assert "1 to 300 characters" in run("token", "add", " ", "--role", "viewer").sentence()
    for words in (("Import", "--role", "king"), ("Import",)):
        refused = run("token", "add", *words)
        assert refused.code != 0
        assert refused.out == ""
        assert "operator" in refused.err
    assert run("token", "list").out == ""
