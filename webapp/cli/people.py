"""flask staff and flask token: who may act."""

import sys

import click
from flask.cli import AppGroup

from webapp.actions import secrets, staff, tokens
from webapp.cli.shared import with_database
from webapp.domain.actors import ROLES

_ROLE = click.Choice(ROLES)

staff_group = AppGroup("staff", help="Accounts of the registry's staff.")


@staff_group.command("add")
@click.argument("email")
@click.option("--role", type=_ROLE, required=True)
@click.option("--name", required=True, help='The public name on events, like "Registry desk".')
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input.")
@with_database
def _staff_add(email: str, role: str, name: str, password_stdin: bool) -> None:
    """Add an account; without --password-stdin a one-time password is made and printed."""
    password = _read_password() if password_stdin else secrets.new_password()
    staff.add(email, name, role, password, must_change=not password_stdin)
    click.echo(f"Added {email} as {role}.")
    if not password_stdin:
        click.echo(f"One-time password, to be changed at first sign-in: {password}")


@staff_group.command("list")
@with_database
def _staff_list() -> None:
    """List the accounts."""
    for one in staff.everyone():
        state = f"disabled {one.disabled_at:%Y-%m-%d}" if one.disabled_at else "active"
        click.echo(f"{one.email}\t{one.role}\t{one.name}\t{state}")


@staff_group.command("set-role")
@click.argument("email")
@click.argument("role", type=_ROLE)
@with_database
def _staff_set_role(email: str, role: str) -> None:
    """Give an account another role."""
    staff.set_role(email, role)
    click.echo(f"{email} now has the role {role}.")


@staff_group.command("set-name")
@click.argument("email")
@click.argument("name")
@with_database
def _staff_set_name(email: str, name: str) -> None:
    """Give an account another public name; events keep the one they were recorded under."""
    staff.set_name(email, name)
    click.echo(f"{email} has another public name from now on.")


@staff_group.command("disable")
@click.argument("email")
@with_database
def _staff_disable(email: str) -> None:
    """Close an account; its sessions end at once."""
    staff.disable(email)
    click.echo(f"{email} is disabled and signed out everywhere.")


@staff_group.command("enable")
@click.argument("email")
@with_database
def _staff_enable(email: str) -> None:
    """Open a disabled account again, with the password it had."""
    staff.enable(email)
    click.echo(f"{email} may sign in again, with the password it had.")


@staff_group.command("password")
@click.argument("email")
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input.")
@click.option("--one-time", is_flag=True, help="Make a one-time password and print it.")
@with_database
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


token_group = AppGroup("token", help="API tokens for scripts.")


@token_group.command("add")
@click.argument("name")
@click.option("--role", type=_ROLE, required=True)
@with_database
def _token_add(name: str, role: str) -> None:
    """Make a token and print it, alone, this once."""
    click.echo(tokens.add(name, role))


@token_group.command("list")
@with_database
def _token_list() -> None:
    """List the tokens and their last use; never the secrets."""
    for one in tokens.every():
        used = (
            f"last used {one.last_used_at:%Y-%m-%d %H:%M} UTC" if one.last_used_at else "never used"
        )
        state = f"revoked {one.revoked_at:%Y-%m-%d}" if one.revoked_at else "active"
        click.echo(f"{one.id}\t{one.name}\t{one.role}\t{used}\t{state}")


@token_group.command("revoke")
@click.argument("token")
@with_database
def _token_revoke(token: str) -> None:
    """Revoke a token by its name or number; it is dead at once."""
    number = tokens.revoke(token)
    click.echo(f"Revoked {number} token{'' if number == 1 else 's'}.")


def _read_password() -> str:
    password = sys.stdin.readline().rstrip("\r\n")
    if not password:
        raise click.ClickException("No password came on standard input.")
    return password
