"""The documents say what is true: each setting, command and call is named, and the README's calls run."""

import json
import re
import shutil
import subprocess
from pathlib import Path

import click
import pytest
from flask import Flask

from tests.server import Server
from webapp.config import ROOT

README = (ROOT / "README.md").read_text()
CALLS = re.search(r"The tests run this block.*?```sh\n(.*?)```", README, re.DOTALL)


def settings_read() -> set[str]:
    """The environment variables that the configuration asks for."""
    source = (ROOT / "webapp" / "config.py").read_text()
    return set(re.findall(r'"([A-Z]+(?:_[A-Z]+)*)"', source))


def commands(app: Flask) -> set[str]:
    """Our own commands, as they are typed after `flask`."""
    ours = set()
    for name, command in app.cli.commands.items():
        if isinstance(command, click.Group) and name != "db":
            ours |= {f"{name} {sub}" for sub in command.commands}
        elif name != "db":
            ours.add(name)
    return ours | {"db upgrade", "db grant"}


@pytest.mark.parametrize("name", sorted(settings_read()))
def test_each_setting_is_in_the_readme_and_in_the_example(name: str) -> None:
    assert f"`{name}`" in README
    assert re.search(rf"^# {name}=", (ROOT / ".env.example").read_text(), re.MULTILINE)


def test_the_example_names_no_setting_that_is_not_read() -> None:
    named = re.findall(r"^# ([A-Z_]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE)
    assert set(named) == settings_read()


def test_each_command_is_in_the_readme(app: Flask) -> None:
    missing = {name for name in commands(app) if f"flask {name}" not in README}
    # `make demo` is how the README says `flask demo`.
    assert missing == {"demo"}


def test_each_call_of_the_api_is_in_the_readme(app: Flask) -> None:
    for rule in app.url_map.iter_rules():
        if rule.rule.startswith("/api/v1/") and not rule.rule.endswith("/openapi.json"):
            path = re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule.removeprefix("/api/v1"))
            path = path.replace("{record_id}", "{id}")
            method = "POST" if "POST" in (rule.methods or ()) else "GET"
            assert f"`{method} {path}`" in README


def test_the_files_that_the_documents_point_to_exist() -> None:
    for document in ("README.md", "ARCHITECTURE.md"):
        text = (ROOT / document).read_text()
        linked = re.findall(r"\]\((?!http)([^)#]+)\)", text)
        named = re.findall(r"`(tests/[\w/]+\.py)`", text)
        for path in [*linked, *named]:
            assert (ROOT / path).exists(), path


@pytest.mark.skipif(shutil.which("curl") is None, reason="the README's calls need curl")
def test_the_calls_of_the_readme_do_what_it_says(tmp_path: Path) -> None:
    assert CALLS is not None
    server = Server(tmp_path / "data")
    try:
        server.await_ready()
        base = f"http://127.0.0.1:{server.port}/api/v1"
        done = subprocess.run(
            ["bash", "-euc", CALLS[1]],
            env={"PATH": "/usr/bin:/bin", "BASE": base, "TOKEN": server.new_token()},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        record = json.loads(server.ask("GET", "/api/v1/records?limit=1")[1])["items"][0]
    finally:
        server.end()
    assert record["units"] == {"available": 0, "sold": 0, "retired": 100, "cancelled": 10}
