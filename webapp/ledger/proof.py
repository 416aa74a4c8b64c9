"""Writing proof files. Reading and verifying them stands in verifier.py.

`.tlog-proof` is https://c2sp.org/tlog-proof; what leads from one checkpoint to the next is the body of
add-checkpoint in https://c2sp.org/tlog-witness.
"""

from base64 import b64encode

from webapp.ledger.verifier import Hashes


def write_proof(index: int, path: Hashes, checkpoint: bytes) -> bytes:
    """The .tlog-proof file of entry `index`, from 0; `checkpoint` is the signed note as it is."""
    return _file(f"c2sp.org/tlog-proof@v1\nindex {index}", path, checkpoint)


def write_growth(old_size: int, path: Hashes, checkpoint: bytes) -> bytes:
    """A signed checkpoint behind the proof that it grew from `old_size` entries."""
    return _file(f"old {old_size}", path, checkpoint)


def _file(head: str, path: Hashes, checkpoint: bytes) -> bytes:
    assert all(len(one) == 32 for one in path)
    lines = "".join(f"{b64encode(one).decode()}\n" for one in path)
    return f"{head}\n{lines}\n".encode() + checkpoint
