"""Whose facilities a key reports of, and which facilities changed when.

Revision ID: 0002
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Let keys name an operator, and begin the journal at the present change."""
    op.add_column("keys", sa.Column("operator", sa.Text(), server_default="", nullable=False))
    op.create_table(
        "facility_changes",
        sa.Column("change", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("facility_id", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("change", "facility_id", name=op.f("pk_facility_changes")),
    )
    op.execute("INSERT INTO facility_changes (change, facility_id) SELECT changes, '' FROM city")


def downgrade() -> None:
    """Forget both."""
    op.drop_table("facility_changes")
    op.drop_column("keys", "operator")
