"""The tables of a workspace's database, in types that every database has.

Positions are WGS-84 decimal degrees, polygons well-known binary, times microseconds since 1970
UTC. What is made here by name is made by ``migrations/``; a test holds the two equal.
"""

from sqlalchemy import (
    DDL,
    BigInteger,
    Boolean,
    Column,
    Double,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    event,
)

from geo_service.store.columns import UtcTime

REVISION = "0012"
"""The newest migration; the database of this program is at it."""

METADATA = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

city = Table(
    "city",
    METADATA,
    Column("city_id", Integer, primary_key=True, autoincrement=False),
    Column("time_zone", String),
    Column("country", String),
    Column("title", Text),
    Column("note", Text),
    Column("streets_version", String),
    Column("changes", BigInteger, nullable=False),
)
"""One row, made by the first migration."""

facilities = Table(
    "facilities",
    METADATA,
    Column("facility_id", String, primary_key=True),
    Column("kind", String, nullable=False),
    Column("lon", Double, nullable=False),
    Column("lat", Double, nullable=False),
    Column("name", Text, nullable=False),
    Column("name_en", Text, nullable=False),
    Column("operator", Text, nullable=False),
    Column("address", Text, nullable=False),
    Column("opening_hours", Text, nullable=False),
    Column("amenities", Text, nullable=False),
    Column("services", Text, nullable=False),
    Column("more", Text, nullable=False),
)
"""``amenities`` and ``services`` are JSON lists, ``more`` a JSON object."""

facility_states = Table(
    "facility_states",
    METADATA,
    Column(
        "facility_id",
        ForeignKey("facilities.facility_id", ondelete="CASCADE"),
        primary_key=True,
    ),
    Column("observed_at", UtcTime, nullable=False),
    Column("charged", Integer),
    Column("empty", Integer),
    Column("free", Integer),
    Column("out_of_order", Boolean, nullable=False),
)

facility_changes = Table(
    "facility_changes",
    METADATA,
    Column("change", BigInteger, primary_key=True, autoincrement=False),
    Column("facility_id", String, primary_key=True),
)
"""Which facilities each of the latest counts in ``city.changes`` touched; blank: any of them."""

issue_changes = Table(
    "issue_changes",
    METADATA,
    Column("change", BigInteger, primary_key=True, autoincrement=False),
    Column("issue_id", String, primary_key=True),
)
"""The same of issues, their cases and how many see them."""

issues = Table(
    "issues",
    METADATA,
    Column("issue_id", String, primary_key=True),
    Column("category", String, nullable=False),
    Column("lon", Double, nullable=False),
    Column("lat", Double, nullable=False),
    Column("reported_at", UtcTime, nullable=False),
    Column("closed_at", UtcTime),
    Column("description", Text, nullable=False),
    Column("approved", Boolean, nullable=False),
    Column("more", Text, nullable=False),
    Column("confirmed_at", UtcTime),
    Index(None, "category", "lat", "lon"),
    Index(None, "reported_at"),
)
"""``confirmed_at``: when somebody last saw that the problem is still there; null: never asked."""

issue_reopenings = Table(
    "issue_reopenings",
    METADATA,
    Column("issue_id", ForeignKey("issues.issue_id", ondelete="CASCADE"), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("reopened_at", UtcTime, nullable=False),
    Column("closed_at", UtcTime),
)
"""The open intervals after the first, numbered in order."""

bodies = Table(
    "bodies",
    METADATA,
    Column("body_id", String, primary_key=True),
    Column("name", Text, nullable=False),
    Column("name_en", Text, nullable=False),
    Column("level", String, nullable=False),
    # Deferred: parents and children of one load are written in any order.
    Column("parent_id", ForeignKey("bodies.body_id", deferrable=True, initially="DEFERRED")),
    Column("categories", Text, nullable=False),
)

areas = Table(
    "areas",
    METADATA,
    Column("area_id", String, primary_key=True),
    Column("name", Text, nullable=False),
    Column("name_en", Text, nullable=False),
    Column("body_id", ForeignKey("bodies.body_id", deferrable=True, initially="DEFERRED")),
    Column("wkb", LargeBinary, nullable=False),
    Column("more", Text, nullable=False),
)

keys = Table(
    "keys",
    METADATA,
    Column("key_id", String, primary_key=True),
    Column("sha256", LargeBinary, nullable=False, unique=True),
    Column("role", String, nullable=False),
    Column("note", Text, nullable=False),
    Column("added_at", UtcTime, nullable=False),
    Column("expires_at", UtcTime),
    Column("revoked_at", UtcTime),
    Column("operator", Text, nullable=False, server_default=""),
    Column("rider", String, nullable=False, server_default=""),
    Column("areas", Text, nullable=False, server_default="[]"),
)
"""``rider``: of a rider's key, the pseudonym of who holds it. ``areas``: of a staff's key, a JSON
list of the areas it works in; they may be gone."""

releases = Table(
    "releases",
    METADATA,
    Column("period", String, primary_key=True),
    Column("since", UtcTime, nullable=False),
    Column("until", UtcTime, nullable=False),
    Column("resolution", Integer, nullable=False),
)

release_cells = Table(
    "release_cells",
    METADATA,
    Column("period", ForeignKey("releases.period"), primary_key=True),
    Column("cell", String, primary_key=True),
    Column("trips", Integer, nullable=False),
    Column("riders", Integer, nullable=False),
)

trace_files = Table(
    "trace_files",
    METADATA,
    Column("file_id", Integer, primary_key=True),
    Column("name", String, nullable=False, unique=True),
    Column("day", Integer, nullable=False),
    Column("rows", Integer),
    Column("size", BigInteger),
    Column("digest", LargeBinary),
    Index(None, "day"),
)
"""``day`` is the UTC day in which the file's trips start, counted from 1970-01-01.

``rows``, ``size`` (bytes) and ``digest`` (of the bytes) are null where an older program wrote it.
"""

trace_days = Table(
    "trace_days",
    METADATA,
    Column("day", Integer, primary_key=True, autoincrement=False),
    Column("stamp", BigInteger, nullable=False),
    Column("begins_at", UtcTime, nullable=False),
    Column("ends_at", UtcTime, nullable=False),
)
"""Each day on which trips start: from when to when they go, and a number of chance.

The number is another one whenever the day's trips are others: whoever keeps what was counted of
them keeps it too.
"""

trips = Table(
    "trips",
    METADATA,
    Column("trip_id", String, primary_key=True),
    Column("rider_id", String, nullable=False),
    Column("file_id", ForeignKey("trace_files.file_id"), nullable=False),
    Column("first_row", Integer, nullable=False),
    Column("fixes", Integer, nullable=False),
    Column("starts_at", UtcTime, nullable=False),
    Column("ends_at", UtcTime, nullable=False),
    Column("digest", LargeBinary, nullable=False),
    Column("west", Integer),
    Column("south", Integer),
    Column("east", Integer),
    Column("north", Integer),
    Index(None, "file_id"),
)
"""A trip is visible through its row alone: the rows of its file that hold it, and a digest.

The box is WGS-84, 1e-7 degree; null where an older program wrote the row.
"""

POINT = "ST_SetSRID(ST_MakePoint(lon, lat), 4326)"
GEOMETRY = (
    (facilities, "Point", POINT),
    (issues, "Point", POINT),
    (areas, "Geometry", "ST_GeomFromWKB(wkb, 4326)"),
)
"""What other programs read on PostgreSQL as the column ``geom``, and what it is made of there.

It follows the columns that this program writes; none of ours reads it.
"""
for _table, _kind, _made_of in GEOMETRY:
    for _made in (
        (
            f"ALTER TABLE {_table} ADD COLUMN geom geometry({_kind}, 4326)"
            f" GENERATED ALWAYS AS ({_made_of}) STORED"
        ),
        f"CREATE INDEX ix_{_table}_geom ON {_table} USING gist (geom)",
    ):
        _statement = DDL(_made)  # type: ignore[no-untyped-call] # SQLAlchemy leaves it bare
        event.listen(_table, "after_create", _statement.execute_if(dialect="postgresql"))
