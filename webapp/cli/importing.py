"""flask records import: a file of credits, from the command line."""

import json
from dataclasses import asdict
from pathlib import Path

import click

from webapp.actions import importing
from webapp.actions.importing import Summary
from webapp.cli.progress import teller
from webapp.cli.records import records_group
from webapp.cli.shared import with_database
from webapp.domain import wording
from webapp.domain.actors import Actor
from webapp.domain.text import normalise
from webapp.exchange.shapes import FORMATS

_LONGEST_NAME = 300


@records_group.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--format",
    "wanted",
    type=click.Choice(FORMATS),
    help="What the file is, unless its header tells.",
)
@click.option("--dry-run", is_flag=True, help="Say what would happen and change nothing.")
@click.option("--strict", is_flag=True, help="All rows or none.")
@click.option(
    "--own-blocks",
    is_flag=True,
    help="Gold Standard retirements whose issuance is not here bring their own blocks as records; the issuance cannot be imported later.",
)
@click.option(
    "--refusals",
    type=click.Path(path_type=Path),
    help="Where refused rows go; beside FILE unless given.",
)
@click.option(
    "--actor", default="Registry import", show_default=True, help="The public name on the events."
)
@click.option("--json", "as_json", is_flag=True, help="Print a summary as the last line.")
@with_database
def _import(
    file: Path,
    wanted: str | None,
    dry_run: bool,
    strict: bool,
    own_blocks: bool,
    refusals: Path | None,
    actor: str,
    as_json: bool,
) -> None:
    """Import FILE: an export of Verra, Gold Standard, ACR, CAR or ART, a CSV, XLSX or JSON.

    Rows that are there already are not doubled, so after an interruption run it again.
    """
    summary = importing.import_file(
        file,
        Actor("command", _public_name(actor), "operator"),
        wanted=wanted,
        own_blocks=own_blocks,
        strict=strict,
        dry_run=dry_run,
        refusals=refusals,
        progress=teller("rows"),
    )
    click.echo(json.dumps(asdict(summary)) if as_json else _told(summary, dry_run))


def _public_name(text: str) -> str:
    try:
        name = normalise(text)
    except ValueError as error:
        raise click.ClickException(f"--actor: {error}") from None
    if not 1 <= len(name) <= _LONGEST_NAME:
        raise click.ClickException(f"--actor has 1 to {_LONGEST_NAME} characters.")
    return name


def _told(summary: Summary, dry_run: bool) -> str:
    would = "would be " if dry_run else ""
    parts = [
        f"{wording.number(summary.read)} rows read: {wording.number(summary.added)} {would}added",
        f"{wording.number(summary.already_there)} already there",
        f"{wording.number(summary.refused)} {would}refused",
    ]
    told = f"{', '.join(parts)}."
    if summary.refusals:
        told += f"\nThe refused rows, with the reasons: {summary.refusals}. Correct and import that file."
    return told
