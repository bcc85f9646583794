"""A city of every revision there has been is brought up to date with all that is in it."""

from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import pytest
from old_city import counted, make_old_city, read_rows, revisions, tables
from sqlalchemy import text
from whole_city import empty_tables, make_whole_city, settings_in, write_once

from geo_service.flows.examine_workspace import examine
from geo_service.flows.start_workspace import start_workspace
from geo_service.flows.wiring import address_in, open_workspace
from geo_service.settings import Settings
from geo_service.store.database import Database

CHANGES = 4
"""So often something was written to the city that is made old."""
BEGINNINGS = """
    SELECT COUNT(*) FROM trace_days WHERE begins_at = (
        SELECT MIN(starts_at) FROM trips JOIN trace_files USING (file_id)
        WHERE trace_files.day = trace_days.day)
"""
ARRIVES: dict[str, list[tuple[str, Sequence[tuple[object, ...]]]]] = {
    "0001": [],
    "0002": [
        ("SELECT operator FROM keys", [("",)]),
        ("SELECT change, facility_id FROM facility_changes", [(CHANGES, "")]),
    ],
    "0003": [
        ("SELECT DISTINCT west, south, east, north FROM trips", [(None,) * 4]),
        ("SELECT DISTINCT rows, size, digest FROM trace_files", [(None,) * 3]),
    ],
    "0004": [
        ("SELECT confirmed_at FROM issues", [(None,)]),
        (BEGINNINGS, [(5,)]),
    ],
    "0005": [
        # It was closed, and opened again.
        ("SELECT stage, told FROM cases", [("filed", "open shown")]),
        ("SELECT category, name FROM categories", [("standing_water", "standing_water")]),
        ("SELECT COUNT(*) FROM case_moves", [(0,)]),
        ("SELECT COUNT(*) FROM tasks", [(0,)]),
    ],
    "0006": [("SELECT rider FROM keys", [("",)]), ("SELECT COUNT(*) FROM ledger", [(0,)])],
    "0007": [("SELECT change, issue_id FROM issue_changes", [(CHANGES, "")])],
    "0008": [("SELECT COUNT(*) FROM consents", [(0,)])],
    "0009": [("SELECT areas FROM keys", [("[]",)])],
    "0010": [("SELECT COUNT(*) FROM rider_key_generations", [(0,)])],
    "0011": [
        ("SELECT COUNT(*) FROM audit", [(0,)]),
        ("SELECT forgotten_before FROM audit_horizon", [(0,)]),
    ],
    # Only PostgreSQL gets anything; test_migrating_postgresql.py looks at it.
    "0012": [],
}
"""What each revision makes of a city that was there before it: questions and their answers."""
RESTATED: set[tuple[str, str]] = set()
"""Columns, as table and name, whose values a later revision writes otherwise; ARRIVES says how."""


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    settings = settings_in(tmp_path_factory.mktemp("whole"))
    make_whole_city(settings)
    with open_workspace(settings) as workspace:
        assert empty_tables(workspace) == []
    return settings


def test_every_revision_says_what_it_makes_of_what_was_there() -> None:
    assert list(ARRIVES) == revisions()


@pytest.mark.parametrize("revision", revisions())
def test_all_that_was_in_a_city_is_there_and_the_program_works_with_it(
    revision: str, whole: Settings, tmp_path: Path
) -> None:
    settings, put = make_old_city(whole, tmp_path / "old", revision)
    start_workspace(settings).close()
    with (
        closing(Database(address_in(settings.workspace))) as database,
        database.reading() as connection,
    ):
        newest = tables(connection)
        for name, rows in put.items():
            kept = newest.get(name, ())
            same = [one for one in rows[0] if one in kept and (name, one) not in RESTATED]
            wanted = [{one: row[one] for one in same} for row in rows]
            assert counted(read_rows(connection, name, same)) == counted(wanted), name
        for later in revisions()[revisions().index(revision) + 1 :]:
            for asked, answer in ARRIVES[later]:
                assert list(map(tuple, connection.execute(text(asked)))) == answer, asked
    with open_workspace(settings) as workspace, open_workspace(whole) as as_it_is:
        assert examine(workspace).findings == ()
        assert fixes_of(workspace.lake) == fixes_of(as_it_is.lake)
        for number in range(2):
            write_once(workspace, "new", number)
        assert examine(workspace).sound


def fixes_of(lake: object) -> set[tuple[object, ...]]:
    return {
        (fixes.trip_ids, fixes.rider_ids, fixes.t.tobytes(), fixes.lon.tobytes())
        for fixes in lake.read()  # type: ignore[attr-defined]
    }
