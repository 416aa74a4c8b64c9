"""What each worker process of `flask serve` loads: the application, bound to the life of the server."""

import os
import signal
import threading
import time

from flask import Flask

from webapp.app import create_app

_WATCH_S = 0.5


def worker() -> Flask:
    """The application for granian; the process ends with the server that made it."""
    # Ctrl-C reaches every process of the terminal, and the server then ends its workers by SIGTERM;
    # two signals at once make granian miss both. Threads made from here on inherit the mask.
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    threading.Thread(target=end_with_parent, args=(os.getppid(),), daemon=True).start()
    return create_app()


def end_with_parent(parent: int) -> None:
    """Ends this process when its parent is gone: after a kill -9 it would go on holding the port."""
    while os.getppid() == parent:
        time.sleep(_WATCH_S)
    os._exit(1)
