"""Settings of the web that cannot be used, and secrets that are used as they were given."""

from pathlib import Path

import pytest

from tests.cli.commands import flask
from webapp.config import read_settings

SECRET = "a secret only for the tests"
NO_DATABASE = "postgresql://cairn:hunter2@127.0.0.1:1/cairn"
STORAGE = "RATE_LIMIT_STORAGE_URL must look like redis://host:6379 or rediss://host:6379."
ORIGINS = "CORS_ORIGINS holds origins like https://example.org, separated by spaces; not "
HOSTS = "TRUSTED_HOSTS holds names without a port, separated by spaces; not "


@pytest.mark.parametrize("words", [("serve",), ("staff", "list"), ("db", "upgrade")])
@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("RATE_LIMIT_STORAGE_URL", "foo://", STORAGE),
        ("CORS_ORIGINS", "nonsense", f"{ORIGINS}nonsense."),
        ("TRUSTED_HOSTS", "example.org:8000", f"{HOSTS}example.org:8000."),
    ],
)
def test_a_setting_that_cannot_be_used_is_named_by_every_command(
    tmp_path: Path, words: tuple[str, ...], name: str, value: str, told: str
) -> None:
    base = {"DATA_DIR": str(tmp_path), "SECRET_KEY": SECRET, "DATABASE_URL": NO_DATABASE}

    refused = flask(*words, **base | {name: value})

    assert refused.sentence() == told


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("RATE_LIMIT_STORAGE_URL", "redis"),
        ("RATE_LIMIT_STORAGE_URL", "memcached://127.0.0.1"),
        ("RATE_LIMIT_STORAGE_URL", "redis://127.0.0.1:port"),
        ("CORS_ORIGINS", "https://example.org/"),
        ("CORS_ORIGINS", "https://example.org, nonsense"),
        ("CORS_ORIGINS", "*"),
        ("TRUSTED_HOSTS", "example.org, https://example.com"),
        ("TRUSTED_HOSTS", "*.example.org"),
        ("TRUSTED_HOSTS", "[::1]:8000"),
    ],
)
def test_what_only_looks_like_it_is_refused_too(tmp_path: Path, name: str, value: str) -> None:
    base = {"DATA_DIR": str(tmp_path), "SECRET_KEY": SECRET, "DATABASE_URL": NO_DATABASE}

    refused = flask("token", "list", **base | {name: value})

    assert refused.sentence().startswith(f"{name} ")


def test_names_and_origins_may_be_written_with_commas_or_spaces(tmp_path: Path) -> None:
    settings = read_settings(
        {
            "DATA_DIR": str(tmp_path),
            "SECRET_KEY": SECRET,
            "TRUSTED_HOSTS": " example.org,.example.com   [2001:db8::1] 192.0.2.1 ",
            "CORS_ORIGINS": "https://example.org,http://localhost:3000 http://[::1]:8080",
        }
    )

    assert settings.trusted_hosts == (
        "example.org", ".example.com", "[2001:db8::1]", "192.0.2.1",
    )  # fmt: skip
    assert settings.cors_origins == (
        "https://example.org", "http://localhost:3000", "http://[::1]:8080",
    )  # fmt: skip


@pytest.mark.parametrize("name", ["ADMIN_PASSWORD", "SECRET_KEY"])
@pytest.mark.parametrize("secret", ["  correct horse battery  ", "\tcorrect horse battery\n"])
def test_a_secret_is_kept_as_it_was_given(tmp_path: Path, name: str, secret: str) -> None:
    given = {"DATA_DIR": str(tmp_path), "SECRET_KEY": SECRET} | {name: secret}

    settings = read_settings(given)

    assert getattr(settings, name.lower()) == secret


def test_a_password_of_nothing_but_spaces_is_none_at_all(tmp_path: Path) -> None:
    given = {"DATA_DIR": str(tmp_path), "SECRET_KEY": SECRET, "ADMIN_PASSWORD": " " * 12}

    assert read_settings(given).admin_password is None
