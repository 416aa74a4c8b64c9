"""What an owner of the tables can do to them, and what verifying then says."""

import psycopg
import pytest

from tests.factories import GUJARAT_ID
from tests.ledger.witnessing import Witness
from webapp.actions import verifying
from webapp.actions.verifying import Agreed, Copy, Disagreement
from webapp.config import Settings
from webapp.ledger.note import new_signer
from webapp.ledger_files import outside_copy, signers

TABLES = (
    *("records", "serial_blocks", "events", "holdings"),
    *("ledger_leaves", "ledger_nodes", "ledger_head", "ledger_checkpoints", "ledger_queue"),
    "ledger_cosignatures",
)
# Which rows of a table are edited: each column of each.
OF_GUJARAT = f"record_id = '{GUJARAT_ID}'"
ROWS = {
    "records": {"the record": f"id = '{GUJARAT_ID}'"},
    "serial_blocks": {"its block": OF_GUJARAT},
    "events": {
        "its creation": f"{OF_GUJARAT} AND seq = 1",
        "its retirement": f"{OF_GUJARAT} AND seq = 4",
    },
    "holdings": {"its holdings": OF_GUJARAT},
    "ledger_leaves": {"the first": "no = 0", "its retirement": f"{OF_GUJARAT} AND seq = 4"},
    "ledger_nodes": {"the only one": "true"},
    "ledger_head": {"the only one": "true"},
    "ledger_checkpoints": {
        "the first": "size = (SELECT min(size) FROM ledger_checkpoints)",
        "the newest": "size = (SELECT max(size) FROM ledger_checkpoints)",
    },
    "ledger_cosignatures": {"the only one": "true"},
    "ledger_queue": {"the first": "id = (SELECT min(id) FROM ledger_queue)"},
}
# What nothing else says, so that no edit of it can be found: see webapp/actions/verifying/whole.py.
SAID_NOWHERE_ELSE = {
    ("ledger_queue", "the first", "id"),
}
EDITS = {
    "text": "coalesce({0}, '') || 'x'",
    "bigint": "coalesce({0}, 0) + 1",
    "integer": "coalesce({0}, 0) + 1",
    "smallint": "{0} + 8",
    "boolean": "NOT {0}",
    "bytea": "set_byte({0}, 7, get_byte({0}, 7) # 1)",
    "date": "coalesce({0}, '2020-01-01') + 1",
    "timestamp with time zone": "{0} + interval '1 microsecond'",
    "int8range": "int8range(coalesce(lower({0}), 1) + 1, coalesce(upper({0}), 7))",
    "int8multirange": "{0} - int8multirange(int8range(lower({0}), lower({0}) + 1))",
}


WITNESS = Witness(new_signer("nobody").key)


def verify(settings: Settings, *copies: Copy) -> Agreed:
    note = outside_copy(settings)
    assert note is not None
    keys = [one.key for one in signers(settings)]
    return verifying.verify(keys, [WITNESS.key], copies=[Copy("the outside copy", note), *copies])


def found(settings: Settings, *copies: Copy) -> str:
    """The sentence that names what disagrees."""
    with pytest.raises(Disagreement) as caught:
        verify(settings, *copies)
    sentence = str(caught.value)
    assert sentence.endswith("."), sentence
    assert "\n" not in sentence
    return sentence


def drop_constraints(owner: psycopg.Connection, *tables: str) -> None:
    """Whatever stands in the way of an edit: the owner may drop that too."""
    kinds = "CASE contype WHEN 'f' THEN 0 ELSE 1 END"  # foreign keys before what they need
    query = (
        "SELECT conrelid::regclass::text, conname FROM pg_constraint"
        f" WHERE conrelid::regclass::text = ANY (%s) AND contype <> 'n' ORDER BY {kinds}, 2"
    )
    for table, name in owner.execute(query, (list(tables),)).fetchall():
        owner.execute(f"ALTER TABLE {table} DROP CONSTRAINT {name} CASCADE")
    unique = (
        "SELECT indexrelid::regclass::text FROM pg_index"
        " WHERE indisunique AND indrelid::regclass::text = ANY (%s)"
    )
    for (index,) in owner.execute(unique, (list(tables),)).fetchall():
        owner.execute(f"DROP INDEX {index}")
    identity = (
        "SELECT table_name, column_name FROM information_schema.columns"
        " WHERE is_identity = 'YES' AND table_name = ANY (%s)"
    )
    for table, column in owner.execute(identity, (list(tables),)).fetchall():
        owner.execute(f"ALTER TABLE {table} ALTER COLUMN {column} DROP IDENTITY")


def columns(owner: psycopg.Connection, table: str) -> list[tuple[str, str]]:
    query = (
        "SELECT column_name, CASE data_type WHEN 'USER-DEFINED' THEN udt_name ELSE data_type END"
        " FROM information_schema.columns WHERE table_schema = 'public' AND table_name = %s"
        " ORDER BY ordinal_position"
    )
    return owner.execute(query, (table,)).fetchall()
