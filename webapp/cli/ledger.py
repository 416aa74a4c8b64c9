"""flask ledger: the provable log of all events."""

import sys
from pathlib import Path

import click
from flask.cli import AppGroup, with_appcontext

from webapp.actions import sealing
from webapp.actions.sealing import Sealer
from webapp.cli.shared import in_sentences, settings, with_database
from webapp.domain import wording
from webapp.ledger.checkpoint import is_origin
from webapp.ledger.note import key_text, new_signer
from webapp.ledger.verifier import Refused, read_key, verify_growth, verify_proof
from webapp.ledger_files import set_outside_copy_aside, signers

_LONGEST_NAME = 200
_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)

ledger_group = AppGroup("ledger", help="The log of all events, which anyone can check.")


@ledger_group.command("seal")
@click.option(
    "--accept-restored",
    is_flag=True,
    help="Sign a database that was restored from a copy; followers of the log will see that.",
)
@click.option(
    "--requeue",
    is_flag=True,
    help="First look through all events for some that wait nowhere; `flask ledger verify` tells of them.",
)
@with_database
def _seal(accept_restored: bool, requeue: bool) -> None:
    """Seal what waits and sign the log; `flask serve` does it all the time."""
    if requeue:
        sealing.requeue()
    if accept_restored and (aside := set_outside_copy_aside(settings())):
        click.echo(f"The checkpoint that was signed before is kept as {aside}.")
    added = Sealer(settings()).seal()
    click.echo(f"Sealed {wording.number(added)} event{'' if added == 1 else 's'}.")


@ledger_group.command("key")
@with_appcontext
def _key() -> None:
    """Print the verifier key alone: what others check the log's signatures with."""
    with in_sentences():
        for signer in signers(settings()):
            click.echo(key_text(signer.key))


@ledger_group.command("new-key")
@click.argument("name")
def _new_key(name: str) -> None:
    """Make a private key for the log NAME, like registry.example.org/log, and print it, this once.

    Set it as LEDGER_KEY. To replace a key, set the new one before the old one, with a space between:
    both then sign.
    """
    if not is_origin(name) or len(name) > _LONGEST_NAME:
        raise click.ClickException(
            "A log's name is like registry.example.org/log: at most 200 letters, without https://, "
            "white space and plus."
        )
    click.echo(new_signer(name).secret_text())


@ledger_group.command("verify-proof")
@click.argument("proof", type=_FILE)
@click.option("--leaf", type=_FILE, help="The bytes of an event: do they stand in the log?")
@click.option("--old", type=_FILE, help="An earlier checkpoint: did the log only grow since?")
@click.option("--key", "keys", required=True, multiple=True, help="The log's verifier key.")
def _verify_proof(proof: Path, leaf: Path | None, old: Path | None, keys: tuple[str, ...]) -> None:
    """Check PROOF: that LEAF stands in the log, or that the log only grew since the OLD checkpoint.

    The first is what /api/v1/records/ID/events/SEQ/proof answers, the second what
    /ledger/growth/SIZE does, with the old checkpoint's size. Needs no database and no network.
    """
    about = leaf or old
    if about is None or (leaf and old):
        raise click.UsageError("Give either --leaf or --old.")
    verify = verify_proof if leaf else verify_growth
    try:
        known = [read_key(key) for key in keys]
        verify(
            proof.read_bytes(),
            about.read_bytes(),
            known,
            tell=lambda step, what: click.echo(f"{step}: {what}"),
        )
    except Refused as refused:
        click.echo(f"Error: {refused}", err=True)
        sys.exit(1)
    click.echo("All of it holds.")
