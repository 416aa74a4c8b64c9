"""The work that nobody waits for: imports, sealing events into the log and having it cosigned."""

import logging
import threading
from collections.abc import Callable
from datetime import timedelta

from flask import Flask

from webapp.actions import importing
from webapp.actions.sealing import LedgerBehind, Sealer
from webapp.actions.witnessing import Asking, witnesses
from webapp.config import Settings
from webapp.domain.refusals import Unavailable

log = logging.getLogger(__name__)

_LOOK_EVERY_S = 1.0
_SEAL_EVERY_S = 0.2  # a write is sealed within a second
_MANY = 50  # leaves in a round: more than people write by hand
_GATHER_S = 1.0  # after such a round, since the writers pay for each
_COSIGN_EVERY_S = 1.0
_TRY_AGAIN_S = 3.0
_ABANDONED = timedelta(days=1)


def until(app: Flask, over: threading.Event) -> None:
    """Does what there is to do until `over` is set, each kind in a thread of its own.

    Imports take long, and a witness may not answer. While the database is away it waits for it; what
    was interrupted goes on afterwards. Raises ConfigurationError when the log cannot be signed for
    want of a key, or LEDGER_WITNESSES is wrong.
    """
    settings: Settings = app.extensions["cairn.settings"]
    sealer = Sealer(settings)
    asked = [(one.key.name, Asking(one).ask) for one in witnesses(settings)]

    def seal() -> bool:
        if sealer.seal() > _MANY:
            over.wait(_GATHER_S)
        return False

    def work(what: Callable[[], bool], name: str, every_s: float) -> None:
        with app.app_context():
            _again_and_again(what, name, every_s, over)

    threads = [
        threading.Thread(target=work, args=one)
        for one in (
            (seal, "Sealing", _SEAL_EVERY_S),
            *((ask, f"Cosigning by {name}", _COSIGN_EVERY_S) for name, ask in asked),
        )
    ]
    for thread in threads:
        thread.start()
    try:
        work(_import, "Imports", _LOOK_EVERY_S)
    finally:
        over.set()
        for thread in threads:
            thread.join()


def _import() -> bool:
    importing.forget_abandoned(_ABANDONED)
    return importing.work()


def _again_and_again(
    work: Callable[[], bool], name: str, every_s: float, over: threading.Event
) -> None:
    """Works while there is something to do, and looks again now and then; says once that it waits."""
    told = ""
    while not over.is_set():
        try:
            worked = work()
        except Unavailable as refusal:
            if told != refusal.detail:
                level = logging.ERROR if isinstance(refusal, LedgerBehind) else logging.WARNING
                log.log(level, "%s: %s", name, refusal.detail)
            told = refusal.detail
            over.wait(_TRY_AGAIN_S)
            continue
        except Exception:
            log.exception("%s failed and is tried again.", name)
            over.wait(_TRY_AGAIN_S)
            continue
        told = ""
        if not worked:
            over.wait(every_s)
