"""An export as an answer, for both doors: sent while it is made."""

import logging
from collections.abc import Iterator
from threading import BoundedSemaphore

from flask import Flask, Response, current_app, stream_with_context

from webapp.actions import exporting
from webapp.config import Settings
from webapp.domain.refusals import TooManyDownloads
from webapp.domain.searching import Export

log = logging.getLogger(__name__)

_KEY = "cairn.downloads"
# The server cannot break an answer off that fails on its way; it ends it as if it were whole. So the
# file says it, in a line that no reader takes for a record.
_BROKEN = b"This file is not whole: it broke off while it was made. Download it again.\n"


def init_app(app: Flask) -> None:
    """Keeps half of the threads free: a slow reader has one for himself until he has all he asked for."""
    settings: Settings = app.extensions["cairn.settings"]
    app.extensions[_KEY] = BoundedSemaphore(max(1, settings.pool_size // 2))


def download(asked: Export) -> Response:
    """The file that is asked for, under its name.

    Raises InvalidQuery, TooManyRows, TooManyDownloads, Unavailable.
    """
    places: BoundedSemaphore = current_app.extensions[_KEY]
    if not places.acquire(blocking=False):
        raise TooManyDownloads
    try:
        exported = exporting.export(asked)
    except BaseException:
        places.release()
        raise
    chunks = _whole_or_told(exported.chunks, places)
    next(chunks)
    response = Response(stream_with_context(chunks), content_type=exported.content_type)
    response.headers["Content-Disposition"] = f'attachment; filename="{exported.name}"'
    if exported.length is not None:
        response.content_length = exported.length
    return response


def _whole_or_told(chunks: Iterator[bytes], places: BoundedSemaphore) -> Iterator[bytes]:
    try:
        yield b""  # from here on the place is given back, whether anybody reads on or not
        yield from chunks
    except Exception:
        log.exception("An export broke off on its way.")
        yield _BROKEN
    finally:
        places.release()
