"""When the names of riders in traces change.

Revision ID: 0010
"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table, empty: the names have never changed."""
    op.create_table(
        "rider_key_generations",
        sa.Column("month", sa.String(), nullable=False),
        sa.Column("begins_at", sa.BigInteger(), nullable=False),
        sa.Column("mark", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("month", name=op.f("pk_rider_key_generations")),
    )


def downgrade() -> None:
    """Forget them, unless names have changed: else one rider would be several from then on."""
    later = sa.text("SELECT count(*) FROM rider_key_generations WHERE month <> ''")
    if op.get_bind().scalar(later):
        raise RuntimeError(
            "Riders' names have changed; an earlier program can't know riders again."
        )
    op.drop_table("rider_key_generations")
