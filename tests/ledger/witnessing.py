"""A witness as https://c2sp.org/tlog-witness has it, for tests of its clients."""

from base64 import b64encode

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from webapp.ledger.verifier import (
    COSIGNATURE,
    GROWTH,
    Key,
    Refused,
    key_id,
    read_proof,
    verify_checkpoint,
    verify_consistency,
)


class Witness:
    """It remembers the last checkpoint of one log, and cosigns what is consistent with it."""

    def __init__(self, log: Key, name: str = "witness.example/w1") -> None:
        self._log, self._private = log, Ed25519PrivateKey.generate()
        public = self._private.public_key().public_bytes_raw()
        self.key = Key(name, key_id(name, COSIGNATURE, public), COSIGNATURE, public)
        self.size, self.root, self.time = 0, b"", 1_700_000_000

    def add_checkpoint(self, body: bytes) -> tuple[int, bytes]:
        """The status and the body of its answer."""
        asked = read_proof(body, GROWTH)
        try:
            found = verify_checkpoint(asked.note, [self._log])
        except Refused as refusal:
            return 403, str(refusal).encode()
        if asked.number != self.size:
            return 409, b"%d\n" % self.size
        try:
            if self.size:
                verify_consistency(self.size, found.size, asked.path, self.root, found.root)
        except Refused as refusal:
            return 422, str(refusal).encode()
        self.size, self.root = found.size, found.root
        text = asked.note.rpartition(b"\n\n")[0] + b"\n"
        return 200, self.line(text).encode()

    def line(self, text: bytes) -> str:
        """Its cosignature of the text, now."""
        signed = self._private.sign(b"cosignature/v1\ntime %d\n%s" % (self.time, text))
        data = self.key.id + self.time.to_bytes(8) + signed
        return f"\u2014 {self.key.name} {b64encode(data).decode()}\n"
