"""A registry of any size, the same for the same seed: made in the database, in sets.

The shape follows the public exports: batches of some records, projects of very different sizes,
vintages a few years before the issuance, half an event a record besides its creation, few large
buyers and many small ones. Units of a batch lie side by side.
"""

from dataclasses import dataclass

from psycopg import Connection, sql

from webapp.store import mending, names

SEED = 7
PROJECTS_AT_MOST = 20_000
_PARTIES_AT_MOST = 50_000
# They would take half an hour at ten million records, and no look-up reads them.
_LEFT_OUT = ("events_units_leave_once", "serial_blocks_one_remainder")
_RECORDS_A_BATCH = 4
_MOST_UNITS = 600_000  # in a record; also how far apart the blocks of a batch begin

# What becomes of a record: how likely it is, and its events as
# (type, from_seq, first and last unit as shares of the quantity, years after the creation).
LIVES: tuple[tuple[float, tuple[tuple[str, int, float, float, float], ...]], ...] = (
    (0.580, ()),
    (0.200, (("retired", 1, 0, 1, 2.0),)),
    (0.060, (("sold", 1, 0, 0.5, 1.0),)),
    (0.040, (("sold", 1, 0, 1, 1.0),)),
    (0.050, (("sold", 1, 0, 1, 0.5), ("retired", 2, 0, 0.5, 1.5))),
    (0.020, (("retired", 1, 0, 0.2, 0.5), ("retired", 1, 0.2, 0.6, 1.0), ("retired", 1, 0.6, 1, 2.0))),
    (0.015, (("sold", 1, 0, 1, 0.5), ("retired", 2, 0, 1, 2.5))),
    (0.035, (("cancelled", 1, 0, 1, 1.0),)),
)  # fmt: skip

_KINDS = "{Wind,Solar,Hydro,Biogas,Cookstoves,Mangroves,Reforestation,Landfill gas,Rice methane,Peatland,Biochar,Geothermal,Forêt,Grassland,Clean water,Waste heat,Agroforestry,Blue carbon,Soil carbon,Efficiency}"
_PLACES = "{Rajasthan,Kenya,São Paulo,Gujarat,Maharashtra,Hunan,Yunnan,Anatolia,Chiapas,Oaxaca,Para,Acre,Borneo,Sumatra,Java,Mekong,Luzon,Ghana,Malawi,Zambézia,Uganda,Rwanda,Ethiopia,Sahel,Cusco,Biobío,Texas,Oregon,Maine,Appalachia,Ontario,Québec,Skåne,Białystok,Karelia,Ural,Altai,Gobi,Kerala,Bihar}"
_MADE = """
CREATE UNLOGGED TABLE made AS
WITH batches AS (
    SELECT b AS batch, 1 + floor({projects} * power({u_project}, 1.6))::integer AS project,
        b::double precision * {per_batch} / {records} AS age
    FROM generate_series(1, ceil({records}::numeric / {per_batch})::bigint) b
), projects AS (
    SELECT p, (ARRAY['VCS','VCS','VCS','VCS','VCS','GS','GS','ACR','CAR','ART'])[1 + p % 10] AS registry,
        ('{kinds}'::text[])[1 + p % 20] || ' ' || ('{places}'::text[])[1 + (p / 20) % 40]
        || ' ' || (1 + p / 800) AS name
    FROM generate_series(1, {projects}) p
), numbered AS (
    SELECT n, 1 + (n - 1) / {per_batch} AS batch, ((n - 1) % {per_batch}) * {most} AS before,
        1 + floor(exp(3 + 10.3 * {u_quantity}))::bigint % {most} AS quantity,
        timestamptz '2008-01-01Z' + interval '6800 days' * (n::double precision / {records})
            + interval '1 microsecond' * n AS created_at,
        {u_life} AS life
    FROM generate_series(1, {records}::bigint) n
)
SELECT n, p.registry, p.name, n.batch, before + 1 AS first, before + quantity AS last, quantity,
    created_at, life, batches.project,
    extract(year FROM timestamptz '2007-01-01Z' + interval '6800 days' * age)::integer
        - floor(6 * {u_vintage})::integer AS vintage
FROM numbered n JOIN batches USING (batch) JOIN projects p ON p.p = batches.project
"""
_SERIAL = """CASE registry
    WHEN 'VCS' THEN format('%s-%s-%s-VCS-VCU-1507-VER-IN-1-%s-0101%s-3112%s-0', batch, first, last, project, vintage, vintage)
    WHEN 'GS' THEN format('GS1-1-IN-GS%s-1-%s-%s-%s-%s', project, vintage, batch, first, last)
    WHEN 'ACR' THEN format('ACR-US-%s-%s-%s-%s to %s', project, vintage, batch, first, last)
    WHEN 'CAR' THEN format('CAR-1-US-%s-1-1-CA-%s-%s-%s to %s', project, vintage, batch, first, last)
    ELSE format('ART-GY-%s-%s-%s-%s to %s', project, vintage, batch, first, last) END"""
_RECORDS = f"""
INSERT INTO records
SELECT encode(sha256(convert_to(
        name || '_' || registry || '_' || vintage || '_' || serial, 'UTF8')), 'hex'),
    name, registry, vintage, quantity, serial, project::text, NULL, registry || '#' || batch,
    int8range(first, last + 1), created_at, 'Generator', 'bench'
FROM (SELECT *, {_SERIAL} AS serial FROM made) m ORDER BY n
"""
# The order of records is that of their creation, which is that of n.
_IDS = "CREATE UNLOGGED TABLE ids AS SELECT row_number() OVER (ORDER BY created_at) AS n, id FROM records"
_BLOCKS = """
INSERT INTO serial_blocks
SELECT registry || '#' || batch, id, project || '-' || vintage, int8range(first, last + 1)
FROM made JOIN ids USING (n)
"""
_EVENT_COLUMNS = (
    "record_id, seq, event_type, from_seq, units, block, party, reason, actor, actor_id, at"
)
_CREATED = f"""
INSERT INTO events ({_EVENT_COLUMNS})
SELECT id, 1, 'created', NULL, int8multirange(int8range(first, last + 1)),
    int8range(first, last + 1), NULL, NULL, 'Generator', 'bench', created_at
FROM made JOIN ids USING (n)
"""
_TAKEN = f"""
INSERT INTO events ({_EVENT_COLUMNS})
SELECT id, {{seq}}, '{{kind}}', {{from_seq}},
    int8multirange(int8range(first + floor(quantity * {{low}}::numeric)::bigint,
        first + floor(quantity * {{high}}::numeric)::bigint)), NULL,
    {{party}}, {{reason}}, 'Generator', 'bench',
    least(created_at + interval '365 days' * {{years}} * (0.1 + {{u_time}}), timestamptz '2026-11-01Z')
FROM made JOIN ids USING (n)
WHERE life >= {{above}} AND life < {{below}}
    AND floor(quantity * {{high}}::numeric) > floor(quantity * {{low}}::numeric)
    AND quantity >= 10
"""
_PARTY = """'Buyer ' || (ARRAY['Air','Steel','Foods','Bank','Motors','Shipping','Énergie','Cloud'])[1 + (x % 8)::integer]
    || ' ' || x"""
_SUMS = """
CREATE UNLOGGED TABLE summed AS
SELECT record_id, max(seq) AS last_seq, max(at) AS changed_at,
    coalesce(sum(size) FILTER (WHERE event_type = 'sold'), 0)
        - coalesce(sum(size) FILTER (WHERE from_seq = 2 AND event_type = 'retired' AND second = 'sold'), 0) AS sold,
    coalesce(sum(size) FILTER (WHERE event_type = 'retired'), 0) AS retired,
    coalesce(sum(size) FILTER (WHERE event_type = 'cancelled'), 0) AS cancelled
FROM (SELECT record_id, seq, event_type, from_seq, at, upper(units) - lower(units) AS size,
    CASE WHEN from_seq = 2 THEN 'sold' END AS second FROM events) e
GROUP BY record_id
"""
_HOLD = """
INSERT INTO holdings (record_id, quantity, available, sold, retired, cancelled, status, last_seq,
    no, project_no, project_key, registry, vintage, changed_at)
OVERRIDING SYSTEM VALUE
SELECT id, quantity, available, sold, retired, cancelled,
    CASE WHEN available > 0 THEN 'active' WHEN sold > 0 THEN 'sold'
        WHEN retired > 0 THEN 'retired' ELSE 'cancelled' END,
    last_seq, n, project_no, left(folded, 100), registry, vintage, changed_at
FROM (SELECT id, quantity, quantity - s.sold - s.retired - s.cancelled AS available, s.sold,
        s.retired, s.cancelled, last_seq, n, p.no AS project_no, p.folded, m.registry, m.vintage,
        changed_at
    FROM made m JOIN ids USING (n) JOIN summed s ON s.record_id = id
        JOIN projects p ON p.registry = m.registry AND p.name = m.name) h
ORDER BY n
"""


@dataclass(frozen=True)
class Dropped:
    """An index or constraint that is made again once the rows are there."""

    table: str
    name: str
    definition: str


def _share(salt: int, of: str = "n") -> str:
    """A number from 0 to 1 (excluded) that follows from a row's number and the seed."""
    return f"((hashint8extended({of}, {SEED * 1000 + salt}) & 2147483647)::double precision / 2147483648)"


def fill(connection: Connection, records: int) -> None:
    """Fills an empty, migrated database with so many records and about half as many events more.

    The connection is the owner's, in autocommit. The schema is whole but for _LEFT_OUT.
    """
    connection.execute("SET work_mem = '512MB'; SET maintenance_work_mem = '1GB'; SET jit = off")
    connection.execute("SET session_replication_role = replica; SET synchronous_commit = off")
    connection.execute("ALTER TABLE events DISABLE TRIGGER events_follow_the_lifecycle")
    dropped = _drop_indexes(connection)
    _make(connection, records)
    connection.execute("ALTER TABLE events ENABLE ALWAYS TRIGGER events_follow_the_lifecycle")
    connection.execute("DROP TABLE made, ids, summed")
    connection.execute("RESET session_replication_role")
    with connection.transaction():
        mending.make_anew(connection)
    for one in dropped:
        connection.execute(sql.SQL(one.definition))  # type: ignore[arg-type]
    connection.execute("VACUUM (ANALYZE, FREEZE)")


def _make(connection: Connection, records: int) -> None:
    made = _MADE.format(
        records=records,
        projects=min(PROJECTS_AT_MOST, max(1, records // 500)),
        per_batch=_RECORDS_A_BATCH,
        most=_MOST_UNITS,
        kinds=_KINDS,
        places=_PLACES,
        u_project=_share(1, "b"),
        u_vintage=_share(2, "batch"),
        u_quantity=_share(3),
        u_life=_share(4),
    )
    for statement in (made, _RECORDS, _IDS, _BLOCKS, _CREATED):
        connection.execute(statement)
    below = 0.0
    for likelihood, events in LIVES:
        above, below = below, below + likelihood
        for seq, (kind, from_seq, low, high, years) in enumerate(events, start=2):
            _take(connection, records, (above, below), seq, kind, from_seq, (low, high), years)
    names.add_missing(connection)
    for statement in (_SUMS, _HOLD):
        connection.execute(statement)


def _take(
    connection: Connection,
    records: int,
    life: tuple[float, float],
    seq: int,
    kind: str,
    from_seq: int,
    share: tuple[float, float],
    years: float,
) -> None:
    parties = min(_PARTIES_AT_MOST, max(10, records // 200))
    number = f"(1 + floor({parties} * power({_share(5)}, 3)))::bigint"
    statement = _TAKEN.format(
        seq=seq,
        kind=kind,
        from_seq=from_seq,
        low=share[0],
        high=share[1],
        years=years * seq / 2,
        above=life[0],
        below=life[1],
        party="NULL" if kind == "cancelled" else _PARTY.replace("x", number),
        reason="'Buffer'" if kind == "cancelled" else "NULL",
        u_time=_share(6),
    )
    connection.execute(statement)


def _drop_indexes(connection: Connection) -> list[Dropped]:
    """Drops what would be kept up row by row, and tells how to make it again."""
    constraints = connection.execute(
        "SELECT conrelid::regclass::text, conname, format('ALTER TABLE %s ADD CONSTRAINT %I %s',"
        " conrelid::regclass, conname, pg_get_constraintdef(oid)) FROM pg_constraint"
        " WHERE conrelid::regclass::text IN ('records', 'serial_blocks', 'events', 'holdings', 'feed')"
        " AND contype IN ('p', 'u', 'x', 'f')"
        " ORDER BY array_position(ARRAY['f', 'x', 'u', 'p'], contype::text)"
    ).fetchall()
    indexes = connection.execute(
        "SELECT tablename, indexname, indexdef FROM pg_indexes"
        " WHERE tablename IN ('records', 'serial_blocks', 'events', 'holdings', 'feed')"
        " AND indexname NOT IN (SELECT conname FROM pg_constraint)"
    ).fetchall()
    for table, name, _ in constraints:
        connection.execute(
            sql.SQL("ALTER TABLE {} DROP CONSTRAINT {} CASCADE").format(
                sql.Identifier(table), sql.Identifier(name)
            )
        )
    for _, name, _ in indexes:
        connection.execute(sql.SQL("DROP INDEX {}").format(sql.Identifier(name)))
    again = [Dropped(*row) for row in [*reversed(constraints), *indexes]]
    return [one for one in again if one.name not in _LEFT_OUT]
