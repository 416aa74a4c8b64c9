"""The file of refused rows beside an imported one: asked for early, written when all is read."""

import os
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from webapp.domain.refusals import FileRefused


@dataclass(frozen=True)
class Returned:
    """Where the refused rows of a file go; nothing is there before they are all written.

    `exactly`: under this name and no other.
    """

    path: Path
    exactly: bool

    def write(self, parts: Iterable[bytes]) -> str:
        """Writes the file whole and gives its path; an earlier one of its name is left alone.

        Raises FileRefused when it cannot be written.
        """
        try:
            return self._write(parts)
        except OSError as error:
            raise FileRefused(
                f"The file was read to its end, but the refused rows could not be written to "
                f"{self.path.parent}: {error.strerror}. Make room and import the file again: nothing "
                "is doubled."
            ) from None

    def _write(self, parts: Iterable[bytes]) -> str:
        handle, draft = tempfile.mkstemp(prefix=f".{self.path.name}.", dir=self.path.parent)
        try:
            with os.fdopen(handle, "wb") as file:
                file.writelines(parts)
            umask = os.umask(0)
            os.umask(umask)
            Path(draft).chmod(0o666 & ~umask)  # mkstemp's files are their owner's alone
            return str(self._link(Path(draft)))
        finally:
            Path(draft).unlink()

    def _link(self, draft: Path) -> Path:
        target, number = self.path, 1
        while True:
            try:
                target.hardlink_to(draft)  # unlike a rename it overwrites nothing
            except FileExistsError:
                if self.exactly:
                    raise
            else:
                return target
            number += 1
            target = self.path.with_name(f"{self.path.stem}-{number}{self.path.suffix}")


def returned(source: Path, wanted: Path | None, kind: str) -> Returned:
    """Where the refused rows of `source` will go: beside it unless another path is wanted.

    Raises FileRefused when they cannot be written there.
    """
    ending = ".csv" if kind in ("csv", "xlsx") else ".jsonl"
    path = wanted or source.with_name(f"{source.stem}.refused{ending}")
    if wanted is not None and wanted.exists():
        raise FileRefused(f"{wanted} exists already; name another file for the refused rows.")
    if not os.access(path.parent, os.W_OK | os.X_OK):
        raise FileRefused(
            f"The refused rows could not be written to {path.parent}. Name another file for them "
            "with --refusals."
        )
    return Returned(path, wanted is not None)
