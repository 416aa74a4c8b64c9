"""flask records export: records with their events as a file, from the command line."""

import errno
import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, get_args

import click

from webapp.actions import exporting
from webapp.cli.records import records_group
from webapp.cli.shared import with_database
from webapp.domain import wording
from webapp.domain.refusals import Unavailable
from webapp.domain.searching import EventTypeName, Export, FormatName, StatusName, read_query

_FORMATS = get_args(FormatName)
_TELL_EVERY_S = 0.5


@records_group.command("export")
@click.argument("file", required=False, type=click.Path(dir_okay=False, path_type=Path))
@click.option("--format", type=click.Choice(_FORMATS), help="Unless FILE's ending tells; else csv.")
@click.option("--q", help="Words, as in the search box.")
@click.option("--registry", help="Its code.")
@click.option("--vintage", help="One year.")
@click.option("--vintage-from", help="This year or later.")
@click.option("--vintage-to", help="This year or earlier.")
@click.option("--status", type=click.Choice(get_args(StatusName)))
@click.option("--serial", help="A serial number, or that of a single unit.")
@click.option("--event", type=click.Choice(get_args(EventTypeName)), help="That happened to units.")
@click.option("--event-from", help="On this day or later, like 2026-05-03.")
@click.option("--event-to", help="On this day or earlier.")
@with_database
def _export(file: Path | None, **given: str | None) -> None:
    """Write records with their events to FILE, or to standard output, oldest first.

    Without options all records are written. FILE is there only once it is whole.
    """
    asked = _asked(file, given)
    with _progress() as told:
        chunks = _told_if_broken(exporting.export(asked, told).chunks)
        if file is None:
            _to_stdout(chunks)
        else:
            _to_file(chunks, file)


def _asked(file: Path | None, given: dict[str, str | None]) -> Export:
    ending = file.suffix.removeprefix(".").lower() if file else ""
    wanted = given["format"] or (ending if ending in _FORMATS else None)
    if wanted is None and file:
        raise click.ClickException(
            f"The ending of {file.name} names no format: give --format csv, jsonl or xlsx."
        )
    asked = {name: [one] for name, one in (given | {"format": wanted}).items() if one is not None}
    return read_query(Export, asked)


def _told_if_broken(chunks: Iterator[bytes]) -> Iterator[bytes]:
    try:
        yield from chunks
    except Unavailable as refusal:
        raise click.ClickException(
            f"{refusal.detail.partition('.')[0]}. The export broke off; run it again."
        ) from None


def _to_stdout(chunks: Iterator[bytes]) -> None:
    try:
        _write(chunks, sys.stdout.buffer)
    except OSError as error:
        # Python flushes once more at its end, and must not meet the same error again.
        with suppress(OSError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        if not isinstance(error, BrokenPipeError):  # then whoever reads has enough
            raise click.ClickException(_why_not("standard output", error)) from None


def _to_file(chunks: Iterator[bytes], file: Path) -> None:
    """Beside the file first, and under its name once it is whole."""
    target = file.resolve()
    beside = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        if target.exists() and not target.is_file():  # a pipe or a device
            with target.open("wb") as out:
                _write(chunks, out)
            return
        try:
            with beside.open("xb") as out:
                _write(chunks, out)
                os.fsync(out.fileno())
            beside.replace(target)
        finally:
            beside.unlink(missing_ok=True)
    except OSError as error:
        raise click.ClickException(_why_not(str(file), error)) from None


def _write(chunks: Iterator[bytes], out: IO[bytes]) -> None:
    for chunk in chunks:
        out.write(chunk)
    out.flush()


def _why_not(place: str, error: OSError) -> str:
    if error.errno == errno.ENOSPC:
        return f"The disk is full, so {place} got no whole export. Make room and run it again."
    return f"The export cannot be written to {place}: {error.strerror}."


@contextmanager
def _progress() -> Iterator[Callable[[int], None]]:
    """Tells a terminal on standard error how many records there are so far, and how fast."""
    began = last = time.monotonic()
    written = 0

    def line() -> str:
        rate = written / max(time.monotonic() - began, 0.001)
        return f"{wording.number(written)} records, {wording.number(round(rate))} a second"

    def tell(records: int) -> None:
        nonlocal last, written
        written += records
        if sys.stderr.isatty() and time.monotonic() - last >= _TELL_EVERY_S:
            last = time.monotonic()
            click.echo(f"\r\x1b[K{line()}", err=True, nl=False)

    yield tell
    if sys.stderr.isatty():
        click.echo(f"\r\x1b[K{line()}", err=True)
