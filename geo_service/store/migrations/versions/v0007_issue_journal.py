"""Which issues changed when.

Revision ID: 0007
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Begin the journal at the present change."""
    op.create_table(
        "issue_changes",
        sa.Column("change", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("issue_id", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("change", "issue_id", name=op.f("pk_issue_changes")),
    )
    op.execute("INSERT INTO issue_changes (change, issue_id) SELECT changes, '' FROM city")


def downgrade() -> None:
    """Forget it."""
    op.drop_table("issue_changes")
