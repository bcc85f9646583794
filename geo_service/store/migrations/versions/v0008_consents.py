"""What riders agreed to, and which riders were erased.

Revision ID: 0008
"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make both tables, empty: nobody has agreed to anything yet."""
    op.create_table(
        "consents",
        sa.Column("consent_id", sa.Integer(), nullable=False),
        sa.Column("rider", sa.String(), nullable=False),
        sa.Column("version", sa.String(), nullable=False),
        sa.Column("agreed_at", sa.BigInteger(), nullable=False),
        sa.Column("withdrawn_at", sa.BigInteger()),
        sa.PrimaryKeyConstraint("consent_id", name=op.f("pk_consents")),
    )
    op.create_index(op.f("ix_consents_rider"), "consents", ["rider"])
    op.create_table(
        "erasures",
        sa.Column("mark", sa.String(), nullable=False),
        sa.Column("asked_at", sa.BigInteger(), nullable=False),
        sa.Column("done_at", sa.BigInteger()),
        sa.Column("photos_left", sa.Text(), server_default="[]", nullable=False),
        sa.PrimaryKeyConstraint("mark", "asked_at", name=op.f("pk_erasures")),
    )


def downgrade() -> None:
    """Forget them."""
    op.drop_table("erasures")
    op.drop_table("consents")
