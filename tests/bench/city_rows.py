"""All that a workspace holds, row by row, to be told from what it held before."""

import hashlib
from collections import Counter

from sqlalchemy import inspect, select

from geo_service.flows.wiring import open_workspace
from geo_service.settings import Settings
from geo_service.store.content_digest import LAYOUT
from geo_service.store.schema import METADATA

CHANCE = {"trace_days": {"stamp"}}
"""Columns that are another each time the same is done."""

JOURNALS = {"city", "facility_changes", "issue_changes"}
"""Where it is counted how often something was written."""

Rows = dict[str, Counter[object]]


def rows_of(settings: Settings) -> Rows:
    """Read every table, every trip's fixes and every photo, wherever in files they lie."""
    found: Rows = {}
    with open_workspace(settings) as workspace:
        with workspace.database.reading() as connection:
            there = set(inspect(connection).get_table_names())
            for table in METADATA.sorted_tables:
                left_out = LAYOUT.get(table.name, set()) | CHANCE.get(table.name, set())
                columns = [column for column in table.c if column.name not in left_out]
                if table.name in there and columns and table.name != "trace_files":
                    rows = connection.execute(select(*columns)).all()
                    found[table.name] = Counter(tuple(row) for row in rows)
        found["fixes"] = Counter(
            (fixes.trip_ids[number], *(part[begin:end].tobytes() for part in columns))
            for fixes in workspace.lake.read()
            for columns in [(fixes.t, fixes.lon, fixes.lat)]
            for number, (begin, end) in enumerate(
                zip(fixes.offsets[:-1], fixes.offsets[1:], strict=True)
            )
        )
        found["photo files"] = Counter(
            hashlib.sha256(workspace.photos.read(row[0]) or b"missing").hexdigest()
            for row in found["photos"]
        )
    return found


def without_journals(rows: Rows) -> Rows:
    """Leave out how often something was written."""
    return {name: counted for name, counted in rows.items() if name not in JOURNALS}
