"""The tables of cases: moves, photos, supporters, questions to riders, and what can be reported."""

from sqlalchemy import (
    Boolean,
    Column,
    Double,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
)

from geo_service.store.columns import UtcTime
from geo_service.store.schema import METADATA

cases = Table(
    "cases",
    METADATA,
    Column("issue_id", ForeignKey("issues.issue_id", ondelete="CASCADE"), primary_key=True),
    Column("stage", String, nullable=False),
    Column("unit", String, nullable=False),
    Column("updated_at", UtcTime, nullable=False),
    Column("area_id", String, nullable=False, server_default=""),
    Column("body_id", String, nullable=False, server_default=""),
    Column("due_at", UtcTime),
    Column("escalations", Integer, nullable=False, server_default="0"),
    Column("merged_into", String, nullable=False, server_default=""),
    Column("reporter", String, nullable=False, server_default=""),
    Column("address", Text, nullable=False, server_default=""),
    Column("rating", Integer),
    Column("told", String, nullable=False, server_default=""),
    Index(None, "stage", "due_at"),
    Index(None, "updated_at"),
    Index(None, "merged_into"),
    Index(None, "reporter"),
    Index(None, "area_id", "stage", "due_at"),
)
"""How each issue is dealt with. Areas and bodies may be gone that are named here."""

case_moves = Table(
    "case_moves",
    METADATA,
    Column("issue_id", ForeignKey("issues.issue_id", ondelete="CASCADE"), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("moved_at", UtcTime, nullable=False),
    Column("stage", String, nullable=False),
    Column("to", String, nullable=False),
    Column("by", String, nullable=False),
    Column("who", String, nullable=False, server_default=""),
    Column("why", Text, nullable=False, server_default=""),
    Column("body_id", String, nullable=False, server_default=""),
    Column("photo_id", String, nullable=False, server_default=""),
    Column("other_issue_id", String, nullable=False, server_default=""),
)
"""Every move of every issue; rows are only ever added."""

supporters = Table(
    "supporters",
    METADATA,
    Column("issue_id", ForeignKey("issues.issue_id", ondelete="CASCADE"), primary_key=True),
    Column("rider", String, primary_key=True),
    Column("supported_at", UtcTime, nullable=False),
    Column("through", String, nullable=False, server_default=""),
)
"""Riders who say that they see an issue too; ``through``: the issue merged into this one."""

photos = Table(
    "photos",
    METADATA,
    Column("photo_id", String, primary_key=True),
    Column("issue_id", ForeignKey("issues.issue_id", ondelete="CASCADE"), nullable=False),
    Column("added_at", UtcTime, nullable=False),
    Column("width", Integer, nullable=False),
    Column("height", Integer, nullable=False),
    Column("size", Integer, nullable=False),
    Column("digest", LargeBinary, nullable=False),
    Column("approved", Boolean, nullable=False),
    Column("rider", String, nullable=False, server_default=""),
    Index(None, "issue_id"),
)
"""Pictures of issues; the files lie in the workspace under ``photos/``, named by ``photo_id``."""

kept_answers = Table(
    "kept_answers",
    METADATA,
    Column("sender", String, primary_key=True),
    Column("sent_key", String, primary_key=True),
    Column("digest", LargeBinary, nullable=False),
    Column("answer", Text, nullable=False),
    Column("kept_at", UtcTime, nullable=False),
    Index(None, "kept_at"),
)
"""What was answered to whom under which idempotency key; ``digest``: of what was sent."""

categories = Table(
    "categories",
    METADATA,
    Column("category", String, primary_key=True),
    Column("name", Text, nullable=False),
    Column("name_en", Text, nullable=False),
    Column("description", Text, nullable=False),
    Column("group", Text, nullable=False),
    Column("keywords", Text, nullable=False),
    Column("duplicate_m", Double),
    Column("questions", Text, nullable=False),
)
"""``keywords`` and ``questions`` are JSON lists."""

deadlines = Table(
    "deadlines",
    METADATA,
    Column("category", String, primary_key=True),
    Column("stage", String, primary_key=True),
    Column("hours", Double, nullable=False),
)

tasks = Table(
    "tasks",
    METADATA,
    Column("task_id", String, primary_key=True),
    Column("issue_id", ForeignKey("issues.issue_id", ondelete="CASCADE"), nullable=False),
    Column("round", Integer, nullable=False),
    Column("rider", String, nullable=False),
    Column("hours", Integer, nullable=False),
    Column("asked_at", UtcTime, nullable=False),
    Column("lapses_at", UtcTime, nullable=False),
    Column("answer", String, nullable=False, server_default=""),
    Column("answered_at", UtcTime),
    Index(None, "rider"),
    Index(None, "issue_id", "round", "rider", unique=True),
)
"""Questions to riders: is it still there? ``hours``: bit h is set if the rider passes at local
hour h. ``round``: answers of one round are counted together."""
