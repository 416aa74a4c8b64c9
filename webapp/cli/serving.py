"""flask serve and flask demo."""

import signal
import threading

import click
from flask import current_app
from flask.cli import with_appcontext

from webapp import demo, serving, working
from webapp.cli.shared import in_sentences, settings, with_database
from webapp.store import database, provisioning


@click.command("serve")
@with_appcontext
def serve() -> None:
    """Set everything up and serve on HOST:PORT."""
    app = current_app._get_current_object()  # type: ignore[attr-defined]
    with in_sentences():
        serving.serve(app, settings())


@click.command("demo")
@with_appcontext
def demo_registry() -> None:
    """Serve with ten sample records and a life for some of them."""
    app = current_app._get_current_object()  # type: ignore[attr-defined]
    with in_sentences():
        serving.free_address(settings())  # before anything is written
        with provisioning.available(settings()):
            serving.prepare(app, settings())
            demo.play()
            database.close(app)
            serving.serve(app, settings())


@click.command("work")
@with_database
def work() -> None:
    """Do what nobody waits for: imports, sealing. `flask serve` has a process for it."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    app = current_app._get_current_object()  # type: ignore[attr-defined]
    try:
        working.until(app, threading.Event())
    except KeyboardInterrupt:
        click.echo("Stopped; what was under way goes on the next time.")
