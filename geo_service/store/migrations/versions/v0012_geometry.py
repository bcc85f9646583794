"""On PostgreSQL: geometry that other programs read, and a word to whoever listens for changes.

Revision ID: 0012
"""

from alembic import op
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from geo_service.errors import NotReady

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

POINT = "ST_SetSRID(ST_MakePoint(lon, lat), 4326)"
GEOMETRY = {
    "facilities": ("Point", POINT),
    "issues": ("Point", POINT),
    "areas": ("Geometry", "ST_GeomFromWKB(wkb, 4326)"),
}
"""Of which kind, and made of what."""
IN_DATABASE = text("SELECT to_regtype('geometry') IS NOT NULL")
AVAILABLE = text("SELECT EXISTS (SELECT FROM pg_available_extensions WHERE name = 'postgis')")
SOMEWHERE = text("SELECT EXISTS (SELECT FROM pg_extension WHERE extname = 'postgis')")
TELL = """
    CREATE FUNCTION tell_of_change() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN PERFORM pg_notify('geo_service', NEW.changes::text); RETURN NULL; END $$
"""
TELLS = """
    CREATE TRIGGER city_tells_of_change AFTER UPDATE ON city FOR EACH ROW
    WHEN (NEW.changes IS DISTINCT FROM OLD.changes) EXECUTE FUNCTION tell_of_change()
"""
KEPT = {"audit": "audit", "audit_horizon": "audit", "ledger": "ledger"}
"""Emptied by TRUNCATE they would not ask the rules of their rows."""


def upgrade() -> None:
    """Derive geometry from the columns there are, and tell of each change when it is committed."""
    if op.get_bind().dialect.name != "postgresql":
        return
    _need_postgis()
    for table, (kind, made_of) in GEOMETRY.items():
        op.execute(
            f"ALTER TABLE {table} ADD COLUMN geom geometry({kind}, 4326)"
            f" GENERATED ALWAYS AS ({made_of}) STORED"
        )
        op.execute(f"CREATE INDEX ix_{table}_geom ON {table} USING gist (geom)")
    op.execute(TELL)
    op.execute(TELLS)
    for table, rule in KEPT.items():
        op.execute(
            f"CREATE TRIGGER {table}_is_not_emptied BEFORE TRUNCATE ON {table}"
            f" FOR EACH STATEMENT EXECUTE FUNCTION refuse_{rule}_change()"
        )


def downgrade() -> None:
    """Take all of it away; PostGIS stays, for others may use it."""
    if op.get_bind().dialect.name != "postgresql":
        return
    for table in KEPT:
        op.execute(f"DROP TRIGGER {table}_is_not_emptied ON {table}")
    op.execute("DROP TRIGGER city_tells_of_change ON city")
    op.execute("DROP FUNCTION tell_of_change")
    for table in GEOMETRY:
        op.execute(f"ALTER TABLE {table} DROP COLUMN geom")


def _need_postgis() -> None:
    """See to it that the database has PostGIS; NotReady says who is to add it, and how."""
    connection = op.get_bind()
    if connection.scalar(IN_DATABASE):
        return
    name = str(connection.engine.url.database)
    if connection.scalar(SOMEWHERE):
        raise NotReady(
            "PostGIS is in a schema of this database where it is not looked for.",
            where=name,
            remedy=f'Put its schema into the path: ALTER DATABASE "{name}" SET search_path = ...',
        )
    if not connection.scalar(AVAILABLE):
        raise NotReady(
            "The database's server has no PostGIS.",
            where=name,
            remedy="Install it there, on Debian for example postgresql-15-postgis-3,"
            " and try again.",
        )
    try:
        with connection.begin_nested():
            connection.execute(text("CREATE EXTENSION postgis"))
    except ProgrammingError as problem:
        raise NotReady(
            "The database has no PostGIS yet, and this user may not add it.",
            where=name,
            remedy=f'Let the server\'s administrator do it: psql -d "{name}" -c'
            " 'CREATE EXTENSION postgis'",
        ) from problem
