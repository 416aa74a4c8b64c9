"""Secrets that are shown once: a form that is sent again, by a reload, must not make a second one."""

import hashlib
import json
from dataclasses import dataclass

from webapp.actions.outcome import Once
from webapp.domain.actors import Actor
from webapp.domain.refusals import DoneAlready
from webapp.store import accounts, keys
from webapp.store.database import Session


@dataclass(frozen=True)
class Asking:
    """Who sends a form whose answer is shown once, and the form's key."""

    actor: Actor
    once: Once


def only_once(session: Session, asking: Asking | None, entries: tuple[str, ...], told: str) -> None:
    """Keeps the form's key with the transaction; does nothing for who asks without a form.

    Raises DoneAlready, with `told`, when this form was carried out before; KeyReused when it was
    with other entries.
    """
    if asking is None:
        return
    once = asking.once
    fingerprint = hashlib.sha256(json.dumps(entries).encode()).digest()
    request = keys.Request(asking.actor.id, once.method, once.path, once.key, fingerprint)
    if not accounts.is_first(session, request):
        raise DoneAlready(told)
