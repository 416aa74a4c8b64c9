"""flask holdings and flask db: the projections checked and made anew, the schema and its rights."""

from collections.abc import Callable
from functools import wraps
from typing import Any

import click
from flask.cli import AppGroup, with_appcontext

from webapp.actions import rebuilding
from webapp.cli.shared import in_sentences, settings, with_database
from webapp.store import provisioning

holdings_group = AppGroup(
    "holdings", help="The records' sums, which are a projection of their events."
)


@holdings_group.command("check")
@with_database
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


@holdings_group.command("rebuild")
@with_database
def _holdings_rebuild() -> None:
    """Write every record's sums anew from its events."""
    read, wrong = rebuilding.rebuild()
    click.echo(f"Read {read} records and mended {wrong}.")


@click.command("grant")
@click.argument("role")
@with_appcontext
def grant(role: str) -> None:
    """Give a role what the application needs, and no more: run it as the tables' owner."""
    with in_sentences(), provisioning.available(settings()):
        provisioning.grant(settings(), role)
    click.echo(f"{role} may now run Cairn: add to the ledger's tables, never change them.")


def complete_db(migrations: click.Group) -> None:
    """Has Flask-Migrate's commands bring the database up and fail like ours, and adds our own."""
    for command in migrations.commands.values():
        command.callback = _told_in_sentences(command.callback)
    migrations.add_command(grant)


def _told_in_sentences(command: Callable[..., Any] | None) -> Callable[..., Any]:
    """One of Flask-Migrate's commands, with the database up and failures told like ours."""
    assert command is not None

    @wraps(command)
    def run(*args: Any, **kwargs: Any) -> Any:
        with in_sentences(), provisioning.available(settings()):
            provisioning.check(settings())
            provisioning.make_extensions(settings())
            provisioning.refuse_newer(settings())
            with provisioning.in_sentences():
                return command(*args, **kwargs)

    return with_appcontext(run)
