"""Answering only to the names that TRUSTED_HOSTS lists: a forged Host header gets nothing."""

import re

from flask import Flask, abort, request

_PORT = re.compile(r":[0-9]+$")


def init_app(app: Flask, trusted: tuple[str, ...]) -> None:
    """Refuses (400) requests for other hosts. Flask's own TRUSTED_HOSTS cannot match IPv6 addresses.

    A name that begins with a dot stands for all names that end with it.
    """
    names = {name.lower() for name in trusted if not name.startswith(".")}
    suffixes = tuple(name.lower() for name in trusted if name.startswith("."))

    @app.before_request
    def refuse_other_hosts() -> None:
        if not request.environ.get("HTTP_HOST"):
            return  # HTTP/1.0 need not say whom it asks
        host = _PORT.sub("", request.host).lower()  # empty when it has characters of no host name
        if host not in names and not (suffixes and host.endswith(suffixes)):
            abort(400, "This server does not answer to that host name; see TRUSTED_HOSTS.")
