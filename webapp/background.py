"""The process beside the server's workers, for the work that nobody waits for. See working.py."""

import os
import signal
import threading

from webapp import config, working
from webapp.app import create_app
from webapp.worker import end_with_parent

_NICENESS = 10  # whoever looks something up goes first


def main() -> None:
    """Works until SIGTERM, or until the server that started it is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches all; the server then ends us
    signal.signal(signal.SIGTERM, lambda *_: os._exit(0))  # what is not committed is rolled back
    threading.Thread(target=end_with_parent, args=(os.getppid(),), daemon=True).start()
    os.nice(_NICENESS)
    working.until(create_app(config.read_settings().for_one_process()), threading.Event())


if __name__ == "__main__":
    main()
