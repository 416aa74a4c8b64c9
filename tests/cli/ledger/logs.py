"""Logs that are served over HTTP, true ones and forks, for who follows them."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tests.cli.ledger.telling import SIGNER
from webapp.ledger.checkpoint import sign_checkpoint
from webapp.ledger.tiles import Tile, read_path
from webapp.ledger.verifier import Checkpoint, hash_leaf, hash_node

Files = dict[str, bytes]


@contextmanager
def served(files: Files) -> Iterator[str]:
    """Serves these files, which may be changed meanwhile; an int in place of bytes is a status."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            data: Any = files.get(self.path.removeprefix("/"), 404)
            self.send_response(data if isinstance(data, int) else 200)
            self.end_headers()
            self.wfile.write(b"" if isinstance(data, int) else data)

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class Log:
    """A log of these leaves, its tree as RFC 9162, section 2.1.1, has it."""

    def __init__(self, leaves: list[bytes]) -> None:
        self.leaves = leaves
        self.over = cache(self._over)

    def _over(self, first: int, end: int) -> bytes:
        if end - first == 1:
            return hash_leaf(self.leaves[first])
        middle = first + (1 << (end - first - 1).bit_length() - 1)
        return hash_node(self.over(first, middle), self.over(middle, end))

    def node_at(self, level: int, number: int) -> bytes:
        return self.over(number << level, (number + 1) << level)

    def checkpoint(self, size: int) -> bytes:
        return sign_checkpoint(Checkpoint(SIGNER.name, size, self.over(0, size)), [SIGNER])


class Tiled(dict[str, Any]):
    """A log's files: its checkpoint at a size, and every tile, made when it is asked for."""

    def __init__(self, log: Log, size: int) -> None:
        super().__init__(checkpoint=log.checkpoint(size))
        self.log, self.size = log, size

    def grow(self, log: Log, size: int) -> None:
        self.log, self.size = log, size
        self["checkpoint"] = log.checkpoint(size)

    def get(self, path: str, default: Any = None) -> Any:
        if path in self or not path.startswith("tile/"):
            return super().get(path, default)
        tile: Tile = read_path(path)
        if not tile.exists_in(self.size):
            return default
        return b"".join(self.log.node_at(*node) for node in tile.nodes)
