"""The tables of riders' credits, check-ins and teams."""

from sqlalchemy import (
    Column,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
)

from geo_service.store.columns import UtcTime
from geo_service.store.schema import METADATA

ledger = Table(
    "ledger",
    METADATA,
    Column("entry_id", Integer, primary_key=True),
    Column("rider", String, nullable=False),
    Column("entered_at", UtcTime, nullable=False),
    Column("points", Integer, nullable=False),
    Column("reason", String, nullable=False),
    Column("source", String, nullable=False, unique=True),
    Column("offer_id", String, nullable=False, server_default=""),
    Index(None, "rider"),
)
"""Points given and taken; rows are only ever added. ``source`` is what each was for, once."""

used_vouchers = Table(
    "used_vouchers",
    METADATA,
    Column("entry_id", ForeignKey("ledger.entry_id"), primary_key=True, autoincrement=False),
    Column("used_at", UtcTime, nullable=False),
    Column("key_id", String, nullable=False),
)
"""Redemptions for which something was handed out, when and by the holder of which key."""

offers = Table(
    "offers",
    METADATA,
    Column("offer_id", String, primary_key=True),
    Column("name", Text, nullable=False),
    Column("name_en", Text, nullable=False),
    Column("provider", Text, nullable=False),
    Column("facility_id", String, nullable=False),
    Column("points", Integer, nullable=False),
    Column("stock", Integer),
    Column("until", UtcTime),
)
"""What points are taken for; ``stock``: how many there were in all, null: enough."""

check_ins = Table(
    "check_ins",
    METADATA,
    Column("facility_id", String, primary_key=True),
    Column("rider", String, primary_key=True),
    Column("day", Integer, primary_key=True, autoincrement=False),
    Column("checked_in_at", UtcTime, nullable=False),
    Index(None, "rider"),
)
"""One check-in a day a rider; ``day`` is the city's, counted from 1970-01-01."""

teams = Table(
    "teams",
    METADATA,
    Column("team_id", String, primary_key=True),
    Column("name", Text, nullable=False),
    Column("name_en", Text, nullable=False),
)

team_members = Table(
    "team_members",
    METADATA,
    Column("team_id", ForeignKey("teams.team_id", ondelete="CASCADE"), primary_key=True),
    Column("rider", String, primary_key=True),
    Column("since", UtcTime, primary_key=True),
    Column("until", UtcTime),
)
"""Who belongs to which team from when to when; null: still."""
