"""What the words of a search stand for: projects, buyers and beneficiaries, records by their id."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from webapp.domain.registries import CODES
from webapp.domain.text import fold
from webapp.store.database import Connection

_REGISTRIES = "SELECT DISTINCT registry FROM unit_sums UNION SELECT registry FROM pending_sums"
_ID_BEGINNING = re.compile("[0-9a-f]{4,64}")
_IDS_AT_MOST = 2000
# Shorter words are no trigrams; names that begin with one are found by the plain index.
_SHORTEST_INSIDE = 3


@dataclass(frozen=True)
class Matched:
    """By their numbers, what a search's words match; a record is found by any of the three.

    `issued` is how many records the projects have, `named` how many events name the parties, both
    but for the last few changes.
    """

    projects: list[int] = field(default_factory=list)
    parties: list[int] = field(default_factory=list)
    records: list[int] = field(default_factory=list)
    issued: int = 0
    named: int = 0

    def __bool__(self) -> bool:
        return bool(self.projects or self.parties or self.records)

    @property
    def size(self) -> int:
        """About how many records are found, counting one as often as it is found."""
        return self.issued + self.named + len(self.records)


def registries(connection: Connection) -> list[str]:
    """The registries that have records, in the order of their names."""
    return sorted(row[0] for row in connection.execute(_REGISTRIES).fetchall())


def match(connection: Connection, q: str, registry: str | None = None) -> Matched:
    """What the words match: a project whose name holds them all, a party likewise, a record's id.

    A registry's code or name ("gold standard") stands for that registry's projects, too. Case and
    accents do not count. `registry` leaves out the projects of others.
    """
    folded = fold(q)
    words = folded.split()
    if not words:
        return Matched()
    projects = _projects(connection, words, registry)
    parties = _parties(connection, folded, words)
    return Matched(
        [no for no, _ in projects],
        [no for no, _ in parties],
        _by_id(connection, folded),
        sum(records for _, records in projects),
        sum(events for _, events in parties),
    )


def _projects(
    connection: Connection, words: list[str], registry: str | None
) -> list[tuple[int, int]]:
    conditions, values = [], list[object]()
    for phrase, meant in _phrases(words, registries(connection)):
        named = " AND ".join(["folded LIKE %s"] * len(phrase))
        conditions.append(f"({named} OR registry = ANY (%s))" if meant else named)
        values += [_containing(word) for word in phrase]
        values += [meant] if meant else []
    if registry is not None:
        conditions.append("registry = %s")
        values.append(registry)
    query = f"SELECT no, records FROM projects WHERE {' AND '.join(conditions)}"
    return _pairs(connection, query, values)


def _phrases(words: list[str], codes: list[str]) -> list[tuple[list[str], list[str]]]:
    """The words, those together that name a registry, each with the codes that they may mean."""
    meant = {tuple(name.split()): [code] for name, code in CODES.items()}
    for code in codes:  # some may fold alike
        meant.setdefault(tuple(fold(code).split()), []).append(code)
    found = []
    while words:
        lengths = (n for n in range(len(words), 1, -1) if tuple(words[:n]) in meant)
        length = next(lengths, 1)
        found.append((words[:length], meant.get(tuple(words[:length]), [])))
        words = words[length:]
    return found


def _parties(connection: Connection, folded: str, words: list[str]) -> list[tuple[int, int]]:
    if max(map(len, words)) < _SHORTEST_INSIDE:
        query = "SELECT no, events FROM parties WHERE folded >= %s AND folded < %s"
        return _pairs(connection, query, [folded, folded + chr(0x10FFFF)])
    conditions = " AND ".join(["folded LIKE %s"] * len(words))
    query = f"SELECT no, events FROM parties WHERE {conditions}"
    return _pairs(connection, query, [_containing(word) for word in words])


def _pairs(connection: Connection, query: str, values: Sequence[object]) -> list[tuple[int, int]]:
    rows = connection.execute(query, values, prepare=False).fetchall()
    return [(row[0], row[1]) for row in rows]


def _by_id(connection: Connection, beginning: str) -> list[int]:
    if not _ID_BEGINNING.fullmatch(beginning):
        return []
    query = (
        "SELECT no FROM holdings WHERE record_id >= %s AND record_id <= %s"
        f" ORDER BY record_id LIMIT {_IDS_AT_MOST}"
    )
    rows = connection.execute(query, (beginning.ljust(64, "0"), beginning.ljust(64, "f")))
    return [row[0] for row in rows.fetchall()]


def _containing(word: str) -> str:
    """The pattern for a text that holds the word, in which no character is special."""
    escaped = word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{escaped}%"
