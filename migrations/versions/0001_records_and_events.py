"""Records, serial blocks, events, holdings: the ledger and everything that guards it."""

from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

TABLES = """
CREATE TABLE records (
    id text NOT NULL,
    project_name text NOT NULL,
    registry text NOT NULL,
    vintage integer NOT NULL,
    quantity bigint NOT NULL,
    serial_number text NOT NULL,
    project_id text,
    issued_on date,
    series text NOT NULL,
    block int8range NOT NULL,
    created_at timestamptz NOT NULL,
    actor text NOT NULL,
    actor_id text NOT NULL,
    CONSTRAINT records_pkey PRIMARY KEY (id),
    CONSTRAINT records_id_block_key UNIQUE (id, block),
    CONSTRAINT records_id_is_sha256 CHECK (id ~ '^[0-9a-f]{64}$'),
    CONSTRAINT records_quantity_in_range CHECK (quantity BETWEEN 1 AND 9007199254740991),
    CONSTRAINT records_vintage_in_range CHECK (vintage BETWEEN 1900 AND 2100),
    CONSTRAINT records_block_is_quantity CHECK (
        NOT isempty(block) AND NOT lower_inf(block) AND NOT upper_inf(block)
        AND lower(block) >= 0 AND upper(block) <= 9007199254740992
        AND upper(block) - lower(block) = quantity
    ),
    CONSTRAINT records_texts_in_length CHECK (
        char_length(project_name) BETWEEN 1 AND 300 AND char_length(registry) BETWEEN 1 AND 300
        AND char_length(serial_number) BETWEEN 1 AND 300
        AND char_length(project_id) BETWEEN 1 AND 100
    ),
    CONSTRAINT records_issued_in_the_past CHECK (
        issued_on <= (created_at AT TIME ZONE 'UTC')::date
    )
);
CREATE INDEX records_newest_idx ON records (created_at, id);

CREATE TABLE serial_blocks (
    series text NOT NULL,
    record_id text NOT NULL,
    remainder text NOT NULL,
    block int8range NOT NULL,
    CONSTRAINT serial_blocks_pkey PRIMARY KEY (series, record_id),
    CONSTRAINT serial_blocks_block_in_range CHECK (
        NOT isempty(block) AND NOT lower_inf(block) AND NOT upper_inf(block)
        AND lower(block) >= 0 AND upper(block) <= 9007199254740992
    ),
    CONSTRAINT serial_blocks_issued_once EXCLUDE USING gist (series WITH =, block WITH &&),
    CONSTRAINT serial_blocks_one_remainder EXCLUDE USING gist (series WITH =, remainder WITH <>)
);

CREATE TABLE events (
    record_id text NOT NULL,
    seq bigint NOT NULL,
    event_type text NOT NULL,
    from_seq bigint,
    units int8multirange NOT NULL,
    block int8range,
    party text,
    reason text,
    note text,
    effective_on date,
    actor text NOT NULL,
    actor_id text NOT NULL,
    at timestamptz NOT NULL,
    CONSTRAINT events_pkey PRIMARY KEY (record_id, seq),
    CONSTRAINT events_record_id_fkey FOREIGN KEY (record_id) REFERENCES records (id),
    CONSTRAINT events_record_id_block_fkey
        FOREIGN KEY (record_id, block) REFERENCES records (id, block),
    CONSTRAINT events_record_id_from_seq_fkey
        FOREIGN KEY (record_id, from_seq) REFERENCES events (record_id, seq),
    CONSTRAINT events_event_type_known
        CHECK (event_type IN ('created', 'sold', 'returned', 'retired', 'cancelled')),
    CONSTRAINT events_created_first_and_whole CHECK (
        CASE WHEN event_type = 'created'
        THEN seq = 1 AND from_seq IS NULL AND block IS NOT NULL AND units = int8multirange(block)
        ELSE seq > 1 AND from_seq IS NOT NULL AND from_seq < seq AND block IS NULL END
    ),
    CONSTRAINT events_units_in_range CHECK (
        NOT isempty(units) AND NOT lower_inf(units) AND NOT upper_inf(units)
        AND lower(units) >= 0 AND upper(units) <= 9007199254740992
    ),
    CONSTRAINT events_fields_of_type CHECK (
        CASE event_type
        WHEN 'sold' THEN party IS NOT NULL AND reason IS NULL
        WHEN 'returned' THEN reason IS NOT NULL AND party IS NULL
        WHEN 'cancelled' THEN reason IS NOT NULL
        WHEN 'created' THEN num_nonnulls(party, reason, note, effective_on) = 0
        ELSE true END
    ),
    CONSTRAINT events_not_in_the_future CHECK (effective_on <= (at AT TIME ZONE 'UTC')::date),
    CONSTRAINT events_texts_in_length CHECK (
        char_length(party) BETWEEN 1 AND 300 AND char_length(reason) BETWEEN 1 AND 300
        AND char_length(note) BETWEEN 1 AND 4000
    ),
    CONSTRAINT events_units_leave_once
        EXCLUDE USING gist (record_id WITH =, from_seq WITH =, units WITH &&)
);

CREATE TABLE holdings (
    record_id text NOT NULL,
    quantity bigint NOT NULL,
    available bigint NOT NULL,
    sold bigint NOT NULL,
    retired bigint NOT NULL,
    cancelled bigint NOT NULL,
    status text NOT NULL,
    last_seq bigint NOT NULL,
    CONSTRAINT holdings_pkey PRIMARY KEY (record_id),
    CONSTRAINT holdings_record_id_fkey FOREIGN KEY (record_id) REFERENCES records (id),
    CONSTRAINT holdings_no_negatives
        CHECK (available >= 0 AND sold >= 0 AND retired >= 0 AND cancelled >= 0),
    CONSTRAINT holdings_add_up_to_quantity
        CHECK (available + sold + retired + cancelled = quantity),
    CONSTRAINT holdings_status_fits CHECK (
        status = CASE WHEN available > 0 THEN 'active' WHEN sold > 0 THEN 'sold'
        WHEN retired > 0 THEN 'retired' ELSE 'cancelled' END
    )
);
"""

# Race-free although it takes no lock: an event, once there, never changes, and two takers of the
# same units meet in events_units_leave_once. It reads its own table (on a distributed database: its
# own shard) by TG_RELID and no other.
EVENT_TRIGGER = """
CREATE FUNCTION events_follow_the_lifecycle() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    source_type text;
    source_units int8multirange;
    previous boolean;
    blocks integer;
BEGIN
    SELECT count(*) INTO blocks FROM unnest(NEW.units);
    IF blocks > 500 THEN
        RAISE EXCEPTION 'an event holds at most 500 blocks'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'events_at_most_500_blocks';
    END IF;
    IF NEW.event_type = 'created' THEN
        RETURN NEW;
    END IF;
    EXECUTE format(
        'SELECT event_type, units, EXISTS (SELECT FROM %1$s WHERE record_id = $1 AND seq = $3)'
        ' FROM %1$s WHERE record_id = $1 AND seq = $2', TG_RELID::regclass)
        INTO source_type, source_units, previous
        USING NEW.record_id, NEW.from_seq, NEW.seq - 1;
    IF source_type IS NULL THEN
        RAISE EXCEPTION 'event % of this record does not exist', NEW.from_seq
            USING ERRCODE = 'foreign_key_violation', CONSTRAINT = 'events_source_exists';
    END IF;
    IF NOT previous THEN
        RAISE EXCEPTION 'event % would leave a gap before it', NEW.seq
            USING ERRCODE = 'check_violation', CONSTRAINT = 'events_no_gap';
    END IF;
    IF NOT (CASE NEW.event_type
        WHEN 'sold' THEN source_type IN ('created', 'returned')
        WHEN 'returned' THEN source_type = 'sold'
        WHEN 'retired' THEN source_type IN ('created', 'returned', 'sold')
        WHEN 'cancelled' THEN source_type IN ('created', 'returned')
        ELSE false END)
    THEN
        RAISE EXCEPTION '% cannot take units from %', NEW.event_type, source_type
            USING ERRCODE = 'check_violation', CONSTRAINT = 'events_source_allows';
    END IF;
    IF NOT NEW.units <@ source_units THEN
        RAISE EXCEPTION 'event % does not have these units', NEW.from_seq
            USING ERRCODE = 'check_violation', CONSTRAINT = 'events_source_has_units';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER events_follow_the_lifecycle BEFORE INSERT ON events
    FOR EACH ROW EXECUTE FUNCTION events_follow_the_lifecycle();
ALTER TABLE events ENABLE ALWAYS TRIGGER events_follow_the_lifecycle;
"""

APPEND_ONLY = """
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is only ever added to', TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation', CONSTRAINT = TG_TABLE_NAME || '_append_only';
END $$;
"""

APPEND_ONLY_TABLE = """
CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table}
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table}
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
ALTER TABLE {table} ENABLE ALWAYS TRIGGER {table}_append_only;
ALTER TABLE {table} ENABLE ALWAYS TRIGGER {table}_no_truncate;
"""

# Foreign keys sleep in the replica role unless their triggers are ALWAYS. Only a superuser may say
# so; elsewhere nobody but a superuser can enter that role either.
FOREIGN_KEYS_ALWAYS = """
DO $$
DECLARE one record;
BEGIN
    IF (SELECT rolsuper FROM pg_roles WHERE rolname = current_user) THEN
        FOR one IN
            SELECT tgname, tgrelid::regclass AS of_table FROM pg_trigger
            WHERE tgisinternal AND tgrelid IN ('events'::regclass, 'holdings'::regclass)
        LOOP
            EXECUTE format('ALTER TABLE %s ENABLE ALWAYS TRIGGER %I', one.of_table, one.tgname);
        END LOOP;
    END IF;
END $$;
"""


def _run(statements: str) -> None:
    """Gives the statements to the driver as they are: SQLAlchemy would read % and : in them."""
    op.get_bind().connection.driver_connection.execute(statements)


def upgrade() -> None:
    _run(TABLES)
    _run(EVENT_TRIGGER)
    _run(APPEND_ONLY)
    for table in ("records", "serial_blocks", "events"):
        _run(APPEND_ONLY_TABLE.format(table=table))
    _run(FOREIGN_KEYS_ALWAYS)


def downgrade() -> None:
    _run("DROP TABLE holdings, events, serial_blocks, records")
    _run("DROP FUNCTION refuse_change, events_follow_the_lifecycle")
