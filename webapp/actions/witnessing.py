"""Asking witnesses to cosign the log's checkpoints: https://c2sp.org/tlog-witness, add-checkpoint.

A witness signs a checkpoint only if it has grown from the last one that it signed, so whoever trusts
it sees the same log as everybody else. Nothing waits for witnesses: each is asked by itself.
"""

from dataclasses import dataclass

from webapp import fetching
from webapp.actions.sealing import trees
from webapp.config import ConfigurationError, Settings
from webapp.domain.refusals import Unavailable
from webapp.ledger.merkle import consistency_plan
from webapp.ledger.proof import write_growth
from webapp.ledger.verifier import COSIGNATURE, Key, Refused, read_key
from webapp.ledger.witness import add_cosignatures, cosigned_at, read_known_size
from webapp.store import database, sealing, witnessing
from webapp.store.sealing import Published

_TIMEOUT_S = 5.0


@dataclass(frozen=True)
class Witness:
    """Where a witness is asked, without `add-checkpoint`, and the key that it signs with."""

    url: str
    key: Key


class NotCosigned(Unavailable):
    """A witness did not sign; the sentence says why. It is asked again later."""

    code = "not_cosigned"


def witnesses(settings: Settings) -> list[Witness]:
    """The witnesses of LEDGER_WITNESSES: an address and a verifier key each, separated by spaces.

    Raises ConfigurationError.
    """
    words = (settings.ledger_witnesses or "").split()
    pairs = list(zip(words[::2], words[1::2], strict=False))
    if len(words) % 2 or any(not fetching.is_address(url) for url, _ in pairs):
        raise ConfigurationError(
            "LEDGER_WITNESSES holds an address and a verifier key for each witness, separated by "
            "spaces: https://witness.example.org witness.example.org+0a1b2c3d+BAbc..."
        )
    try:
        return [Witness(url.rstrip("/"), read_key(key, COSIGNATURE)) for url, key in pairs]
    except Refused as refused:
        raise ConfigurationError(f"LEDGER_WITNESSES: {refused}") from None


class Asking:
    """Asks one witness to sign each newest checkpoint."""

    def __init__(self, witness: Witness) -> None:
        self._witness = witness
        self._known: int | None = None  # the size that the witness saw last, as far as we know

    def ask(self) -> bool:
        """Has the newest checkpoint signed, if it is not yet; whether it now was.

        Raises NotCosigned, Unavailable.
        """
        newest = database.read(sealing.newest)
        name = self._witness.key.name
        if not newest or database.read(witnessing.has_cosigned, newest[0].size, name):
            return False
        if self._known is None:
            self._known = database.read(witnessing.cosigned_size, name)
        if (known := self._known) > newest[0].size:
            self._known = None  # asked again, as the witness may have been mistaken
            raise NotCosigned(
                f"{name} has signed {known} leaves, and this log has {newest[0].size}: was the "
                "database restored from an old copy?"
            )
        return self._ask_from(known, newest[0])

    def _ask_from(self, known: int, newest: Published) -> bool:
        """Asks with a proof that leads on from this size; whether the witness signed."""
        plan = consistency_plan(known, newest.size)
        path = database.read(trees.hashes, plan, newest.size)
        body = write_growth(known, path, newest.note.encode())
        name, url = self._witness.key.name, f"{self._witness.url}/add-checkpoint"
        try:
            answer = fetching.ask(url, body, _TIMEOUT_S)
        except fetching.Unreachable as away:
            raise NotCosigned(f"{name} signed nothing: {away}.") from None
        try:
            if answer.status == 409 and (size := read_known_size(answer.body)) != known:
                self._known = size
                return False
            if answer.status != 200:
                raise NotCosigned(_why_not(name, answer))
            note = add_cosignatures(newest.note.encode(), answer.body, [self._witness.key])
            lines = note.removeprefix(newest.note.encode()).decode()
            at = cosigned_at(lines)
        except Refused as refused:
            raise NotCosigned(f"{name} answered something else than it should. {refused}") from None
        database.change(witnessing.keep, newest.size, name, lines, at)
        self._known = newest.size
        return True


def _why_not(name: str, answer: fetching.Answer) -> str:
    told = answer.body[:200].decode(errors="replace").strip()
    said = f"{name} answers {answer.status}" + (f" ({told})" if told.isprintable() and told else "")
    if answer.status in (409, 422):
        return f"{said}: to it, this log has not grown from what it signed before."
    if answer.status in (403, 404):
        return f"{said}: it does not know this log or its key. Ask its operator to add them."
    return f"{said} and signed nothing."
