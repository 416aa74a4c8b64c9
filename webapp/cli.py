"""The flask commands. Each runs against the same settings as the server, beside it or without it."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import Any

import click
from flask import Flask, current_app
from flask.cli import AppGroup, with_appcontext

from webapp import demo, serving
from webapp.actions import rebuilding, secrets, staff, tokens
from webapp.config import ConfigurationError, Settings
from webapp.domain.actors import ROLES
from webapp.domain.refusals import Refusal
from webapp.embedded import EmbeddedPostgresError
from webapp.store import database, provisioning

_SENTENCES = (
    ConfigurationError,
    EmbeddedPostgresError,
    provisioning.ProvisioningError,
    serving.CannotServe,
    demo.NotEmpty,
    Refusal,
)
_ROLE = click.Choice(ROLES)


def init_app(app: Flask) -> None:
    """Registers the commands."""
    for command in (_serve, _demo, _staff, _token, _holdings):
        app.cli.add_command(command)
    migrations = app.cli.commands["db"]
    assert isinstance(migrations, click.Group)
    for command in migrations.commands.values():
        command.callback = _told_in_sentences(command.callback)
    migrations.add_command(_grant)


def _settings() -> Settings:
    settings: Settings = current_app.extensions["cairn.settings"]
    return settings


@contextmanager
def _in_sentences() -> Iterator[None]:
    try:
        yield
    except _SENTENCES as error:
        raise click.ClickException(str(error)) from None


def _told_in_sentences(command: Callable[..., Any] | None) -> Callable[..., Any]:
    """One of Flask-Migrate's commands, with the database up and failures told like ours."""
    assert command is not None

    @wraps(command)
    def run(*args: Any, **kwargs: Any) -> Any:
        with _in_sentences(), provisioning.available(_settings()):
            provisioning.check(_settings())
            provisioning.make_extensions(_settings())
            provisioning.refuse_newer(_settings())
            with provisioning.in_sentences():
                return command(*args, **kwargs)

    return with_appcontext(run)


def _with_database(command: Callable[..., None]) -> Callable[..., None]:
    """Has the database up and its tables made while the command runs."""

    @wraps(command)
    def run(*args: Any, **kwargs: Any) -> None:
        app = current_app._get_current_object()  # type: ignore[attr-defined]
        with _in_sentences(), provisioning.available(_settings()):
            provisioning.check(_settings())
            provisioning.migrate(app, _settings())
            try:
                command(*args, **kwargs)
            finally:
                database.close(app)

    return run


@click.command("serve")
@with_appcontext
def _serve() -> None:
    """Set everything up and serve on HOST:PORT."""
    app = current_app._get_current_object()  # type: ignore[attr-defined]
    with _in_sentences():
        serving.serve(app, _settings())


@click.command("demo")
@with_appcontext
def _demo() -> None:
    """Serve with ten sample records and a life for some of them."""
    app = current_app._get_current_object()  # type: ignore[attr-defined]
    with _in_sentences():
        serving.free_address(_settings())  # before anything is written
        with provisioning.available(_settings()):
            serving.prepare(app, _settings())
            demo.play()
            database.close(app)
            serving.serve(app, _settings())


_staff = AppGroup("staff", help="Accounts of the registry's staff.")


@_staff.command("add")
@click.argument("email")
@click.option("--role", type=_ROLE, required=True)
@click.option("--name", required=True, help='The public name on events, like "Registry desk".')
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input.")
@_with_database
def _staff_add(email: str, role: str, name: str, password_stdin: bool) -> None:
    """Add an account; without --password-stdin a one-time password is made and printed."""
    password = _read_password() if password_stdin else secrets.new_password()
    staff.add(email, name, role, password, must_change=not password_stdin)
    click.echo(f"Added {email} as {role}.")
    if not password_stdin:
        click.echo(f"One-time password, to be changed at first sign-in: {password}")


@_staff.command("list")
@_with_database
def _staff_list() -> None:
    """List the accounts."""
    for one in staff.everyone():
        state = f"disabled {one.disabled_at:%Y-%m-%d}" if one.disabled_at else "active"
        click.echo(f"{one.email}\t{one.role}\t{one.name}\t{state}")


@_staff.command("set-role")
@click.argument("email")
@click.argument("role", type=_ROLE)
@_with_database
def _staff_set_role(email: str, role: str) -> None:
    """Give an account another role."""
    staff.set_role(email, role)
    click.echo(f"{email} now has the role {role}.")


@_staff.command("set-name")
@click.argument("email")
@click.argument("name")
@_with_database
def _staff_set_name(email: str, name: str) -> None:
    """Give an account another public name; events keep the one they were recorded under."""
    staff.set_name(email, name)
    click.echo(f"{email} has another public name from now on.")


@_staff.command("disable")
@click.argument("email")
@_with_database
def _staff_disable(email: str) -> None:
    """Close an account; its sessions end at once."""
    staff.disable(email)
    click.echo(f"{email} is disabled and signed out everywhere.")


@_staff.command("enable")
@click.argument("email")
@_with_database
def _staff_enable(email: str) -> None:
    """Open a disabled account again, with the password it had."""
    staff.enable(email)
    click.echo(f"{email} may sign in again, with the password it had.")


@_staff.command("password")
@click.argument("email")
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input.")
@click.option("--one-time", is_flag=True, help="Make a one-time password and print it.")
@_with_database
def _staff_password(email: str, password_stdin: bool, one_time: bool) -> None:
    """Set an account's password; its sessions end at once."""
    if one_time and password_stdin:
        raise click.ClickException("Choose one of --one-time and --password-stdin.")
    if one_time:
        password = staff.reset_password(email)
        click.echo(f"One-time password, to be changed at the next sign-in: {password}")
        return
    password = (
        _read_password()
        if password_stdin
        else click.prompt("New password", hide_input=True, confirmation_prompt=True)
    )
    staff.set_password(email, password)
    click.echo(f"{email} has a new password and is signed out everywhere.")


_token = AppGroup("token", help="API tokens for scripts.")


@_token.command("add")
@click.argument("name")
@click.option("--role", type=_ROLE, required=True)
@_with_database
def _token_add(name: str, role: str) -> None:
    """Make a token and print it, alone, this once."""
    click.echo(tokens.add(name, role))


@_token.command("list")
@_with_database
def _token_list() -> None:
    """List the tokens and their last use; never the secrets."""
    for one in tokens.every():
        used = (
            f"last used {one.last_used_at:%Y-%m-%d %H:%M} UTC" if one.last_used_at else "never used"
        )
        state = f"revoked {one.revoked_at:%Y-%m-%d}" if one.revoked_at else "active"
        click.echo(f"{one.id}\t{one.name}\t{one.role}\t{used}\t{state}")


@_token.command("revoke")
@click.argument("token")
@_with_database
def _token_revoke(token: str) -> None:
    """Revoke a token by its name or number; it is dead at once."""
    number = tokens.revoke(token)
    click.echo(f"Revoked {number} token{'' if number == 1 else 's'}.")


_holdings = AppGroup("holdings", help="The records' sums, which are a projection of their events.")


@_holdings.command("check")
@_with_database
def _holdings_check() -> None:
    """Compare every record's sums with its events; exit code 1 if any differ."""
    wrong = 0
    for one in rebuilding.check():
        wrong += 1
        click.echo(f"{one.record_id}: kept {one.kept}, its events say {one.computed}")
    if wrong:
        raise click.ClickException(f"{wrong} records differ. `flask holdings rebuild` mends them.")
    if above := rebuilding.check_above():
        raise click.ClickException("\n".join([*above, "`flask holdings rebuild` mends this."]))
    click.echo("All holdings agree with their events.")


@_holdings.command("rebuild")
@_with_database
def _holdings_rebuild() -> None:
    """Write every record's sums anew from its events."""
    read, wrong = rebuilding.rebuild()
    click.echo(f"Read {read} records and mended {wrong}.")


@click.command("grant")
@click.argument("role")
@with_appcontext
def _grant(role: str) -> None:
    """Give a role what the application needs, and no more: run it as the tables' owner."""
    with _in_sentences(), provisioning.available(_settings()):
        provisioning.grant(_settings(), role)
    click.echo(f"{role} may now run Cairn: add to the ledger's tables, never change them.")


def _read_password() -> str:
    password = sys.stdin.readline().rstrip("\r\n")
    if not password:
        raise click.ClickException("No password came on standard input.")
    return password
