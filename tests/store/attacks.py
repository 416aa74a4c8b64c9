"""How an attack on the tables is told and proved: what is refused, beside what goes through."""

import psycopg
import pytest
from psycopg.errors import lookup

from tests.store.ledger_rows import Row

CHECK, EXCLUSION, UNIQUE, FOREIGN_KEY, NOT_NULL = "23514", "23P01", "23505", "23503", "23502"
Case = tuple[str, Row, str, str, Row]


def cases(*rows: Case) -> pytest.MarkDecorator:
    """Parametrises over what is refused, its SQLSTATE, its constraint, and what goes through."""
    return pytest.mark.parametrize(
        ("refused", "sqlstate", "constraint", "allowed"),
        [pytest.param(*row[1:], id=row[0].replace(" ", "-")) for row in rows],
    )


def assert_refused(raw: psycopg.Connection, row: Row, sqlstate: str, constraint: str) -> None:
    with pytest.raises(lookup(sqlstate)) as caught, raw.transaction():
        row.insert(raw)
    assert caught.value.sqlstate == sqlstate
    assert (caught.value.diag.constraint_name or "").startswith(constraint)
