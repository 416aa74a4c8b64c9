"""The provable ledger: what waits to be sealed, leaves, the nodes above them, signed checkpoints."""

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

# A node is kept for each 256, 65 536, ... leaves: with the leaves' hashes these are the entries of
# the tiles, and all that a proof needs is hashed from at most one tile a level.
TABLES = """
CREATE TABLE ledger_queue (
    id bigint GENERATED ALWAYS AS IDENTITY,
    record_id text NOT NULL,
    seq bigint NOT NULL,
    CONSTRAINT ledger_queue_pkey PRIMARY KEY (id)
);

CREATE TABLE ledger_leaves (
    no bigint NOT NULL,
    record_id text NOT NULL,
    seq bigint NOT NULL,
    hash bytea NOT NULL,
    data bytea NOT NULL,
    salt bytea NOT NULL,
    CONSTRAINT ledger_leaves_pkey PRIMARY KEY (no),
    CONSTRAINT ledger_leaves_record_id_seq_key UNIQUE (record_id, seq),
    CONSTRAINT ledger_leaves_no_negatives CHECK (no >= 0),
    CONSTRAINT ledger_leaves_salt_in_length CHECK (octet_length(salt) = 16),
    CONSTRAINT ledger_leaves_hash_is_sha256 CHECK (
        hash = sha256('\\x00'::bytea || data) AND octet_length(data) <= 65535
    )
);

CREATE TABLE ledger_nodes (
    level smallint NOT NULL,
    no bigint NOT NULL,
    hash bytea NOT NULL,
    CONSTRAINT ledger_nodes_pkey PRIMARY KEY (level, no),
    CONSTRAINT ledger_nodes_level_of_tiles CHECK (level > 0 AND level % 8 = 0 AND no >= 0),
    CONSTRAINT ledger_nodes_hash_in_length CHECK (octet_length(hash) = 32)
);

CREATE TABLE ledger_head (
    one boolean NOT NULL DEFAULT true,
    size bigint NOT NULL,
    frontier bytea NOT NULL,
    CONSTRAINT ledger_head_pkey PRIMARY KEY (one),
    CONSTRAINT ledger_head_only_one CHECK (one),
    CONSTRAINT ledger_head_fits CHECK (size >= 0 AND octet_length(frontier) % 32 = 0)
);

CREATE TABLE ledger_checkpoints (
    size bigint NOT NULL,
    origin text NOT NULL,
    root bytea NOT NULL,
    note text NOT NULL,
    at timestamptz NOT NULL,
    timed text NOT NULL,
    CONSTRAINT ledger_checkpoints_pkey PRIMARY KEY (size),
    CONSTRAINT ledger_checkpoints_fit CHECK (size >= 0 AND octet_length(root) = 32)
);
CREATE INDEX ledger_checkpoints_at_idx ON ledger_checkpoints (at, size);

CREATE TABLE ledger_cosignatures (
    size bigint NOT NULL,
    witness text NOT NULL,
    line text NOT NULL,
    at timestamptz NOT NULL,
    CONSTRAINT ledger_cosignatures_pkey PRIMARY KEY (size, witness)
);
CREATE INDEX ledger_cosignatures_witness_idx ON ledger_cosignatures (witness, size);
"""

# The head only moves on, and as far as there are leaves: numbers have no gaps.
GUARDS = """
CREATE FUNCTION ledger_head_moves_on() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' OR NEW.size < OLD.size THEN
        RAISE EXCEPTION 'the ledger never shrinks'
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'ledger_head_moves_on';
    END IF;
    IF NEW.size > OLD.size AND (SELECT count(*) FROM ledger_leaves
        WHERE no >= OLD.size AND no < NEW.size) <> NEW.size - OLD.size
    THEN
        RAISE EXCEPTION 'leaves are missing below %', NEW.size
            USING ERRCODE = 'check_violation', CONSTRAINT = 'ledger_head_no_gap';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER ledger_head_moves_on BEFORE UPDATE OR DELETE ON ledger_head
    FOR EACH ROW EXECUTE FUNCTION ledger_head_moves_on();
ALTER TABLE ledger_head ENABLE ALWAYS TRIGGER ledger_head_moves_on;
CREATE TRIGGER ledger_head_no_truncate BEFORE TRUNCATE ON ledger_head
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
ALTER TABLE ledger_head ENABLE ALWAYS TRIGGER ledger_head_no_truncate;
"""

APPEND_ONLY_TABLE = """
CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table}
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table}
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
ALTER TABLE {table} ENABLE ALWAYS TRIGGER {table}_append_only;
ALTER TABLE {table} ENABLE ALWAYS TRIGGER {table}_no_truncate;
"""

# What was there before the ledger is sealed in the order in which it was written. Writers wait: what
# one of them adds meanwhile would be on no queue.
FILL = """
LOCK TABLE events IN SHARE ROW EXCLUSIVE MODE;
INSERT INTO ledger_head (size, frontier) VALUES (0, '');
INSERT INTO ledger_queue (record_id, seq)
SELECT record_id, seq FROM events ORDER BY at, record_id, seq;
"""


def _run(statements: str) -> None:
    """Gives the statements to the driver as they are: SQLAlchemy would read % and : in them."""
    op.get_bind().connection.driver_connection.execute(statements)


def upgrade() -> None:
    _run(TABLES)
    _run(GUARDS)
    for table in ("ledger_leaves", "ledger_nodes", "ledger_checkpoints", "ledger_cosignatures"):
        _run(APPEND_ONLY_TABLE.format(table=table))
    _run(FILL)


def downgrade() -> None:
    _run(
        "DROP TABLE ledger_cosignatures, ledger_checkpoints, ledger_head, ledger_nodes,"
        " ledger_leaves, ledger_queue;"
        "DROP FUNCTION ledger_head_moves_on"
    )
