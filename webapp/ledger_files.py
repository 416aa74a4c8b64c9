"""What the ledger keeps outside the database: its key, and the last checkpoint that was published.

The copy tells a database that was restored from an old one: then nothing more is signed.
"""

import fcntl
import os
import socket
import tempfile
from pathlib import Path

from webapp.config import ConfigurationError, Settings
from webapp.ledger.checkpoint import is_origin
from webapp.ledger.note import Signer, new_signer, read_signer
from webapp.ledger.verifier import Key, Refused, read_checkpoint, read_note

_KEY = "ledger_key"
_CHECKPOINT = "ledger_checkpoint"


def signers(settings: Settings) -> list[Signer]:
    """Who signs: the keys of LEDGER_KEY, the newest first, or the one in DATA_DIR, made when missing.

    All bear the log's name. Raises ConfigurationError, which never repeats any of a key.
    """
    text = settings.ledger_key or _kept_key(settings)
    where = "LEDGER_KEY" if settings.ledger_key else str(settings.data_dir / _KEY)
    try:
        found = [read_signer(one) for one in text.split()]
    except ValueError as error:
        raise ConfigurationError(f"{where}: {error}") from None
    names = {one.name for one in found}
    if not names:
        raise ConfigurationError(f"{where} is empty. Put the log's key there, from your backup.")
    if len(names) > 1:
        raise ConfigurationError(f"{where} holds keys of different names; a log has one for ever.")
    if len({one.key for one in found}) < len(found):
        raise ConfigurationError(f"{where} holds the same key twice. Leave one of them out.")
    if not is_origin(found[0].name):
        raise ConfigurationError(
            f"{where}: {found[0].name} cannot be a log's name. Make a key with a name like "
            "registry.example.org/log, without https://."
        )
    if settings.ledger_origin and names != {settings.ledger_origin}:
        raise ConfigurationError(
            f"LEDGER_ORIGIN is {settings.ledger_origin} and the key's name is {names.pop()}. A log's "
            "name never changes: give the key's name, or leave LEDGER_ORIGIN out."
        )
    return found


def public_keys(settings: Settings) -> list[Key]:
    """What others check the signatures with; none where there is no usable key. Makes no key."""
    if settings.ledger_key is None and not (settings.data_dir / _KEY).exists():
        return []
    try:
        return [signer.key for signer in signers(settings)]
    except ConfigurationError:
        return []


def _kept_key(settings: Settings) -> str:
    if not settings.embedded:
        raise ConfigurationError(
            "LEDGER_KEY is not set. With a DATABASE_URL of your own, make a key with `flask ledger "
            "new-key NAME`, set it and keep it: without it the log cannot be signed any more."
        )
    path = settings.data_dir / _KEY
    try:
        if not path.exists():
            write_whole(path, new_signer(_origin(settings)).secret_text() + "\n", 0o600, keep=True)
        return path.read_text()
    except OSError as error:
        raise ConfigurationError(
            f"The ledger's key in {path} cannot be read or made: {error.strerror}."
        ) from None
    except UnicodeDecodeError:
        raise ConfigurationError(
            f"{path} is not the ledger's key, which is text. Put it back from your backup."
        ) from None


def _origin(settings: Settings) -> str:
    origin = settings.ledger_origin or f"{socket.gethostname() or 'localhost'}/cairn"
    if not is_origin(origin):
        raise ConfigurationError(
            f"LEDGER_ORIGIN {origin} cannot be a log's name: write it like registry.example.org/log, "
            "without https://, white space and plus."
        )
    return origin


def outside_copy(settings: Settings) -> bytes | None:
    """The checkpoint that was published last by this server; None if there is none."""
    try:
        return (settings.data_dir / _CHECKPOINT).read_bytes()
    except FileNotFoundError:
        return None


def keep_outside(settings: Settings, note: bytes) -> None:
    """Keeps a checkpoint outside the database, unless it is there, or a larger one is.

    Sealers that keep theirs at once take turns. Raises OSError.
    """
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    with (settings.data_dir / f".{_CHECKPOINT}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        kept = outside_copy(settings)
        if kept != note and (kept is None or _size(kept) < _size(note)):
            write_whole(settings.data_dir / _CHECKPOINT, note.decode(), 0o644)


def _size(note: bytes) -> int:
    """How large the log was; -1 for a copy that cannot be read, which a sealer tells before it signs."""
    try:
        return read_checkpoint(read_note(note)[0]).size
    except Refused:
        return -1


def set_outside_copy_aside(settings: Settings) -> Path | None:
    """Puts the copy aside, so that a restored database may be signed again; where it is now."""
    path = settings.data_dir / _CHECKPOINT
    if not path.exists():
        return None
    number = 1
    while (aside := path.with_name(f"{_CHECKPOINT}.{number}")).exists():
        number += 1
    path.rename(aside)
    return aside


def write_whole(path: Path, text: str, mode: int, keep: bool = False) -> None:
    """Writes the file whole or not at all, and to the disk; `keep` leaves one alone that is there."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    draft = Path(name)
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
            os.fchmod(file.fileno(), mode)
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        if not keep:
            draft.replace(path)
        elif not path.exists():
            os.link(draft, path)
    except FileExistsError:
        pass  # somebody was quicker, and theirs stays
    finally:
        draft.unlink(missing_ok=True)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)  # the name, too, outlives a power cut
    finally:
        os.close(folder)
