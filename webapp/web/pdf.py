"""Certificates as PDF: asks the typesetting process, few at a time, and keeps what it made."""

import json
import logging
import subprocess
import sys
from datetime import datetime
from functools import lru_cache
from threading import BoundedSemaphore
from typing import Any

from webapp import config
from webapp.domain.refusals import Busy, PdfNotMade

log = logging.getLogger(__name__)

_KEPT = 64  # documents, of 40 KB to 700 KB
_LONGEST_S = 30  # the longest certificate that can be takes 5 seconds on a busy machine
_at_once = BoundedSemaphore(2)  # each takes up to 250 MB while it works


def render(data: dict[str, Any], made_at: datetime) -> bytes:
    """The document for this data, dated `made_at`; the same data gives the same bytes.

    Raises Busy if others are waiting already, PdfNotMade if it cannot be set.
    """
    asked = {"data": data, "made_at": int(made_at.timestamp())}
    return _render(json.dumps(asked, sort_keys=True).encode())


@lru_cache(maxsize=_KEPT)
def _render(asked: bytes) -> bytes:
    if not _at_once.acquire(timeout=_LONGEST_S):
        raise Busy
    try:
        done = subprocess.run(
            [sys.executable, "-m", "webapp.typesetting"],
            cwd=config.ROOT,
            env={},  # it needs no secret
            input=asked,
            capture_output=True,
            timeout=_LONGEST_S,
            check=True,
        )
    except (subprocess.SubprocessError, OSError) as error:
        log.exception("typesetting failed: %s", getattr(error, "stderr", b""))
        raise PdfNotMade from None
    finally:
        _at_once.release()
    return done.stdout
