"""flask ledger verify and watch: the database held against the log, and a log followed from outside."""

import time
from collections.abc import Callable
from pathlib import Path

import click
from flask.cli import with_appcontext

from webapp import fetching
from webapp.actions import verifying
from webapp.actions.verifying import Copy, Disagreement
from webapp.actions.witnessing import witnesses
from webapp.cli.ledger import ledger_group
from webapp.cli.progress import teller
from webapp.cli.shared import settings, with_database
from webapp.domain import wording
from webapp.ledger.verifier import Key, Refused, read_key
from webapp.ledger_files import outside_copy, public_keys, signers
from webapp.watching import Away, Broken, Seen, Watcher

_UNREACHED = 2  # the exit code of a single look that could not be taken


@ledger_group.command("verify")
@click.option(
    "--key", "keys", multiple=True, help="A verifier key that signed earlier and was replaced."
)
@click.option(
    "--against",
    multiple=True,
    metavar="FILE_OR_URL",
    help="A checkpoint of this log that somebody else kept: a file, or its address.",
)
@with_database
def _verify(keys: tuple[str, ...], against: tuple[str, ...]) -> None:
    """Verify every row against the log, and the log against what was signed.

    Names the first row that disagrees, with exit code 1. It changes nothing, and the server may run
    meanwhile. What somebody outside kept (--against) finds even a log that was written anew with our
    own key.
    """
    known = _read_keys(keys) + public_keys(settings())
    if not known:
        known = [one.key for one in signers(settings())]
    copies = [Copy(one, _read_copy(one)) for one in against]
    if (note := outside_copy(settings())) is not None:
        copies.append(Copy(str(settings().data_dir / "ledger_checkpoint"), note))
    cosigners = [one.key for one in witnesses(settings())]
    try:
        agreed = verifying.verify(known, cosigners, copies, _tell())
    except Disagreement as disagreement:
        raise click.ClickException(str(disagreement)) from None
    counts = (
        f"{wording.number(count)} {noun}{'' if count == 1 else 's'}"
        for count, noun in (
            (agreed.records, "record"),
            (agreed.checkpoints, "checkpoint"),
        )
    )
    leaves = f"{wording.number(agreed.leaves)} {'leaf' if agreed.leaves == 1 else 'leaves'}"
    click.echo(f"All agree: {wording.listing([leaves, *counts])}.")
    if against:
        click.echo(f"They agree with {wording.listing(list(against))}, too.")
    if agreed.waiting:
        click.echo(
            f"{wording.number(agreed.waiting)} event{'' if agreed.waiting == 1 else 's'} more "
            "waited to be sealed."
        )


def _tell() -> Callable[[str, int, int], None]:
    tellers: dict[str, Callable[[int, int], None]] = {}

    def tell(what: str, done: int, of: int) -> None:
        if what not in tellers:
            tellers[what] = teller(what)
        tellers[what](done, of)

    return tell


def _read_keys(texts: tuple[str, ...]) -> list[Key]:
    try:
        return [read_key(text) for text in texts]
    except Refused as refused:
        raise click.ClickException(str(refused)) from None


def _read_copy(place: str) -> bytes:
    if not place.startswith(("http://", "https://")):
        try:
            return Path(place).read_bytes()
        except OSError as error:
            raise click.ClickException(f"{place} cannot be read: {error.strerror}.") from None
    try:
        answer = fetching.ask(_address(place))
    except fetching.Unreachable as away:
        raise click.ClickException(f"{away}.") from None
    if answer.status != 200:
        raise click.ClickException(f"{place} answers {answer.status}.")
    return answer.body


def _address(text: str) -> str:
    if not fetching.is_address(text):
        raise click.ClickException(
            f"{text} is not an address like https://registry.example.org/ledger."
        )
    return text


@ledger_group.command("watch")
@click.argument("url")
@click.option(
    "--key",
    "keys",
    multiple=True,
    help="The log's verifier key, as `flask ledger key` prints it there; without it, this registry's own.",
)
@click.option(
    "--state",
    type=click.Path(dir_okay=False, path_type=Path),
    default="watched.checkpoint",
    show_default=True,
    help="Where the last checkpoint is kept.",
)
@click.option(
    "--interval", type=click.FloatRange(min=0.1), default=60, show_default=True, help="Seconds."
)
@click.option("--once", is_flag=True, help="Look once; exit code 2 if the log cannot be reached.")
@with_appcontext
def _watch(url: str, keys: tuple[str, ...], state: Path, interval: float, once: bool) -> None:
    """Follow the log at URL, like https://registry.example.org/ledger, from outside.

    Ends with exit code 1 when the log shows another history than before, went back, or is signed by
    somebody else. Needs no database.
    """
    known = _read_keys(keys) or public_keys(settings())
    if not known:
        raise click.ClickException("Give the log's verifier key with --key.")
    watcher = Watcher(_address(url), known, state)
    told = ""
    while True:
        try:
            line = _line(watcher.look())
        except Broken as broken:
            raise click.ClickException(str(broken)) from None
        except Away as away:
            line = f"Nothing was checked: {away}"
            if once:
                click.echo(line, err=True)
                raise click.exceptions.Exit(_UNREACHED) from None
        if line != told:
            click.echo(line)
        told = line
        if once:
            return
        time.sleep(interval)


def _line(seen: Seen) -> str:
    now = f"{seen.now.origin} has {wording.number(seen.now.size)} leaves"
    if seen.before is None:
        return f"{now}. This is the first look."
    if seen.before.size == seen.now.size:
        return f"{now}, the same as before."
    return f"{now}, and begins with the {wording.number(seen.before.size)} that it had before."
