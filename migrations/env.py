"""How Flask-Migrate runs the migrations: online, as the owner of the tables."""

from alembic import context
from flask import current_app

from webapp.store import files, ledger, models, people, projections, provisioning  # noqa: F401  (imported so that the metadata is whole)

config = context.config


def run_migrations() -> None:
    """Runs all steps in one transaction, one process at a time."""
    settings = current_app.extensions["cairn.settings"]
    database = current_app.extensions["migrate"].db
    # The tables belong to their owner, which is not whom the application connects as.
    with (
        provisioning.available(settings),
        provisioning.owner_engine(settings).connect() as connection,
    ):
        context.configure(
            connection=connection,
            target_metadata=database.metadata,
            compare_type=True,
            compare_server_default=True,
        )
        with context.begin_transaction():
            # Two servers that start at once must not both create the tables.
            connection.exec_driver_sql("SELECT pg_advisory_xact_lock(7240611)")
            context.run_migrations()


if context.is_offline_mode():
    raise SystemExit("Migrations are run online only: give DATABASE_URL and run flask db upgrade.")
run_migrations()
