"""Projects and parties by name: each name has one row and a number, made when it is first written."""

from collections.abc import Iterable

from webapp.domain.text import fold
from webapp.store.database import Connection

_PROJECT = "SELECT no FROM projects WHERE registry = %s AND name = %s"
_PROJECTS = (
    "SELECT p.registry, p.name, p.no FROM unnest(%s::text[], %s::text[]) AS w (registry, name)"
    " JOIN projects p USING (registry, name)"
)
_ADD_PROJECT = (
    "INSERT INTO projects (registry, name, folded) VALUES (%s, %s, %s) ON CONFLICT DO NOTHING"
)
_PARTIES = "SELECT name, no FROM parties WHERE name = ANY (%s)"
_ADD_PARTY = "INSERT INTO parties (name, folded) VALUES (%s, %s) ON CONFLICT DO NOTHING"
_PAGE = 5000
_KEY_LENGTH = 100  # letters; what an index holds of a name to sort by it


def project_no(connection: Connection, registry: str, name: str) -> int:
    """The number of a registry's project, which is added if it is new."""
    found = connection.execute(_PROJECT, (registry, name)).fetchone()
    if found is None:
        connection.execute(_ADD_PROJECT, (registry, name, fold(name)))
        # In a statement of its own: the insert may have waited for somebody who added it.
        found = connection.execute(_PROJECT, (registry, name)).fetchone()
    assert found is not None
    number: int = found[0]
    return number


def project_key(name: str) -> str:
    """What a project is sorted by: the folded beginning of its name."""
    return fold(name)[:_KEY_LENGTH]


def party_nos(connection: Connection, names: Iterable[str | None]) -> dict[str | None, int]:
    """The numbers of buyers and beneficiaries; those that are new are added."""
    wanted = sorted({name for name in names if name is not None})
    if not wanted:
        return {}
    found: dict[str | None, int] = dict(connection.execute(_PARTIES, (wanted,)).fetchall())
    missing = [name for name in wanted if name not in found]
    # In one order everywhere, so that nobody waits in a circle.
    connection.cursor().executemany(_ADD_PARTY, [(name, fold(name)) for name in missing])
    if missing:
        found = dict(connection.execute(_PARTIES, (wanted,)).fetchall())
    return found


def project_nos(
    connection: Connection, wanted: Iterable[tuple[str, str]]
) -> dict[tuple[str, str], int]:
    """The numbers of many projects, by registry and name; those that are new are added."""
    pairs = sorted(set(wanted))
    found = _projects(connection, pairs)
    missing = [pair for pair in pairs if pair not in found]
    rows = [(registry, name, fold(name)) for registry, name in missing]
    connection.cursor().executemany(_ADD_PROJECT, rows)  # in one order, as with the parties
    return found | _projects(connection, missing) if missing else found


def _projects(connection: Connection, pairs: list[tuple[str, str]]) -> dict[tuple[str, str], int]:
    registries, names = [pair[0] for pair in pairs], [pair[1] for pair in pairs]
    rows = connection.execute(_PROJECTS, (registries, names)).fetchall()
    return {(registry, name): no for registry, name, no in rows}


def add_missing(connection: Connection) -> None:
    """Adds the projects and parties that records and events name and that have no row."""
    projects = connection.execute(
        "SELECT DISTINCT registry, project_name FROM records r WHERE NOT EXISTS"
        " (SELECT FROM projects p WHERE p.registry = r.registry AND p.name = r.project_name)"
    )
    for registry, name in projects.fetchall():
        connection.execute(_ADD_PROJECT, (registry, name, fold(name)))
    parties = connection.execute(
        "SELECT DISTINCT party FROM events e WHERE party IS NOT NULL AND NOT EXISTS"
        " (SELECT FROM parties p WHERE p.name = e.party)"
    )
    for (name,) in parties.fetchall():
        connection.execute(_ADD_PARTY, (name, fold(name)))


def fold_anew(connection: Connection) -> None:
    """Folds every name again: one may have been edited, or a newer Unicode folds it otherwise."""
    for table in ("projects", "parties"):
        with connection.cursor(name="names") as names, connection.cursor() as writing:
            names.execute(f"SELECT no, name, folded FROM {table}")
            wrong = [(fold(name), no) for no, name, folded in names if fold(name) != folded]
            writing.executemany(f"UPDATE {table} SET folded = %s WHERE no = %s", wrong)


def wrongly_folded(connection: Connection) -> list[tuple[str, str]]:
    """The projects and parties (table, name) whose names are not folded as look-ups fold them."""
    wrong = []
    for table in ("projects", "parties"):
        after = -(2**31)
        page = f"SELECT no, name, folded FROM {table} WHERE no > %s ORDER BY no LIMIT {_PAGE}"
        while rows := connection.execute(page, (after,)).fetchall():
            wrong += [(table, name) for _, name, folded in rows if folded != fold(name)]
            after = rows[-1][0]
    return wrong
