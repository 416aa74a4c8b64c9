"""Imports of files: what was asked and how far it came, the bytes while they are needed, refused rows."""

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

TABLES = """
CREATE TABLE imports (
    id bigint GENERATED ALWAYS AS IDENTITY,
    file_name text NOT NULL,
    size bigint NOT NULL,
    sha256 text NOT NULL,
    kind text NOT NULL,
    delimiter text NOT NULL,
    header text[] NOT NULL,
    shape text NOT NULL,
    rows bigint NOT NULL,
    own_blocks boolean NOT NULL,
    strict boolean NOT NULL,
    by_command boolean NOT NULL,
    state text NOT NULL,
    actor text NOT NULL,
    actor_id text NOT NULL,
    received_at timestamptz NOT NULL,
    began_at timestamptz,
    began_with bigint NOT NULL DEFAULT 0,
    ended_at timestamptz,
    starts integer NOT NULL DEFAULT 0,
    read bigint NOT NULL DEFAULT 0,
    added bigint NOT NULL DEFAULT 0,
    already_there bigint NOT NULL DEFAULT 0,
    refused bigint NOT NULL DEFAULT 0,
    failure text,
    CONSTRAINT imports_pkey PRIMARY KEY (id),
    CONSTRAINT imports_state_known CHECK (
        state IN ('previewed', 'queued', 'running', 'done', 'undone', 'stopped', 'discarded')
    ),
    CONSTRAINT imports_sums_add_up CHECK (read = added + already_there + refused AND read <= rows),
    CONSTRAINT imports_sha256_is_hexadecimal CHECK (sha256 ~ '^[0-9a-f]{64}$')
);
CREATE INDEX imports_open_idx ON imports (id) WHERE state IN ('previewed', 'queued', 'running');

CREATE TABLE import_pieces (
    import_id bigint NOT NULL,
    no integer NOT NULL,
    bytes bytea NOT NULL,
    CONSTRAINT import_pieces_pkey PRIMARY KEY (import_id, no),
    CONSTRAINT import_pieces_import_id_fkey
        FOREIGN KEY (import_id) REFERENCES imports (id) ON DELETE CASCADE
);
ALTER TABLE import_pieces ALTER COLUMN bytes SET STORAGE EXTERNAL;

CREATE TABLE import_refusals (
    import_id bigint NOT NULL,
    row_no bigint NOT NULL,
    code text NOT NULL,
    sentence text NOT NULL,
    cells text NOT NULL,
    CONSTRAINT import_refusals_pkey PRIMARY KEY (import_id, row_no),
    CONSTRAINT import_refusals_import_id_fkey
        FOREIGN KEY (import_id) REFERENCES imports (id) ON DELETE CASCADE
);
"""


def _run(statements: str) -> None:
    """Gives the statements to the driver as they are: SQLAlchemy would read % and : in them."""
    op.get_bind().connection.driver_connection.execute(statements)


def upgrade() -> None:
    _run(TABLES)


def downgrade() -> None:
    _run("DROP TABLE import_refusals, import_pieces, imports")
