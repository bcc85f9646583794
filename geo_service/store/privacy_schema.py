"""The tables of riders' consents, of erased riders, and of when riders' names change."""

from sqlalchemy import Column, Index, Integer, String, Table, Text

from geo_service.store.columns import UtcTime
from geo_service.store.schema import METADATA

consents = Table(
    "consents",
    METADATA,
    Column("consent_id", Integer, primary_key=True),
    Column("rider", String, nullable=False),
    Column("version", String, nullable=False),
    Column("agreed_at", UtcTime, nullable=False),
    Column("withdrawn_at", UtcTime),
    Index(None, "rider"),
)
"""What riders said to having traces kept; rows are only ever added, and the last one holds.

``version``: of the text agreed to. ``withdrawn_at``: null where the rider agrees; else the row
says when the agreement of ``agreed_at`` was withdrawn.
"""

erasures = Table(
    "erasures",
    METADATA,
    Column("mark", String, primary_key=True),
    Column("asked_at", UtcTime, primary_key=True),
    Column("done_at", UtcTime),
    Column("photos_left", Text, nullable=False, server_default="[]"),
)
"""Riders that were erased, so that a backup put back does not bring them back.

``mark`` is a keyed hash of the rider's pseudonym. ``done_at``: null while something is left to be
done. ``photos_left``: a JSON list of photos whose rows are gone and whose files may not be.
"""

rider_key_generations = Table(
    "rider_key_generations",
    METADATA,
    Column("month", String, primary_key=True),
    Column("begins_at", UtcTime, nullable=False),
    Column("mark", String, nullable=False),
)
"""When the names of riders in traces change; no row at all: they never did.

``month``: of the city's calendar, blank for the time before any change. ``mark``: a keyed hash that
tells the generation's secret from any other; of the blank month, that of the accounts' key.
"""
