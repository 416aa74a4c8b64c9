"""The verifier, copied out of the project and run by somebody who has nothing else of it."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from tests.ledger.logs import KEY, Log
from tests.ledger.witnessing import Witness
from webapp.ledger import verifier
from webapp.ledger.note import key_text
from webapp.ledger.witness import add_cosignatures

LOG = Log(12)
SOURCE = Path(verifier.__file__)


@pytest.fixture
def run(tmp_path):
    """Runs the copied file on others beside it: exit code and what it printed."""
    (tmp_path / "verifier.py").write_bytes(SOURCE.read_bytes())
    (tmp_path / "leaf").write_bytes(LOG.leaves[5])
    (tmp_path / "proof").write_bytes(LOG.proof(5, 12))
    (tmp_path / "old").write_bytes(LOG.checkpoint(5))
    (tmp_path / "growth").write_bytes(LOG.growth_file(5, 12))

    def run(*arguments, key=None):
        key = key or key_text(KEY)
        command = [sys.executable, "-I", "verifier.py", *arguments, "--key", key]
        ran = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
        return ran.returncode, ran.stdout + ran.stderr

    run.folder = tmp_path
    return run


def test_it_prints_each_step_of_a_proof_and_the_result(run):
    code, printed = run("proof", "--leaf", "leaf")
    assert (code, printed.splitlines()[0]) == (
        0,
        "proof file:  It leads on from entry 5 (hashes: 4).",
    )
    assert [line.split(":")[0] for line in printed.splitlines()] == [
        "proof file",
        "signature",
        "checkpoint",
        "leaf",
        "inclusion",
        "VERIFIED.",
    ]


def test_it_prints_each_step_of_a_growth_and_the_result(run):
    code, printed = run("growth", "--old", "old")
    assert (code, printed.splitlines()[-2:]) == (
        0,
        ["consistency: The log of size 12 begins with the log of size 5.", "VERIFIED."],
    )


def test_it_says_which_step_failed_after_those_that_held(run):
    (run.folder / "leaf").write_bytes(b"another")
    code, printed = run("proof", "--leaf", "leaf")
    assert code == 1
    assert printed.splitlines()[-1].startswith("REFUSED. The inclusion is refused: ")
    assert "checkpoint: " in printed


def test_it_refuses_another_log_s_key(run):
    other = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"
    code, printed = run("proof", "--leaf", "leaf", key=other)
    assert (code, printed.splitlines()[-1]) == (
        1,
        "REFUSED. The signature is refused: none is by a key that was given.",
    )


def test_it_refuses_a_malformed_key_and_a_missing_file(run):
    code, printed = run("proof", "--leaf", "leaf", key="example.org/log")
    assert (code, printed.startswith("REFUSED. The key is refused: ")) == (1, True)
    code, printed = run("nothing", "--leaf", "leaf")
    assert (code, printed.startswith("NOT CHECKED. ")) == (1, True)


def test_it_asks_for_witnesses_that_are_named(run):
    witness, note = Witness(KEY), LOG.checkpoint(12)
    arguments = ("proof", "--leaf", "leaf", "--witness", key_text(witness.key))
    code, printed = run(*arguments)
    assert (code, printed.splitlines()[-1].split(":")[0]) == (
        1,
        "REFUSED. The cosignature is refused",
    )
    line = witness.line(note.partition(b"\n\n")[0] + b"\n").encode()
    proof = LOG.proof(5, 12).replace(note, add_cosignatures(note, line, [witness.key]))
    (run.folder / "proof").write_bytes(proof)
    assert run(*arguments)[0] == 0


@pytest.mark.parametrize("arguments", [("proof",), ("proof", "--leaf", "a", "--old", "b")])
def test_it_tells_how_to_be_used(run, arguments):
    code, printed = run(*arguments)
    assert (code, printed.startswith("usage: verifier.py")) == (2, True)


def test_it_imports_the_standard_library_and_cryptography_only():
    imported = set()
    for node in ast.walk(ast.parse(SOURCE.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            imported.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0
            imported.add(str(node.module))
    roots = {name.partition(".")[0] for name in imported}
    assert roots - sys.stdlib_module_names == {"cryptography"}


def test_it_is_read_in_one_sitting():
    assert len(SOURCE.read_text("utf-8").splitlines()) < 300
