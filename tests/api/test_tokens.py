"""Bearer tokens: kept as hashes, noted when used, dead when revoked, and never cookies."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import psycopg
from flask import Flask

from tests.api.client import Client
from tests.api.conftest import Snapshot
from tests.factories import GUJARAT, GUJARAT_ID
from webapp.actions import sessions, staff, tokens


def last_used(owner: psycopg.Connection) -> datetime | None:
    row = owner.execute("SELECT last_used_at FROM api_tokens").fetchone()
    assert row is not None
    found: datetime | None = row[0]
    return found


def tables(owner: psycopg.Connection) -> list[str]:
    query = "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
    return [row[0] for row in owner.execute(query).fetchall()]


def revoke(app: Flask, token: str) -> None:
    with app.app_context():
        tokens.revoke(token)


def test_the_secret_stands_nowhere_in_the_database(api: Client, owner: psycopg.Connection) -> None:
    api.create(key="once")
    api.act(GUJARAT_ID, "retire", key="twice")
    secret = str(api.token)
    assert secret.startswith("cairn_")
    found: list[Any] = []
    for table in tables(owner):
        for form in (secret, secret.removeprefix("cairn_"), secret.encode().hex()):
            found += owner.execute(
                f"SELECT * FROM {table} WHERE strpos({table}::text, %s) > 0", (form,)
            ).fetchall()
    assert found == []
    assert len(tables(owner)) >= 8


def test_two_tokens_have_two_secrets_of_many_characters(token_for: Callable[..., str]) -> None:
    first, second = token_for("Registry desk"), token_for("Registry desk")

    assert first != second
    assert len(first) > 40


def test_the_name_of_the_token_is_the_actor_and_nothing_else_of_it_is_shown(
    api: Client, public: Client, token_for: Callable[..., str]
) -> None:
    api.bearing(token_for("Import  of\u00a0May")).create()

    shown = public.get(f"/records/{GUJARAT_ID}")

    assert shown.json["events"][0]["actor"] == "Import of May"
    assert b"token:" not in shown.data


def test_its_last_use_is_noted_at_most_once_a_minute(
    api: Client, owner: psycopg.Connection
) -> None:
    assert last_used(owner) is None

    api.create()
    first = last_used(owner)
    api.create()
    api.get("/records")
    assert first is not None
    assert last_used(owner) == first

    owner.execute("UPDATE api_tokens SET last_used_at = last_used_at - interval '61 seconds'")
    api.create()
    later = last_used(owner)
    assert later is not None
    assert later > first


def test_its_use_is_noted_even_when_the_request_is_refused(
    api: Client, owner: psycopg.Connection
) -> None:
    api.act("0" * 64, "retire").refused(404)

    assert last_used(owner) is not None


def test_a_revoked_token_is_dead_at_once_and_its_namesakes_too(
    api: Client, token_for: Callable[..., str], ledger: Snapshot
) -> None:
    api.create()
    namesake = api.bearing(token_for("Registry desk"))
    other = api.bearing(token_for("Import"))
    before = ledger()

    revoke(api.app, "Registry desk")

    for dead in (api, namesake):
        dead.act(GUJARAT_ID, "retire").refused(401, "sign_in_needed")
        dead.get("/records").refused(401)
    assert ledger() == before
    assert other.act(GUJARAT_ID, "retire").status == 200


def test_a_token_that_becomes_a_viewers_loses_its_rights_at_once(
    api: Client, owner: psycopg.Connection
) -> None:
    api.create()

    owner.execute("UPDATE api_tokens SET role = 'viewer'")

    api.act(GUJARAT_ID, "retire").refused(403)


def test_a_cookie_is_no_token_and_a_session_is_none_either(
    api: Client, public: Client, ledger: Snapshot
) -> None:
    with api.app.app_context():
        staff.add("desk@example.org", "Registry desk", "admin", "correct horse")
        session = sessions.sign_in("desk@example.org", "correct horse")
    signing = api.app.session_interface.get_signing_serializer(api.app)
    assert signing is not None
    before = ledger()
    for secret in (session, str(api.token)):
        signed = signing.dumps({"secret": secret, "session": secret, "token": secret})
        for value in (secret, signed, f"Bearer {secret}"):
            names = ("cairn", "session", "token", "Authorization", "cairn_session")
            answer = public.post("/records", GUJARAT, cookies=dict.fromkeys(names, value))
            answer.refused(401, "sign_in_needed")
    as_token = api.bearing(session)
    as_token.create().refused(401, "sign_in_needed")
    assert ledger() == before


def test_a_private_registry_is_not_read_with_a_cookie(
    door: Callable[..., Flask], api: Client
) -> None:
    with api.app.app_context():
        staff.add("desk@example.org", "Registry desk", "admin", "correct horse")
        session = sessions.sign_in("desk@example.org", "correct horse")

    answer = Client(door(public_lookup=False)).get("/records", cookies={"cairn": session})

    answer.refused(401, "sign_in_needed")
