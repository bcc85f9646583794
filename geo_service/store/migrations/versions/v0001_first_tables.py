"""The first tables.

Revision ID: 0001
"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make all tables."""
    _make_city()
    _make_facilities()
    _make_issues()
    _make_areas()
    _make_keys()
    _make_releases()
    _make_traces()


def downgrade() -> None:
    """Take all tables away."""
    for table in (
        "trips",
        "trace_files",
        "release_cells",
        "releases",
        "keys",
        "areas",
        "bodies",
        "issue_reopenings",
        "issues",
        "facility_states",
        "facilities",
        "city",
    ):
        op.drop_table(table)


def _make_city() -> None:
    city = op.create_table(
        "city",
        sa.Column("city_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("time_zone", sa.String()),
        sa.Column("country", sa.String()),
        sa.Column("title", sa.Text()),
        sa.Column("note", sa.Text()),
        sa.Column("streets_version", sa.String()),
        sa.Column("changes", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("city_id", name=op.f("pk_city")),
    )
    op.bulk_insert(city, [{"city_id": 1, "changes": 0}])


def _make_facilities() -> None:
    op.create_table(
        "facilities",
        sa.Column("facility_id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("lon", sa.Double(), nullable=False),
        sa.Column("lat", sa.Double(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=False),
        sa.Column("operator", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("opening_hours", sa.Text(), nullable=False),
        sa.Column("amenities", sa.Text(), nullable=False),
        sa.Column("services", sa.Text(), nullable=False),
        sa.Column("more", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("facility_id", name=op.f("pk_facilities")),
    )
    op.create_table(
        "facility_states",
        sa.Column("facility_id", sa.String(), nullable=False),
        sa.Column("observed_at", sa.BigInteger(), nullable=False),
        sa.Column("charged", sa.Integer()),
        sa.Column("empty", sa.Integer()),
        sa.Column("free", sa.Integer()),
        sa.Column("out_of_order", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("facility_id", name=op.f("pk_facility_states")),
        sa.ForeignKeyConstraint(
            ["facility_id"],
            ["facilities.facility_id"],
            name=op.f("fk_facility_states_facility_id"),
            ondelete="CASCADE",
        ),
    )


def _make_issues() -> None:
    op.create_table(
        "issues",
        sa.Column("issue_id", sa.String(), nullable=False),
        sa.Column("category", sa.String(), nullable=False),
        sa.Column("lon", sa.Double(), nullable=False),
        sa.Column("lat", sa.Double(), nullable=False),
        sa.Column("reported_at", sa.BigInteger(), nullable=False),
        sa.Column("closed_at", sa.BigInteger()),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("approved", sa.Boolean(), nullable=False),
        sa.Column("more", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("issue_id", name=op.f("pk_issues")),
    )
    op.create_table(
        "issue_reopenings",
        sa.Column("issue_id", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("reopened_at", sa.BigInteger(), nullable=False),
        sa.Column("closed_at", sa.BigInteger()),
        sa.PrimaryKeyConstraint("issue_id", "number", name=op.f("pk_issue_reopenings")),
        sa.ForeignKeyConstraint(
            ["issue_id"],
            ["issues.issue_id"],
            name=op.f("fk_issue_reopenings_issue_id"),
            ondelete="CASCADE",
        ),
    )


def _make_areas() -> None:
    op.create_table(
        "bodies",
        sa.Column("body_id", sa.String(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=False),
        sa.Column("level", sa.String(), nullable=False),
        sa.Column("parent_id", sa.String()),
        sa.Column("categories", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("body_id", name=op.f("pk_bodies")),
        sa.ForeignKeyConstraint(
            ["parent_id"],
            ["bodies.body_id"],
            name=op.f("fk_bodies_parent_id"),
            deferrable=True,
            initially="DEFERRED",
        ),
    )
    op.create_table(
        "areas",
        sa.Column("area_id", sa.String(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=False),
        sa.Column("body_id", sa.String()),
        sa.Column("wkb", sa.LargeBinary(), nullable=False),
        sa.Column("more", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("area_id", name=op.f("pk_areas")),
        sa.ForeignKeyConstraint(
            ["body_id"],
            ["bodies.body_id"],
            name=op.f("fk_areas_body_id"),
            deferrable=True,
            initially="DEFERRED",
        ),
    )


def _make_keys() -> None:
    op.create_table(
        "keys",
        sa.Column("key_id", sa.String(), nullable=False),
        sa.Column("sha256", sa.LargeBinary(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("added_at", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger()),
        sa.Column("revoked_at", sa.BigInteger()),
        sa.PrimaryKeyConstraint("key_id", name=op.f("pk_keys")),
        sa.UniqueConstraint("sha256", name=op.f("uq_keys_sha256")),
    )


def _make_releases() -> None:
    op.create_table(
        "releases",
        sa.Column("period", sa.String(), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=False),
        sa.Column("resolution", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("period", name=op.f("pk_releases")),
    )
    op.create_table(
        "release_cells",
        sa.Column("period", sa.String(), nullable=False),
        sa.Column("cell", sa.String(), nullable=False),
        sa.Column("trips", sa.Integer(), nullable=False),
        sa.Column("riders", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("period", "cell", name=op.f("pk_release_cells")),
        sa.ForeignKeyConstraint(
            ["period"], ["releases.period"], name=op.f("fk_release_cells_period")
        ),
    )


def _make_traces() -> None:
    op.create_table(
        "trace_files",
        sa.Column("file_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("day", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("file_id", name=op.f("pk_trace_files")),
        sa.UniqueConstraint("name", name=op.f("uq_trace_files_name")),
    )
    op.create_index(op.f("ix_trace_files_day"), "trace_files", ["day"])
    op.create_table(
        "trips",
        sa.Column("trip_id", sa.String(), nullable=False),
        sa.Column("rider_id", sa.String(), nullable=False),
        sa.Column("file_id", sa.Integer(), nullable=False),
        sa.Column("first_row", sa.Integer(), nullable=False),
        sa.Column("fixes", sa.Integer(), nullable=False),
        sa.Column("starts_at", sa.BigInteger(), nullable=False),
        sa.Column("ends_at", sa.BigInteger(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("trip_id", name=op.f("pk_trips")),
        sa.ForeignKeyConstraint(
            ["file_id"], ["trace_files.file_id"], name=op.f("fk_trips_file_id")
        ),
    )
    op.create_index(op.f("ix_trips_file_id"), "trips", ["file_id"])
