"""What looking up reads: projects and parties by name, a line an event, and kept sums.

All of it is a projection of records and events; `flask holdings rebuild` makes it anew.
"""

from alembic import op

from webapp.domain.text import fold

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

TABLES = """
CREATE TABLE projects (
    no integer GENERATED ALWAYS AS IDENTITY,
    registry text NOT NULL,
    name text NOT NULL,
    folded text COLLATE "C" NOT NULL,
    records bigint NOT NULL DEFAULT 0,
    issued numeric NOT NULL DEFAULT 0,
    available numeric NOT NULL DEFAULT 0,
    sold numeric NOT NULL DEFAULT 0,
    retired numeric NOT NULL DEFAULT 0,
    cancelled numeric NOT NULL DEFAULT 0,
    CONSTRAINT projects_pkey PRIMARY KEY (no),
    CONSTRAINT projects_registry_name_key UNIQUE (registry, name)
);
CREATE INDEX projects_folded_idx ON projects USING gin (folded gin_trgm_ops);
CREATE INDEX projects_issued_idx ON projects (issued, no);

CREATE TABLE parties (
    no integer GENERATED ALWAYS AS IDENTITY,
    name text NOT NULL,
    folded text COLLATE "C" NOT NULL,
    events bigint NOT NULL DEFAULT 0,
    retired numeric NOT NULL DEFAULT 0,
    CONSTRAINT parties_pkey PRIMARY KEY (no),
    CONSTRAINT parties_name_key UNIQUE (name)
);
CREATE INDEX parties_folded_idx ON parties USING gin (folded gin_trgm_ops);
CREATE INDEX parties_beginning_idx ON parties (folded);
CREATE INDEX parties_retired_idx ON parties (retired, no);

CREATE TABLE feed (
    record_no bigint NOT NULL,
    seq bigint NOT NULL,
    event_type text NOT NULL,
    registry text NOT NULL,
    vintage integer NOT NULL,
    day date NOT NULL,
    month date NOT NULL,
    at timestamptz NOT NULL,
    party_no integer,
    CONSTRAINT feed_pkey PRIMARY KEY (record_no, seq)
);

CREATE TABLE unit_sums (
    registry text NOT NULL,
    vintage integer NOT NULL,
    status text NOT NULL,
    records bigint NOT NULL,
    issued numeric NOT NULL,
    available numeric NOT NULL,
    sold numeric NOT NULL,
    retired numeric NOT NULL,
    cancelled numeric NOT NULL,
    CONSTRAINT unit_sums_pkey PRIMARY KEY (registry, vintage, status)
);

CREATE TABLE event_sums (
    event_type text NOT NULL,
    registry text NOT NULL,
    month date NOT NULL,
    events bigint NOT NULL,
    units numeric NOT NULL,
    CONSTRAINT event_sums_pkey PRIMARY KEY (event_type, registry, month)
);

CREATE TABLE pending_sums (
    id bigint GENERATED ALWAYS AS IDENTITY,
    registry text NOT NULL,
    vintage integer NOT NULL,
    status text NOT NULL,
    project_no integer NOT NULL,
    records bigint NOT NULL,
    issued numeric NOT NULL,
    available numeric NOT NULL,
    sold numeric NOT NULL,
    retired numeric NOT NULL,
    cancelled numeric NOT NULL,
    event_type text,
    month date,
    party_no integer,
    units numeric NOT NULL,
    CONSTRAINT pending_sums_pkey PRIMARY KEY (id)
);

ALTER TABLE holdings
    ADD COLUMN no bigint,
    ADD COLUMN project_no integer,
    ADD COLUMN project_key text COLLATE "C",
    ADD COLUMN registry text,
    ADD COLUMN vintage integer,
    ADD COLUMN changed_at timestamptz;
"""

FILL = """
UPDATE holdings h SET no = numbered.no
FROM (SELECT id, row_number() OVER (ORDER BY created_at, id) AS no FROM records) numbered
WHERE numbered.id = h.record_id;

UPDATE holdings h SET project_no = p.no, project_key = left(p.folded, 100),
    registry = r.registry, vintage = r.vintage,
    changed_at = coalesce(
        (SELECT max(e.at) FROM events e WHERE e.record_id = r.id), r.created_at)
FROM records r JOIN projects p ON p.registry = r.registry AND p.name = r.project_name
WHERE r.id = h.record_id;

INSERT INTO feed (record_no, seq, event_type, registry, vintage, day, month, at, party_no)
SELECT h.no, e.seq, e.event_type, h.registry, h.vintage, counted.day,
    counted.day - extract(day FROM counted.day)::integer + 1, e.at, p.no
FROM events e JOIN holdings h ON h.record_id = e.record_id LEFT JOIN parties p ON p.name = e.party,
    LATERAL (SELECT coalesce(e.effective_on, (e.at AT TIME ZONE 'UTC')::date) AS day) counted;

INSERT INTO unit_sums
SELECT registry, vintage, status, count(*), sum(quantity), sum(available), sum(sold), sum(retired),
    sum(cancelled)
FROM holdings GROUP BY 1, 2, 3;

UPDATE projects p SET records = s.records, issued = s.issued, available = s.available,
    sold = s.sold, retired = s.retired, cancelled = s.cancelled
FROM (SELECT project_no, count(*) AS records, sum(quantity) AS issued,
    sum(available) AS available, sum(sold) AS sold, sum(retired) AS retired,
    sum(cancelled) AS cancelled FROM holdings GROUP BY 1) s
WHERE s.project_no = p.no;

CREATE TEMPORARY TABLE filled ON COMMIT DROP AS
SELECT f.event_type, f.registry, f.month, f.party_no,
    (SELECT sum(upper(one) - lower(one)) FROM unnest(e.units) one) AS units
FROM feed f JOIN holdings h ON h.no = f.record_no
    JOIN events e ON e.record_id = h.record_id AND e.seq = f.seq;
INSERT INTO event_sums
SELECT event_type, registry, month, count(*), sum(units) FROM filled GROUP BY 1, 2, 3;
UPDATE parties p SET events = s.events, retired = s.retired
FROM (SELECT party_no, count(*) AS events,
    coalesce(sum(units) FILTER (WHERE event_type = 'retired'), 0) AS retired
    FROM filled WHERE party_no IS NOT NULL GROUP BY 1) s
WHERE s.party_no = p.no;
"""

# The key of a look-up comes first, then what it is sorted by, then `no`: the order in which records
# were made, which makes each order one order.
GUARDS = """
ALTER TABLE holdings
    ALTER COLUMN no SET NOT NULL,
    ALTER COLUMN no ADD GENERATED ALWAYS AS IDENTITY,
    ALTER COLUMN project_no SET NOT NULL,
    ALTER COLUMN project_key SET NOT NULL,
    ALTER COLUMN registry SET NOT NULL,
    ALTER COLUMN vintage SET NOT NULL,
    ALTER COLUMN changed_at SET NOT NULL;

DROP INDEX records_newest_idx;
SELECT setval(pg_get_serial_sequence('holdings', 'no'), coalesce(max(no), 0) + 1, false)
FROM holdings;

CREATE UNIQUE INDEX holdings_created_idx ON holdings (no)
    INCLUDE (registry, status, vintage, project_no, quantity, project_key, changed_at);
CREATE INDEX holdings_vintage_idx ON holdings (vintage, no)
    INCLUDE (registry, status, project_no);
CREATE INDEX holdings_quantity_idx ON holdings (quantity, no)
    INCLUDE (registry, status, vintage, project_no);
CREATE INDEX holdings_project_idx ON holdings (project_key, no)
    INCLUDE (registry, status, vintage, project_no);
CREATE INDEX holdings_changed_idx ON holdings (changed_at, no)
    INCLUDE (registry, status, vintage, project_no);
CREATE INDEX holdings_group_created_idx ON holdings (registry, status, vintage, no);
CREATE INDEX holdings_group_quantity_idx ON holdings (registry, status, vintage, quantity, no);
CREATE INDEX holdings_group_project_idx ON holdings (registry, status, vintage, project_key, no);
CREATE INDEX holdings_group_changed_idx ON holdings (registry, status, vintage, changed_at, no);
CREATE INDEX holdings_of_project_idx ON holdings (project_no, status, vintage)
    INCLUDE (no, quantity, changed_at);

CREATE INDEX feed_kind_idx ON feed (event_type, registry, vintage, day, at, record_no, seq);
CREATE INDEX feed_month_idx ON feed (event_type, month, record_no)
    INCLUDE (day, registry, vintage);
CREATE INDEX feed_party_idx ON feed (party_no, day, at, record_no, seq)
    WHERE party_no IS NOT NULL;
CREATE INDEX feed_newest_idx ON feed (event_type, at, record_no, seq);
"""


def _run(statements: str) -> None:
    """Gives the statements to the driver as they are: SQLAlchemy would read % and : in them."""
    op.get_bind().connection.driver_connection.execute(statements)


def _fill_names() -> None:
    """Projects and parties by name; folding is Python's, so that searching folds alike."""
    connection = op.get_bind().connection.driver_connection
    projects = connection.execute("SELECT DISTINCT registry, project_name FROM records")
    parties = connection.execute("SELECT DISTINCT party FROM events WHERE party IS NOT NULL")
    with connection.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO projects (registry, name, folded) VALUES (%s, %s, %s)",
            [(registry, name, fold(name)) for registry, name in projects],
        )
        cursor.executemany(
            "INSERT INTO parties (name, folded) VALUES (%s, %s)",
            [(name, fold(name)) for (name,) in parties],
        )


def upgrade() -> None:
    _run(TABLES)
    _fill_names()
    _run(FILL)
    _run(GUARDS)


def downgrade() -> None:
    _run("CREATE INDEX records_newest_idx ON records (created_at, id)")
    _run("DROP TABLE pending_sums, event_sums, unit_sums, feed, parties, projects")
    _run(
        "ALTER TABLE holdings DROP COLUMN no, DROP COLUMN project_no, DROP COLUMN project_key,"
        " DROP COLUMN registry, DROP COLUMN vintage, DROP COLUMN changed_at"
    )
