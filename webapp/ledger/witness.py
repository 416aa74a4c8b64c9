"""What witnesses answer: https://c2sp.org/tlog-witness, cosignatures of c2sp.org/tlog-cosignature v1.

proof.write_growth makes the request's body, POST {prefix}/add-checkpoint.
"""

import re
from base64 import b64encode
from datetime import UTC, datetime

from webapp.ledger.note import add_lines
from webapp.ledger.verifier import COSIGNATURE, NUMBER, Keys, Refused, read_note


def add_cosignatures(checkpoint: bytes, answer: bytes, witnesses: Keys) -> bytes:
    """The signed checkpoint with the lines of a 200 answer that are by these witnesses.

    Lines by others are dropped, and of each witness all but the first. Raises Refused if a line is malformed, a witness's line does not
    hold or names no time, or there is none.
    """
    text, _ = read_note(checkpoint)
    _, signatures = read_note(text + b"\n" + answer)
    known = {(key.name, key.id): key for key in witnesses if key.kind == COSIGNATURE}
    lines: dict[str, str] = {}
    for name, data in signatures:
        key = known.get((name, data[:4]))
        if key is None:
            continue
        if key.check(text, data[4:]) <= 0:
            raise Refused("cosignature", f"{name} does not say when it saw the checkpoint")
        lines.setdefault(name, f"\u2014 {name} {b64encode(data).decode()}\n")
    if not lines:
        raise Refused("cosignature", "the answer has none by a witness that is known here")
    return add_lines(checkpoint, lines.values())


def cosigned_at(lines: str) -> datetime:
    """When the witness of these lines signed, UTC, whole seconds: the latest if there are several.

    Nothing is verified. Raises Refused if they are no cosignatures, or of a time that no clock shows.
    """
    _, signatures = read_note(b"\n\n" + lines.encode())
    try:
        return datetime.fromtimestamp(
            max(int.from_bytes(data[4:12]) for _, data in signatures), UTC
        )
    except (ValueError, OverflowError, OSError):
        raise Refused("cosignature", "it is of a time that no clock shows") from None


def read_known_size(answer: bytes) -> int:
    """The size that the witness saw last, from its 409 answer. Raises Refused."""
    match = re.fullmatch(rf"({NUMBER})\n", answer.decode("latin-1"))
    if match is None:
        raise Refused("cosignature", "the witness does not say which size it saw last")
    return int(match[1])
