"""The environment, read once: every setting, its default, and what is wrong with it in a sentence."""

import os
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import urlsplit

from webapp import embedded

ROOT = Path(__file__).resolve().parent.parent
_KEPT_AS_GIVEN = ("ADMIN_PASSWORD", "SECRET_KEY")
_ORIGIN = re.compile(r"https?://[\w.\-\[\]:]+")
_NAME = re.compile(r"\.?[\w\-]+(\.[\w\-]+)*|\[[0-9a-fA-F:.]+\]")
_LOCAL = ("localhost", "127.0.0.1", "[::1]")


class ConfigurationError(Exception):
    """A setting is missing or wrong; the text says which and what to do."""


@dataclass(frozen=True)
class Settings:
    """What the environment says, checked."""

    database_url: str  # what the application connects with
    owner_url: str  # what migrations connect with
    embedded: bool  # whether the database is the embedded one in data_dir
    data_dir: Path
    host: str
    port: int
    workers: int
    secret_key: str
    public_lookup: bool
    cors_origins: tuple[str, ...]
    trusted_hosts: tuple[str, ...]
    trusted_proxies: int
    rate_limit_storage_url: str
    ledger_key: str | None  # one or more, separated by white space; None: in data_dir
    ledger_origin: str | None
    ledger_witnesses: str | None  # an address and a verifier key each, separated by white space
    admin_email: str | None
    admin_password: str | None

    @property
    def address(self) -> str:
        """Where a browser finds the server."""
        host = _bracketed(self.host)
        shown = {"0.0.0.0": "127.0.0.1", "[::]": "[::1]"}.get(host, host)  # noqa: S104
        return f"http://{shown}:{self.port}"

    @property
    def pool_size(self) -> int:
        """Connections of each worker, so that all workers stay below the embedded 100."""
        return max(1, min(8, 80 // self.workers))

    def for_one_process(self) -> "Settings":
        """The same for one process that does several things at once: it needs a few connections."""
        return replace(self, workers=min(self.workers, 8))


def read_settings(environment: Mapping[str, str] = os.environ) -> Settings:
    """The settings that the environment holds; an empty value counts as not set.

    Raises ConfigurationError for a value that cannot be used or a secret that is missing.
    """
    given = {
        name: value if name in _KEPT_AS_GIVEN else value.strip()
        for name, value in environment.items()
        if value.strip()
    }
    data_dir = Path(given.get("DATA_DIR", ROOT / "instance")).expanduser().resolve()
    url = given.get("DATABASE_URL")
    if url and not url.startswith(("postgres://", "postgresql://", "postgresql+psycopg://")):
        raise ConfigurationError(
            "DATABASE_URL must begin with postgresql:// or postgres://; Cairn runs on PostgreSQL."
        )
    host = given.get("HOST", "127.0.0.1")
    return Settings(
        database_url=url or embedded.application_url(data_dir),
        owner_url=url or embedded.owner_url(data_dir),
        embedded=url is None,
        data_dir=data_dir,
        host=host.strip("[]"),
        port=_whole(given, "PORT", 8000, 1, 65535),
        workers=_whole(given, "WORKERS", min(os.cpu_count() or 1, 8), 1, 64),
        secret_key=_secret_key(given, data_dir),
        public_lookup=_yes_or_no(given, "PUBLIC_LOOKUP", True),
        cors_origins=_matching(given, "CORS_ORIGINS", _ORIGIN, "origins like https://example.org"),
        trusted_hosts=_matching(given, "TRUSTED_HOSTS", _NAME, "names without a port")
        or (*_LOCAL, _bracketed(host)),
        trusted_proxies=_whole(given, "TRUSTED_PROXIES", 0, 0, 10),
        rate_limit_storage_url=_storage(given),
        ledger_key=given.get("LEDGER_KEY"),
        ledger_origin=given.get("LEDGER_ORIGIN"),
        ledger_witnesses=given.get("LEDGER_WITNESSES"),
        admin_email=given.get("ADMIN_EMAIL"),
        admin_password=given.get("ADMIN_PASSWORD"),
    )


def _bracketed(host: str) -> str:
    """The host as addresses write it: IPv6 in brackets."""
    return f"[{host.strip('[]')}]" if ":" in host else host


def _whole(given: Mapping[str, str], name: str, default: int, least: int, most: int) -> int:
    text = given.get(name, str(default))
    digits = text.isascii() and text.isdigit() and len(text) < 10
    if not digits or not least <= int(text) <= most:
        shown = text if len(text) < 40 else f"{text[:40]}..."
        raise ConfigurationError(
            f"{name} must be a whole number from {least} to {most}, not {shown}."
        )
    return int(text)


def _yes_or_no(given: Mapping[str, str], name: str, default: bool) -> bool:
    text = given.get(name, str(default)).lower()
    if text not in ("true", "false", "1", "0", "yes", "no", "on", "off"):
        raise ConfigurationError(f"{name} must be true or false, not {text}.")
    return text in ("true", "1", "yes", "on")


def _matching(
    given: Mapping[str, str], name: str, pattern: re.Pattern[str], wanted: str
) -> tuple[str, ...]:
    found = tuple(given.get(name, "").replace(",", " ").split())
    for one in found:
        if not pattern.fullmatch(one):
            raise ConfigurationError(f"{name} holds {wanted}, separated by spaces; not {one}.")
    return found


def _storage(given: Mapping[str, str]) -> str:
    url = given.get("RATE_LIMIT_STORAGE_URL", "memory://")
    try:
        parts = urlsplit(url)
        readable = parts.port is None or parts.port > 0  # reading the port checks it
    except ValueError:
        readable = False
    if not readable or not url.startswith(("memory://", "redis://", "rediss://")):
        raise ConfigurationError(
            "RATE_LIMIT_STORAGE_URL must look like redis://host:6379 or rediss://host:6379."
        )
    return url


def _secret_key(given: Mapping[str, str], data_dir: Path) -> str:
    """SECRET_KEY, or one made once and kept in data_dir beside the embedded database."""
    if key := given.get("SECRET_KEY"):
        if len(key) < 16:
            raise ConfigurationError("SECRET_KEY is too short; use 32 random characters or more.")
        return key
    if "DATABASE_URL" in given:
        raise ConfigurationError(
            "SECRET_KEY is not set. With a DATABASE_URL of your own, set it to a long random text "
            'and keep it: python3 -c "import secrets; print(secrets.token_urlsafe(32))" makes one.'
        )
    path = data_dir / "secret_key"
    try:
        data_dir.mkdir(parents=True, exist_ok=True)
        _write_once(path, secrets.token_urlsafe(32))
        return path.read_text().strip()
    except OSError as error:
        raise ConfigurationError(
            f"DATA_DIR {data_dir} cannot be written to ({error.strerror}); set DATA_DIR to a folder "
            "that can be."
        ) from None


def _write_once(path: Path, text: str) -> None:
    """Writes the file unless it exists; whole or not at all, however many processes begin at once."""
    if path.exists():
        return
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    draft.touch(mode=0o600)
    draft.write_text(text + "\n")
    try:
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()
