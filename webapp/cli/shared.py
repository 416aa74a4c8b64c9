"""What all commands share: the settings, the database while they run, failures told in sentences."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import Any

import click
from flask import current_app

from webapp import demo, serving
from webapp.config import ConfigurationError, Settings
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


def settings() -> Settings:
    """The settings that the server runs with."""
    read: Settings = current_app.extensions["cairn.settings"]
    return read


@contextmanager
def in_sentences() -> Iterator[None]:
    """Ends the command with the error's own sentence, and exit code 1, where it has one for people."""
    try:
        yield
    except _SENTENCES as error:
        raise click.ClickException(str(error)) from None


def with_database(command: Callable[..., None]) -> Callable[..., None]:
    """Has the database up and its tables made while the command runs."""

    @wraps(command)
    def run(*args: Any, **kwargs: Any) -> None:
        app = current_app._get_current_object()  # type: ignore[attr-defined]
        with in_sentences(), provisioning.available(settings()):
            provisioning.check(settings())
            provisioning.migrate(app, settings())
            try:
                command(*args, **kwargs)
            finally:
                database.close(app)

    return run
