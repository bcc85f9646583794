"""Where each trip lies on the map, and what each file of the trace lake holds.

Revision ID: 0003
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

BOX = ("west", "south", "east", "north")


def upgrade() -> None:
    """Leave room for both; what is there already is not known of older rows."""
    for name in BOX:
        op.add_column("trips", sa.Column(name, sa.Integer()))
    op.add_column("trace_files", sa.Column("rows", sa.Integer()))
    op.add_column("trace_files", sa.Column("size", sa.BigInteger()))
    op.add_column("trace_files", sa.Column("digest", sa.LargeBinary()))


def downgrade() -> None:
    """Forget both."""
    for name in BOX:
        op.drop_column("trips", name)
    for name in ("rows", "size", "digest"):
        op.drop_column("trace_files", name)
