"""The key that the log of these tests is signed with, and how a command that failed is read."""

from tests.cli.commands import Ended
from webapp.ledger.note import key_text, new_signer

SIGNER = new_signer("registry.example.org/log")
VKEY = key_text(SIGNER.key)


def told(ended: Ended) -> str:
    """The one sentence of a command that failed."""
    assert ended.code == 1, ended
    (line,) = [one for one in ended.err.splitlines() if one.startswith("Error: ")]
    assert line.endswith(".")
    return line
