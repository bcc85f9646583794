"""The tables of the audit log."""

from sqlalchemy import Column, Index, Integer, String, Table

from geo_service.store.columns import UtcTime
from geo_service.store.schema import METADATA

audit = Table(
    "audit",
    METADATA,
    Column("entry_id", Integer, primary_key=True),
    Column("done_at", UtcTime, nullable=False),
    Column("who", String, nullable=False),
    Column("what", String, nullable=False),
    Column("about", String, nullable=False),
    Column("about_id", String, nullable=False),
    Index(None, "done_at"),
)
"""Who wrote what, in the write's own transaction; rows are added, and go when they are old."""

audit_horizon = Table(
    "audit_horizon",
    METADATA,
    Column("horizon_id", Integer, primary_key=True, autoincrement=False),
    Column("forgotten_before", UtcTime, nullable=False),
)
"""One row, made by its migration: nothing older is kept, and nothing younger lets itself remove."""
