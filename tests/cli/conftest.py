"""The flask commands on a database of their own, inside this process."""

from collections.abc import Callable, Iterator

import pytest
from flask import Flask

from tests.cli.commands import Ended
from webapp.app import create_app
from webapp.config import Settings
from webapp.store import database

Run = Callable[..., Ended]


@pytest.fixture
def quiet_app(settings: Settings) -> Iterator[Flask]:
    """The application with no context pushed, as the command line finds it."""
    app = create_app(settings)
    yield app
    database.close(app)


@pytest.fixture
def run(quiet_app: Flask) -> Run:
    """Runs a command with its words; `given` is its standard input."""

    def command(*words: str, given: str = "") -> Ended:
        result = quiet_app.test_cli_runner().invoke(args=words, input=given)
        if result.exception and not isinstance(result.exception, SystemExit):
            raise result.exception
        return Ended(result.exit_code, result.stdout, result.stderr)

    return command
