"""The days of traces with a stamp each, and when an issue was last confirmed.

Revision ID: 0004
"""

import secrets

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Stamp the days there are; nothing is known of confirmations."""
    days = op.create_table(
        "trace_days",
        sa.Column("day", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("stamp", sa.BigInteger(), nullable=False),
        sa.Column("begins_at", sa.BigInteger(), nullable=False),
        sa.Column("ends_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("day", name=op.f("pk_trace_days")),
    )
    known = op.get_bind().execute(
        sa.text(
            "SELECT day, MIN(starts_at), MAX(ends_at) FROM trips"
            " JOIN trace_files ON trips.file_id = trace_files.file_id GROUP BY day"
        )
    )
    op.bulk_insert(
        days,
        [
            {"day": day, "stamp": secrets.randbits(62), "begins_at": begins, "ends_at": ends}
            for day, begins, ends in known
        ],
    )
    op.add_column("issues", sa.Column("confirmed_at", sa.BigInteger()))


def downgrade() -> None:
    """Forget both."""
    op.drop_column("issues", "confirmed_at")
    op.drop_table("trace_days")
