"""Riders' credits, visits and teams; and whose a rider's key is.

Revision ID: 0006
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

SQLITE_RULES = (
    """
    CREATE TRIGGER ledger_keeps_entries BEFORE DELETE ON ledger
    BEGIN SELECT RAISE(ABORT, 'the ledger keeps every entry'); END
    """,
    """
    CREATE TRIGGER ledger_keeps_amounts
    BEFORE UPDATE OF entry_id, entered_at, points, reason, source, offer_id ON ledger
    BEGIN SELECT RAISE(ABORT, 'the ledger keeps every entry as it is'); END
    """,
)
"""Only whose an entry is may be forgotten."""
POSTGRESQL_RULES = (
    """
    CREATE FUNCTION refuse_ledger_change() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN RAISE EXCEPTION 'the ledger keeps every entry as it is'; END $$
    """,
    """
    CREATE TRIGGER ledger_keeps_entries BEFORE DELETE ON ledger
    FOR EACH ROW EXECUTE FUNCTION refuse_ledger_change()
    """,
    """
    CREATE TRIGGER ledger_keeps_amounts
    BEFORE UPDATE OF entry_id, entered_at, points, reason, source, offer_id ON ledger
    FOR EACH ROW EXECUTE FUNCTION refuse_ledger_change()
    """,
)


def upgrade() -> None:
    """Make the tables; the ledger lets nothing be taken out of it or changed."""
    _make_credits()
    _make_visits_and_teams()
    op.add_column("keys", sa.Column("rider", sa.String(), server_default="", nullable=False))
    rules = SQLITE_RULES if op.get_bind().dialect.name == "sqlite" else POSTGRESQL_RULES
    for rule in rules:
        op.execute(rule)


def downgrade() -> None:
    """Forget all of it."""
    op.drop_column("keys", "rider")
    for table in ("team_members", "teams", "check_ins", "used_vouchers", "offers", "ledger"):
        op.drop_table(table)
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION refuse_ledger_change")


def _make_credits() -> None:
    op.create_table(
        "ledger",
        sa.Column("entry_id", sa.Integer(), nullable=False),
        sa.Column("rider", sa.String(), nullable=False),
        sa.Column("entered_at", sa.BigInteger(), nullable=False),
        sa.Column("points", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("offer_id", sa.String(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("entry_id", name=op.f("pk_ledger")),
        sa.UniqueConstraint("source", name=op.f("uq_ledger_source")),
    )
    op.create_index(op.f("ix_ledger_rider"), "ledger", ["rider"])
    op.create_table(
        "used_vouchers",
        sa.Column("entry_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("used_at", sa.BigInteger(), nullable=False),
        sa.Column("key_id", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["ledger.entry_id"], name=op.f("fk_used_vouchers_entry_id")
        ),
        sa.PrimaryKeyConstraint("entry_id", name=op.f("pk_used_vouchers")),
    )
    op.create_table(
        "offers",
        sa.Column("offer_id", sa.String(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=False),
        sa.Column("provider", sa.Text(), nullable=False),
        sa.Column("facility_id", sa.String(), nullable=False),
        sa.Column("points", sa.Integer(), nullable=False),
        sa.Column("stock", sa.Integer()),
        sa.Column("until", sa.BigInteger()),
        sa.PrimaryKeyConstraint("offer_id", name=op.f("pk_offers")),
    )


def _make_visits_and_teams() -> None:
    op.create_table(
        "check_ins",
        sa.Column("facility_id", sa.String(), nullable=False),
        sa.Column("rider", sa.String(), nullable=False),
        sa.Column("day", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("checked_in_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("facility_id", "rider", "day", name=op.f("pk_check_ins")),
    )
    op.create_index(op.f("ix_check_ins_rider"), "check_ins", ["rider"])
    op.create_table(
        "teams",
        sa.Column("team_id", sa.String(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("team_id", name=op.f("pk_teams")),
    )
    op.create_table(
        "team_members",
        sa.Column("team_id", sa.String(), nullable=False),
        sa.Column("rider", sa.String(), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.Column("until", sa.BigInteger()),
        sa.ForeignKeyConstraint(
            ["team_id"], ["teams.team_id"], name=op.f("fk_team_members_team_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("team_id", "rider", "since", name=op.f("pk_team_members")),
    )
