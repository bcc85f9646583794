"""Cases: how each issue is dealt with, and what can be reported.

Revision ID: 0005
"""

from functools import partial

import sqlalchemy as sa
from alembic import op
from mgrs import MGRS

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables, and a case for every issue there is: closed, accepted or only reported."""
    _make_cases()
    _make_what_belongs_to_cases()
    _make_what_can_be_reported()
    _open_cases()


def downgrade() -> None:
    """Forget how issues were dealt with."""
    op.drop_index("ix_issues_category_lat_lon", "issues")
    op.drop_index("ix_issues_reported_at", "issues")
    for table in (
        "tasks",
        "deadlines",
        "categories",
        "kept_answers",
        "photos",
        "supporters",
        "case_moves",
        "cases",
    ):
        op.drop_table(table)


def _make_cases() -> None:
    op.create_table(
        "cases",
        sa.Column("issue_id", sa.String(), nullable=False),
        sa.Column("stage", sa.String(), nullable=False),
        sa.Column("unit", sa.String(), nullable=False),
        sa.Column("updated_at", sa.BigInteger(), nullable=False),
        sa.Column("area_id", sa.String(), server_default="", nullable=False),
        sa.Column("body_id", sa.String(), server_default="", nullable=False),
        sa.Column("due_at", sa.BigInteger()),
        sa.Column("escalations", sa.Integer(), server_default="0", nullable=False),
        sa.Column("merged_into", sa.String(), server_default="", nullable=False),
        sa.Column("reporter", sa.String(), server_default="", nullable=False),
        sa.Column("address", sa.Text(), server_default="", nullable=False),
        sa.Column("rating", sa.Integer()),
        sa.Column("told", sa.String(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(
            ["issue_id"], ["issues.issue_id"], name=op.f("fk_cases_issue_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("issue_id", name=op.f("pk_cases")),
    )
    op.create_index(op.f("ix_cases_merged_into"), "cases", ["merged_into"])
    op.create_index(op.f("ix_cases_reporter"), "cases", ["reporter"])
    op.create_index(op.f("ix_cases_stage_due_at"), "cases", ["stage", "due_at"])
    op.create_index(op.f("ix_cases_updated_at"), "cases", ["updated_at"])
    op.create_table(
        "case_moves",
        sa.Column("issue_id", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("moved_at", sa.BigInteger(), nullable=False),
        sa.Column("stage", sa.String(), nullable=False),
        sa.Column("to", sa.String(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("who", sa.String(), server_default="", nullable=False),
        sa.Column("why", sa.Text(), server_default="", nullable=False),
        sa.Column("body_id", sa.String(), server_default="", nullable=False),
        sa.Column("photo_id", sa.String(), server_default="", nullable=False),
        sa.Column("other_issue_id", sa.String(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(
            ["issue_id"],
            ["issues.issue_id"],
            name=op.f("fk_case_moves_issue_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("issue_id", "number", name=op.f("pk_case_moves")),
    )


def _make_what_belongs_to_cases() -> None:
    op.create_table(
        "supporters",
        sa.Column("issue_id", sa.String(), nullable=False),
        sa.Column("rider", sa.String(), nullable=False),
        sa.Column("supported_at", sa.BigInteger(), nullable=False),
        sa.Column("through", sa.String(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(
            ["issue_id"],
            ["issues.issue_id"],
            name=op.f("fk_supporters_issue_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("issue_id", "rider", name=op.f("pk_supporters")),
    )
    op.create_table(
        "photos",
        sa.Column("photo_id", sa.String(), nullable=False),
        sa.Column("issue_id", sa.String(), nullable=False),
        sa.Column("added_at", sa.BigInteger(), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("approved", sa.Boolean(), nullable=False),
        sa.Column("rider", sa.String(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(
            ["issue_id"], ["issues.issue_id"], name=op.f("fk_photos_issue_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("photo_id", name=op.f("pk_photos")),
    )
    op.create_index(op.f("ix_photos_issue_id"), "photos", ["issue_id"])
    op.create_table(
        "tasks",
        sa.Column("task_id", sa.String(), nullable=False),
        sa.Column("issue_id", sa.String(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("rider", sa.String(), nullable=False),
        sa.Column("hours", sa.Integer(), nullable=False),
        sa.Column("asked_at", sa.BigInteger(), nullable=False),
        sa.Column("lapses_at", sa.BigInteger(), nullable=False),
        sa.Column("answer", sa.String(), server_default="", nullable=False),
        sa.Column("answered_at", sa.BigInteger()),
        sa.ForeignKeyConstraint(
            ["issue_id"], ["issues.issue_id"], name=op.f("fk_tasks_issue_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("task_id", name=op.f("pk_tasks")),
    )
    op.create_index(
        op.f("ix_tasks_issue_id_round_rider"), "tasks", ["issue_id", "round", "rider"], unique=True
    )
    op.create_index(op.f("ix_tasks_rider"), "tasks", ["rider"])
    op.create_index(op.f("ix_issues_category_lat_lon"), "issues", ["category", "lat", "lon"])
    op.create_index(op.f("ix_issues_reported_at"), "issues", ["reported_at"])


def _make_what_can_be_reported() -> None:
    op.create_table(
        "kept_answers",
        sa.Column("sender", sa.String(), nullable=False),
        sa.Column("sent_key", sa.String(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("kept_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("sender", "sent_key", name=op.f("pk_kept_answers")),
    )
    op.create_index(op.f("ix_kept_answers_kept_at"), "kept_answers", ["kept_at"])
    op.create_table(
        "categories",
        sa.Column("category", sa.String(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("group", sa.Text(), nullable=False),
        sa.Column("keywords", sa.Text(), nullable=False),
        sa.Column("duplicate_m", sa.Double()),
        sa.Column("questions", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("category", name=op.f("pk_categories")),
    )
    op.create_table(
        "deadlines",
        sa.Column("category", sa.String(), nullable=False),
        sa.Column("stage", sa.String(), nullable=False),
        sa.Column("hours", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("category", "stage", name=op.f("pk_deadlines")),
    )


def _open_cases() -> None:
    """Give every issue its case; whoever kept issues before kept no more than open and closed."""
    connection = op.get_bind()
    name_square = partial(MGRS().toMGRS, MGRSPrecision=3)
    last_ends = sa.text(
        "SELECT issue_id, closed_at FROM issue_reopenings AS one WHERE number ="
        " (SELECT MAX(number) FROM issue_reopenings WHERE issue_id = one.issue_id)"
    )
    reopened = {row.issue_id: row.closed_at for row in connection.execute(last_ends)}
    rows = []
    for issue_id, lon, lat, reported_at, closed_at, approved in connection.execute(
        sa.text("SELECT issue_id, lon, lat, reported_at, closed_at, approved FROM issues")
    ):
        end = reopened.get(issue_id, closed_at)
        stage = "closed" if end is not None else "filed" if approved else "collected"
        rows.append(
            {
                "issue_id": issue_id,
                "stage": stage,
                "unit": name_square(lat, -180.0 if lon == 180.0 else lon),
                "updated_at": reported_at if end is None else end,
                "told": f"{'open' if end is None else 'over'} {'shown' if approved else 'hidden'}",
            }
        )
    names = ("issue_id", "stage", "unit", "updated_at", "told")
    if rows:
        op.bulk_insert(sa.table("cases", *map(sa.column, names)), rows)
    connection.execute(
        sa.text(
            "INSERT INTO categories SELECT DISTINCT category, category, '', '', '', '[]',"
            " CAST(NULL AS DOUBLE PRECISION), '[]' FROM issues"
        )
    )
