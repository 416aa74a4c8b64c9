"""Running a flask command as an operator does: in a process of its own, told all by the environment."""

import os
import subprocess
import sys
from dataclasses import dataclass

from webapp.config import ROOT, Settings

OURS = {
    "DATABASE_URL", "DATA_DIR", "HOST", "PORT",
    "WORKERS", "SECRET_KEY", "PUBLIC_LOOKUP", "CORS_ORIGINS",
    "TRUSTED_HOSTS", "TRUSTED_PROXIES", "RATE_LIMIT_STORAGE_URL", "ADMIN_EMAIL",
    "ADMIN_PASSWORD", "FLASK_APP", "FLASK_DEBUG", "LEDGER_KEY",
    "LEDGER_ORIGIN", "LEDGER_WITNESSES",
}  # fmt: skip


@dataclass(frozen=True)
class Ended:
    """How a command ended."""

    code: int
    out: str
    err: str

    def sentence(self) -> str:
        """Why it refused: one line on standard error, no traceback, an exit code that is not 0."""
        assert self.code != 0, self.out
        assert self.out == ""
        assert "Traceback" not in self.err
        assert "File " not in self.err
        (line,) = self.err.strip().splitlines()
        assert line.startswith("Error: "), line
        assert line.endswith("."), line
        return line.removeprefix("Error: ")


def environment(**changes: str) -> dict[str, str]:
    """The environment without any setting of ours but these."""
    kept = {name: value for name, value in os.environ.items() if name not in OURS}
    kept["FLASK_SKIP_DOTENV"] = "1"  # a developer's .env names a real database
    return kept | changes


def flask(*words: str, given: str = "", **settings: str) -> Ended:
    """Runs a flask command with these settings and no others; `given` is its standard input."""
    done = subprocess.run(
        [sys.executable, "-m", "flask", *words],
        cwd=ROOT,
        env=environment(**settings),
        input=given,
        capture_output=True,
        text=True,
        timeout=60,
    )
    return Ended(done.returncode, done.stdout, done.stderr)


def on(settings: Settings, url: str | None = None) -> dict[str, str]:
    """The environment's settings for the database of a test."""
    return {
        "DATABASE_URL": url or settings.database_url,
        "SECRET_KEY": "a secret only for the tests",
        "WORKERS": "2",
    }
