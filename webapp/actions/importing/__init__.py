"""Importing files of credits: received, previewed, confirmed, run, looked up."""

from webapp.actions.importing.commanded import Summary, import_file
from webapp.actions.importing.history import (
    Import,
    RefusedRow,
    first_refused,
    forget_abandoned,
    newest,
    one,
    refused_file,
    stop,
)
from webapp.actions.importing.receiving import Foreseen, Preview, confirm, discard, preview, receive
from webapp.actions.importing.running import work

__all__ = [
    "Foreseen",
    "Import",
    "Preview",
    "RefusedRow",
    "Summary",
    "confirm",
    "discard",
    "first_refused",
    "forget_abandoned",
    "import_file",
    "newest",
    "one",
    "preview",
    "receive",
    "refused_file",
    "stop",
    "work",
]
