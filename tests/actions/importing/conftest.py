"""Files that are imported: a clean one, and one with rows to be refused."""

from pathlib import Path

import pytest

from tests.actions.importing.taking import PLAIN, ROWS
from tests.bench import files


@pytest.fixture
def verra(tmp_path: Path) -> Path:
    """A file of Verra's shape without a fault."""
    path = tmp_path / "verra.csv"
    files.write(path, ROWS)
    return path


@pytest.fixture
def dirty(tmp_path: Path) -> Path:
    """A file with two good rows and three bad ones between them."""
    path = tmp_path / "dirty.csv"
    path.write_text(
        PLAIN
        + "Wind,VCS,2021,100,A-1,,\n"
        + "Wind,VCS,2021,0,A-2,,\n"
        + "Wind,VCS,2021,100,A-3,2999-01-01,Acme\n"
        + "=Wind,VCS,2021,x,A-4,,\n"
        + "Wind,VCS,2021,100,A-5,2026-01-02,Acme\n"
    )
    return path
