"""Following a log from outside: it must only grow. It trusts nothing but the log's key and its own file."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from webapp import fetching
from webapp.ledger.merkle import consistency_plan
from webapp.ledger.tiles import WIDTH, Tile, hashes_from
from webapp.ledger.verifier import (
    Checkpoint,
    Keys,
    Refused,
    verify_checkpoint,
    verify_consistency,
)
from webapp.ledger_files import write_whole


class Away(Exception):
    """The log cannot be reached, or is not ready; the text says why."""


class Broken(Exception):
    """The log did what a log must not do; the text says what, and how to show it to others."""


@dataclass(frozen=True)
class Seen:
    """The log's newest checkpoint, and the one that was seen before it."""

    now: Checkpoint
    before: Checkpoint | None


class Watcher:
    """Follows the log at an address, with a file in which the last checkpoint is kept."""

    def __init__(self, url: str, keys: Keys, state: Path) -> None:
        self._url, self._keys, self._state = url.rstrip("/"), keys, state

    def look(self) -> Seen:
        """Fetches the newest checkpoint and keeps it, if the log only grew. Raises Away, Broken."""
        before = self._kept()
        answer = self._get("checkpoint")
        if answer.status != 200:
            raise Away(f"{self._url}/checkpoint answers {answer.status}.")
        try:
            now = verify_checkpoint(answer.body, self._keys)
            if before is not None:
                self._compare(before, now)
        except Refused as refused:
            raise Broken(f"{refused} {self._keep_rejected(answer.body)}") from None
        if before is None or now.size > before.size:
            try:
                write_whole(self._state, answer.body.decode(), 0o644)
            except OSError as error:
                raise Broken(f"{self._state} cannot be written: {error.strerror}.") from None
        return Seen(now, before)

    def _keep_rejected(self, served: bytes) -> str:
        """Keeps what was served, which proves what the log did, beside what was kept earlier."""
        number = 1
        while (path := self._state.with_name(f"{self._state.name}.rejected.{number}")).exists():
            if path.read_bytes() == served:
                return f"What {self._url} served is kept in {path}."
            number += 1
        try:
            write_whole(path, served.decode(errors="replace"), 0o644)
        except OSError as error:
            return f"What {self._url} served cannot be kept in {path}: {error.strerror}."
        return f"What {self._url} served is kept in {path}."

    def _kept(self) -> Checkpoint | None:
        try:
            return verify_checkpoint(self._state.read_bytes(), self._keys)
        except FileNotFoundError:
            return None
        except OSError as error:
            raise Broken(f"{self._state} cannot be read: {error.strerror}.") from None
        except Refused as refused:
            raise Broken(
                f"{self._state} is not this log's last checkpoint, or was changed. {refused}"
            ) from None

    def _compare(self, before: Checkpoint, now: Checkpoint) -> None:
        """Refused unless the log has grown from what was seen before."""
        if now.origin != before.origin:
            raise Refused("checkpoint", f"the log is called {now.origin} and was {before.origin}")
        path: list[bytes] = []
        if now.size > before.size:
            plan = consistency_plan(before.size, now.size)
            try:
                path = hashes_from(plan, now.size, self._tiles)
            except Refused:
                raise
            except ValueError as error:
                raise Refused("consistency", str(error).rstrip(".")) from None
        verify_consistency(before.size, now.size, path, before.root, now.root)

    def _tiles(self, wanted: Iterable[Tile]) -> dict[Tile, bytes]:
        return {tile: self._tile(tile) for tile in wanted}

    def _tile(self, tile: Tile) -> bytes:
        answer = self._get(tile.path)
        if answer.status == 404 and tile.width < WIDTH:  # a log may drop what has become full
            answer = self._get(Tile(tile.level, tile.number).path)
        if answer.status >= 500 or answer.status == 429:
            raise Away(f"{self._url}/{tile.path} answers {answer.status}.")
        if answer.status != 200:
            raise Refused("consistency", f"{tile.path} is not served ({answer.status})")
        return answer.body[: tile.width * 32]

    def _get(self, path: str) -> fetching.Answer:
        try:
            return fetching.ask(f"{self._url}/{path}")
        except fetching.Unreachable as away:
            raise Away(f"{away}.") from None
