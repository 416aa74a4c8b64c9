"""A small witness on a port of this machine, as https://c2sp.org/tlog-witness has it, with its own key."""

import threading
import time
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from webapp.ledger.note import key_text
from webapp.ledger.verifier import (
    COSIGNATURE,
    GROWTH,
    Checkpoint,
    Key,
    Refused,
    key_id,
    read_note,
    read_proof,
    verify_checkpoint,
    verify_consistency,
)


class Witness:
    """Cosigns what has grown from what it signed before. `answers` overrides the next answers."""

    def __init__(self, name: str, logs: list[Key]) -> None:
        self.name, self.logs = name, logs
        self.private = Ed25519PrivateKey.generate()
        self.seen: Checkpoint | None = None
        self.asked: list[int] = []  # the old sizes that it was asked with
        self.answers: list[tuple[int, bytes]] = []
        self.url = ""

    @property
    def key(self) -> Key:
        public = self.private.public_key().public_bytes_raw()
        return Key(self.name, key_id(self.name, COSIGNATURE, public), COSIGNATURE, public)

    @property
    def setting(self) -> str:
        """As LEDGER_WITNESSES has it."""
        return f"{self.url} {key_text(self.key)}"

    def answer(self, path: str, body: bytes) -> tuple[int, bytes]:
        if path != "/add-checkpoint":
            return 404, b"no such path\n"
        proof = read_proof(body, GROWTH)
        self.asked.append(proof.number)
        if self.answers:
            return self.answers.pop(0)
        try:
            found = verify_checkpoint(proof.note, self.logs)
        except Refused as refused:
            return 403, str(refused).encode()
        known = self.seen or Checkpoint(found.origin, 0, b"")
        if proof.number != known.size:
            return 409, b"%d\n" % known.size
        if self.seen is not None:
            try:
                verify_consistency(known.size, found.size, proof.path, known.root, found.root)
            except Refused as refused:
                return 422, str(refused).encode()
        self.seen = found
        return 200, self.line(read_note(proof.note)[0])

    def line(self, text: bytes) -> bytes:
        now = int(time.time())
        signature = self.private.sign(b"cosignature/v1\ntime %d\n%s" % (now, text))
        data = b64encode(self.key.id + now.to_bytes(8) + signature).decode()
        return f"\u2014 {self.name} {data}\n".encode()


@contextmanager
def serving(witness: Witness) -> Iterator[Witness]:
    """The witness, answering at its `url` as long as the block lasts."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            status, data = witness.answer(self.path, body)
            self.send_response(status)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    witness.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield witness
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
