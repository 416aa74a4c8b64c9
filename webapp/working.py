"""The work that nobody waits for: imports, and forgetting what was abandoned."""

import logging
import threading
from datetime import timedelta

from webapp.actions import importing
from webapp.domain.refusals import Unavailable

log = logging.getLogger(__name__)

_LOOK_EVERY_S = 1.0
_TRY_AGAIN_S = 3.0
_ABANDONED = timedelta(days=1)


def until(over: threading.Event) -> None:
    """Does what there is to do, one thing after the other, until `over` is set.

    While the database is away it waits for it; what was interrupted goes on afterwards.
    """
    away = False
    while not over.is_set():
        try:
            importing.forget_abandoned(_ABANDONED)
            worked = importing.work()
        except Unavailable as refusal:
            if not away:
                log.warning("Imports wait: %s", refusal)
            away = True
            over.wait(_TRY_AGAIN_S)
            continue
        away = False
        if not worked:
            over.wait(_LOOK_EVERY_S)
