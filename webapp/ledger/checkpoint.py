"""Writing checkpoints: https://c2sp.org/tlog-checkpoint. Reading them stands in verifier.py.

Cairn writes no extension lines: nobody audits them. It reads over those of other logs.
"""

from base64 import b64encode
from collections.abc import Iterable

from webapp.ledger.note import Signer, is_key_name, sign
from webapp.ledger.verifier import Checkpoint


def is_origin(name: str) -> bool:
    """Whether a log may be called so: as a key may, and without a scheme like https://."""
    return is_key_name(name) and "://" not in name


def write_checkpoint(checkpoint: Checkpoint) -> bytes:
    """The text that a log signs. Raises ValueError for an origin that no log has."""
    if not is_origin(checkpoint.origin):
        raise ValueError(
            f'"{checkpoint.origin}" cannot be a log\'s name: write it like example.org/log, without '
            "https://, white space and plus."
        )
    assert len(checkpoint.root) == 32
    root = b64encode(checkpoint.root).decode()
    return f"{checkpoint.origin}\n{checkpoint.size}\n{root}\n".encode()


def sign_checkpoint(checkpoint: Checkpoint, signers: Iterable[Signer]) -> bytes:
    """The checkpoint as a signed note; a second signer's line lets keys be rotated.

    Sign only what is consistent with everything that was signed before. Raises ValueError if a
    signer is not called like the log: readers would refuse it.
    """
    signers = list(signers)
    if any(signer.name != checkpoint.origin for signer in signers):
        raise ValueError(f"A key is not called {checkpoint.origin}, as the log is.")
    return sign(write_checkpoint(checkpoint), signers)
