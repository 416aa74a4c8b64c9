"""Telling on stderr how far a command is: in place on a terminal, else a line now and then."""

import sys
import time
from collections.abc import Callable

import click

_TELL_EVERY_S = 0.5  # on a terminal; into a log twenty times as rarely


def teller(what: str) -> Callable[[int, int], None]:
    """Is told how many are done and of how many (rows, leaves: `what` they are), and tells it on."""
    terminal = sys.stderr.isatty()
    every = _TELL_EVERY_S if terminal else _TELL_EVERY_S * 20
    began = last = time.monotonic()

    def tell(done: int, of: int) -> None:
        nonlocal last
        now = time.monotonic()
        if now - last < every and done < of:
            return
        last = now
        rate = done / max(now - began, 0.1)  # a teller may be made with its first news
        left = f", {_duration((of - done) / rate)} left" if rate and done < of else ""
        line = f"{done:,} of {of:,} {what} ({done * 100 // (of or 1)}%), {rate:,.0f} a second{left}"
        end = "\n" if not terminal or done >= of else ""
        click.echo(f"\r\x1b[K{line}{end}" if terminal else line, err=True, nl=not terminal)

    return tell


def _duration(seconds: float) -> str:
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes else f"{round(seconds)} s"
