"""What a shape is: one layout of a file, which knows its columns and reads its rows."""

import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from webapp.domain.landing import Entry
from webapp.exchange import refused

Reader = Callable[[Any], Entry]

_UNNAMED = re.compile(r"(?:unnamed: [0-9]+)?")  # as pandas calls columns without a name


@dataclass(frozen=True)
class Shape(ABC):
    """One layout of a file.

    `family` is what --format calls it, `label` what people do. `needs_issuance`: its rows end units
    that another file issues, so they bring their own block only when asked to.
    """

    name: str
    family: str
    label: str
    needs_issuance: bool = False

    @abstractmethod
    def reader(self, header: Sequence[str], own_blocks: bool = False) -> Reader:
        """What turns a row of a file with this header into an entry.

        `own_blocks`: rows that need an issuance may bring their own block. The reader raises
        InvalidFields, with the commands' names of the fields, for a row that it cannot read.
        """

    @abstractmethod
    def missing(self, header: Sequence[str]) -> list[str]:
        """The columns that it cannot do without and that the header lacks."""

    @abstractmethod
    def unused(self, header: Sequence[str]) -> list[str]:
        """The header's columns that are not read."""


def normal(name: str) -> str:
    """A column's name, as names are compared: without case, and line breaks are spaces."""
    return " ".join(name.split()).casefold()


def is_named(name: str) -> bool:
    """Whether a column has a name of its own, which a person gave it."""
    compared = normal(name)
    ours = (refused.ROW, refused.CODE, refused.SENTENCE)
    return _UNNAMED.fullmatch(compared) is None and compared not in ours


def places(
    columns: Mapping[str, Sequence[str]],
    header: Sequence[str],
    compared: Callable[[str], str] = normal,
) -> dict[str, list[int]]:
    """Where in the header the columns of each field stand, in the order of their names."""
    at: dict[str, int] = {}
    for place, name in enumerate(header):
        at.setdefault(compared(name), place)
    return {
        field: [at[compared(name)] for name in names if compared(name) in at]
        for field, names in columns.items()
    }
