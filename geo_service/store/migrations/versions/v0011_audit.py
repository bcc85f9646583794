"""The audit log: who wrote what, when.

Revision ID: 0011
"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

SQLITE_RULES = (
    # INSERT OR REPLACE would remove an entry without asking the rule below.
    """
    CREATE TRIGGER audit_only_adds BEFORE INSERT ON audit
    WHEN EXISTS (SELECT 1 FROM audit WHERE entry_id = NEW.entry_id)
    BEGIN SELECT RAISE(ABORT, 'the audit log keeps its entries'); END
    """,
    """
    CREATE TRIGGER audit_keeps_entries BEFORE DELETE ON audit
    WHEN OLD.done_at >= (SELECT max(forgotten_before) FROM audit_horizon)
    BEGIN SELECT RAISE(ABORT, 'the audit log keeps its entries'); END
    """,
    """
    CREATE TRIGGER audit_keeps_deeds BEFORE UPDATE ON audit
    WHEN (NEW.entry_id, NEW.done_at, NEW.what, NEW.about)
        IS NOT (OLD.entry_id, OLD.done_at, OLD.what, OLD.about)
        OR NEW.who NOT IN (OLD.who, '') OR NEW.about_id NOT IN (OLD.about_id, '')
    BEGIN SELECT RAISE(ABORT, 'the audit log keeps its entries as they are'); END
    """,
    """
    CREATE TRIGGER audit_horizon_goes_on BEFORE UPDATE ON audit_horizon
    WHEN NEW.forgotten_before < OLD.forgotten_before
    BEGIN SELECT RAISE(ABORT, 'what was forgotten stays so'); END
    """,
    """
    CREATE TRIGGER audit_horizon_stays BEFORE DELETE ON audit_horizon
    BEGIN SELECT RAISE(ABORT, 'what was forgotten stays so'); END
    """,
)
"""Entries go once they are older than the horizon; a key that is named may be left out."""
POSTGRESQL_RULES = (
    """
    CREATE FUNCTION refuse_audit_change() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN RAISE EXCEPTION 'the audit log keeps its entries as they are'; END $$
    """,
    """
    CREATE FUNCTION refuse_young_entries() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN
        IF OLD.done_at >= (SELECT max(forgotten_before) FROM audit_horizon) THEN
            RAISE EXCEPTION 'the audit log keeps its entries';
        END IF;
        RETURN OLD;
    END $$
    """,
    """
    CREATE TRIGGER audit_keeps_entries BEFORE DELETE ON audit
    FOR EACH ROW EXECUTE FUNCTION refuse_young_entries()
    """,
    """
    CREATE TRIGGER audit_keeps_deeds BEFORE UPDATE ON audit FOR EACH ROW
    WHEN ((NEW.entry_id, NEW.done_at, NEW.what, NEW.about)
        IS DISTINCT FROM (OLD.entry_id, OLD.done_at, OLD.what, OLD.about)
        OR NEW.who NOT IN (OLD.who, '') OR NEW.about_id NOT IN (OLD.about_id, ''))
    EXECUTE FUNCTION refuse_audit_change()
    """,
    """
    CREATE TRIGGER audit_horizon_goes_on BEFORE UPDATE ON audit_horizon FOR EACH ROW
    WHEN (NEW.forgotten_before < OLD.forgotten_before)
    EXECUTE FUNCTION refuse_audit_change()
    """,
    """
    CREATE TRIGGER audit_horizon_stays BEFORE DELETE ON audit_horizon FOR EACH ROW
    EXECUTE FUNCTION refuse_audit_change()
    """,
)


def upgrade() -> None:
    """Make the log, empty, and see to it that nothing young is taken out of it or changed."""
    op.create_table(
        "audit",
        sa.Column("entry_id", sa.Integer(), nullable=False),
        sa.Column("done_at", sa.BigInteger(), nullable=False),
        sa.Column("who", sa.String(), nullable=False),
        sa.Column("what", sa.String(), nullable=False),
        sa.Column("about", sa.String(), nullable=False),
        sa.Column("about_id", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("entry_id", name=op.f("pk_audit")),
    )
    op.create_index(op.f("ix_audit_done_at"), "audit", ["done_at"])
    horizon = op.create_table(
        "audit_horizon",
        sa.Column("horizon_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("forgotten_before", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("horizon_id", name=op.f("pk_audit_horizon")),
    )
    op.bulk_insert(horizon, [{"horizon_id": 1, "forgotten_before": 0}])
    rules = SQLITE_RULES if op.get_bind().dialect.name == "sqlite" else POSTGRESQL_RULES
    for rule in rules:
        op.execute(rule)


def downgrade() -> None:
    """Forget all of it."""
    op.drop_table("audit")
    op.drop_table("audit_horizon")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION refuse_audit_change")
        op.execute("DROP FUNCTION refuse_young_entries")
