"""Sessions can be told apart by those who own them: a number, and the browser that began each."""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

COLUMNS = """
ALTER TABLE sessions
    ADD COLUMN id bigint GENERATED ALWAYS AS IDENTITY,
    ADD COLUMN user_agent text,
    ADD CONSTRAINT sessions_id_key UNIQUE (id),
    ADD CONSTRAINT sessions_user_agent_in_length CHECK (char_length(user_agent) <= 300);
"""


def _run(statements: str) -> None:
    """Gives the statements to the driver as they are: SQLAlchemy would read % and : in them."""
    op.get_bind().connection.driver_connection.execute(statements)


def upgrade() -> None:
    _run(COLUMNS)


def downgrade() -> None:
    _run("ALTER TABLE sessions DROP COLUMN user_agent, DROP COLUMN id")
