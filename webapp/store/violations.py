"""Which refusal a constraint of the database stands for: the last guard says no in the same words."""

import logging

from psycopg import errors

from webapp.domain.refusals import (
    BlockTaken,
    RecordNotFound,
    Refusal,
    RefusedByDatabase,
    SeriesDiffers,
    UnitsNotAvailable,
)

log = logging.getLogger(__name__)


def refusal_of(error: errors.IntegrityError) -> Refusal:
    """The refusal for a violated constraint, told by how its name begins.

    A distributed database appends the number of the shard to the name.
    """
    name = error.diag.constraint_name or ""
    # Reached only when a rule of the domain has a hole: the one who mends it needs the name.
    log.error("The database refused a change: %s, %s", name, error.sqlstate)
    if name.startswith("serial_blocks_issued_once"):
        return BlockTaken("Some of these units are already recorded in another record.")
    if name.startswith("serial_blocks_one_remainder"):
        return SeriesDiffers("The batch of this serial number is recorded with another remainder.")
    if name.startswith(("events_units_leave_once", "events_source_has_units")):
        return UnitsNotAvailable("Some of these units were taken by somebody else. Look again.")
    if name.startswith("events_record_id_fkey"):
        return RecordNotFound()
    return RefusedByDatabase()
