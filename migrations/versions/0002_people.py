"""Staff, sessions, API tokens, and the requests that were answered."""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

TABLES = """
CREATE TABLE staff (
    id bigint GENERATED ALWAYS AS IDENTITY,
    email text NOT NULL,
    name text NOT NULL,
    role text NOT NULL,
    password_hash text NOT NULL,
    must_change_password boolean NOT NULL,
    created_at timestamptz NOT NULL,
    disabled_at timestamptz,
    CONSTRAINT staff_pkey PRIMARY KEY (id),
    CONSTRAINT staff_email_key UNIQUE (email),
    CONSTRAINT staff_role_known CHECK (role IN ('viewer', 'operator', 'admin')),
    CONSTRAINT staff_email_in_small_letters CHECK (email = lower(email)),
    CONSTRAINT staff_name_in_length CHECK (char_length(name) BETWEEN 1 AND 300)
);

CREATE TABLE sessions (
    secret_hash bytea NOT NULL,
    staff_id bigint NOT NULL,
    created_at timestamptz NOT NULL,
    seen_at timestamptz NOT NULL,
    CONSTRAINT sessions_pkey PRIMARY KEY (secret_hash),
    CONSTRAINT sessions_staff_id_fkey FOREIGN KEY (staff_id) REFERENCES staff (id) ON DELETE CASCADE
);
CREATE INDEX sessions_staff_id_idx ON sessions (staff_id);

CREATE TABLE api_tokens (
    id bigint GENERATED ALWAYS AS IDENTITY,
    name text NOT NULL,
    role text NOT NULL,
    secret_hash bytea NOT NULL,
    created_at timestamptz NOT NULL,
    last_used_at timestamptz,
    revoked_at timestamptz,
    CONSTRAINT api_tokens_pkey PRIMARY KEY (id),
    CONSTRAINT api_tokens_secret_hash_key UNIQUE (secret_hash),
    CONSTRAINT api_tokens_role_known CHECK (role IN ('viewer', 'operator', 'admin')),
    CONSTRAINT api_tokens_name_in_length CHECK (char_length(name) BETWEEN 1 AND 300)
);

CREATE TABLE idempotency_keys (
    actor_id text NOT NULL,
    method text NOT NULL,
    path text NOT NULL,
    key text NOT NULL,
    fingerprint bytea NOT NULL,
    record_id text,
    first_seq bigint,
    last_seq bigint,
    at timestamptz NOT NULL,
    CONSTRAINT idempotency_keys_pkey PRIMARY KEY (actor_id, method, path, key)
);
CREATE INDEX idempotency_keys_age_idx ON idempotency_keys (at);
"""


def _run(statements: str) -> None:
    """Gives the statements to the driver as they are: SQLAlchemy would read % and : in them."""
    op.get_bind().connection.driver_connection.execute(statements)


def upgrade() -> None:
    _run(TABLES)


def downgrade() -> None:
    _run("DROP TABLE idempotency_keys, api_tokens, sessions, staff")
