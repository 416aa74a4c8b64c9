"""The flask commands. Each runs against the same settings as the server, beside it or without it."""

import click
from flask import Flask

from webapp.cli import exporting, importing, verifying  # noqa: F401  (their commands are the groups')
from webapp.cli.ledger import ledger_group
from webapp.cli.people import staff_group, token_group
from webapp.cli.records import records_group
from webapp.cli.serving import demo_registry, serve, work
from webapp.cli.upkeep import complete_db, holdings_group


def init_app(app: Flask) -> None:
    """Registers the commands."""
    for command in (
        serve,
        work,
        demo_registry,
        staff_group,
        token_group,
        holdings_group,
        records_group,
        ledger_group,
    ):
        app.cli.add_command(command)
    migrations = app.cli.commands["db"]
    assert isinstance(migrations, click.Group)
    complete_db(migrations)
