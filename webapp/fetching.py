"""Asking other servers over HTTP: small answers, short waits, no redirects."""

from http.client import HTTPConnection, HTTPException, HTTPSConnection
from typing import NamedTuple
from urllib.parse import urlsplit

_MOST_BYTES = 20_000_000  # an entry bundle of 256 of the longest leaves has 17 million


class Unreachable(Exception):
    """The other server does not answer, or not as a server does; the text says why."""


class Answer(NamedTuple):
    """What came back: the status, and the body's bytes."""

    status: int
    body: bytes


def is_address(url: str) -> bool:
    """Whether it is an http or https address with a host, and without a name and a password in it."""
    try:
        parts = urlsplit(url)
        plain = bool(parts.hostname) and parts.port != 0 and "@" not in parts.netloc
        return parts.scheme in ("http", "https") and plain
    except ValueError:
        return False


def ask(url: str, body: bytes | None = None, timeout_s: float = 10.0) -> Answer:
    """The answer to a GET, or to a POST of the body. Each wait for the other takes `timeout_s` at most.

    Raises Unreachable.
    """
    parts = urlsplit(url)
    kind = HTTPSConnection if parts.scheme == "https" else HTTPConnection
    connection = kind(parts.hostname or "", parts.port, timeout=timeout_s)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    headers = {"User-Agent": "cairn", "Cache-Control": "no-cache"}
    try:
        connection.request("GET" if body is None else "POST", path, body, headers)
        response = connection.getresponse()
        data = response.read(_MOST_BYTES + 1)
    except (OSError, HTTPException, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error) or type(error).__name__
        raise Unreachable(f"{parts.netloc} cannot be reached: {reason}") from None
    finally:
        connection.close()
    if len(data) > _MOST_BYTES:
        raise Unreachable(f"{url} answers with more than {_MOST_BYTES} bytes")
    return Answer(response.status, data)
