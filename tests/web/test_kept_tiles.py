from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from geo_service.domain.facility import Facility, State
from geo_service.domain.visibility import Viewer
from geo_service.flows.tile_layers import TILE_SETS, Gathered, TileSet
from geo_service.flows.wiring import Workspace, open_workspace
from geo_service.geometry.tile_address import Tile
from geo_service.maps.tiles.cut import Cut
from geo_service.settings import Settings
from geo_service.store import facilities as stored_facilities
from geo_service.store import issues as stored_issues
from geo_service.web import kept_tiles as kept_tiles_file
from geo_service.web.kept_tiles import STALE, KeptTiles

HERE = Tile(12, 3323, 1662)
FACILITIES, ISSUES = TILE_SETS["facilities"], TILE_SETS["issues"]


@pytest.fixture
def workspace(own_settings: Settings) -> Iterator[Workspace]:
    with open_workspace(own_settings) as opened:
        yield opened


class Counted:
    """A layer that counts how often it is gathered and cut."""

    def __init__(self, of: TileSet) -> None:
        self.gathered = self.cut = 0
        self._of = of
        self.tile_set = replace(of, gather=self._gather)

    def _gather(self, workspace: Workspace, viewer: Viewer) -> Gathered:
        self.gathered += 1
        found = self._of.gather(workspace, viewer)
        whole_cut = found.layer.cut

        def counting(tile: Tile) -> Cut:
            self.cut += 1
            return whole_cut(tile)

        found.layer.cut = counting  # type: ignore[method-assign]
        return found


def test_a_tile_is_cut_once(workspace: Workspace, now: datetime) -> None:
    kept, counted = KeptTiles(workspace), Counted(FACILITIES)
    first = kept.tile(counted.tile_set, Viewer.PUBLIC, HERE, now)
    assert b"cabinet-fresh" in first
    # All see the same of it.
    assert kept.tile(counted.tile_set, Viewer.ANALYST, HERE, now) is first
    kept.tile(counted.tile_set, Viewer.PUBLIC, Tile(0, 0, 0), now)
    assert (counted.gathered, counted.cut) == (1, 2)


def test_reports_of_state_leave_tiles_as_they_are(workspace: Workspace, now: datetime) -> None:
    kept, counted = KeptTiles(workspace), Counted(FACILITIES)
    first = kept.tile(counted.tile_set, Viewer.PUBLIC, HERE, now)
    with workspace.database.writing() as connection:
        stored_facilities.write_state(connection, "cabinet-fresh", State(now, charged=9))
    assert kept.tile(counted.tile_set, Viewer.PUBLIC, HERE, now) is first
    assert (counted.gathered, counted.cut) == (1, 1)
    with workspace.database.writing() as connection:
        stored_facilities.write(connection, [Facility("new", "water_point", 112.134, 32.034)])
    assert b"new" in kept.tile(counted.tile_set, Viewer.PUBLIC, HERE, now)
    assert (counted.gathered, counted.cut) == (2, 2)
    assert kept._bytes == sum(len(text) + 500 for _, text in kept._tiles.values())


def test_what_is_taken_back_is_gone_at_once(workspace: Workspace, now: datetime) -> None:
    kept = KeptTiles(workspace)
    assert b"issue-1" in kept.tile(ISSUES, Viewer.PUBLIC, HERE, now)
    with workspace.database.writing() as connection:
        issue = stored_issues.find(connection, "issue-1")
        assert issue is not None
        stored_issues.write(connection, [replace(issue, approved=False)])
    assert b"issue-1" not in kept.tile(ISSUES, Viewer.PUBLIC, HERE, now)
    assert b"issue-1" in kept.tile(ISSUES, Viewer.ANALYST, HERE, now)


def test_each_sort_of_viewer_is_told_what_it_may_see(workspace: Workspace, now: datetime) -> None:
    kept = KeptTiles(workspace)
    for _ in range(2):
        assert b"issue-5" in kept.tile(ISSUES, Viewer.ANALYST, HERE, now)
        assert b"issue-5" not in kept.tile(ISSUES, Viewer.PUBLIC, HERE, now)


@pytest.mark.parametrize("patience_s", [0.0, 600.0])
def test_figures_that_take_long_are_counted_anew_after_a_while(
    workspace: Workspace, now: datetime, monkeypatch: pytest.MonkeyPatch, patience_s: float
) -> None:
    monkeypatch.setattr(kept_tiles_file, "PATIENCE_S", patience_s)
    kept, counted = KeptTiles(workspace), Counted(TILE_SETS["street_exposure"])
    kept.layer(counted.tile_set, Viewer.ANALYST, now)
    with workspace.database.writing() as connection:
        issue = stored_issues.find(connection, "issue-1")
        assert issue is not None
        stored_issues.write(connection, [replace(issue, lon=issue.lon + 0.001)])
    kept.layer(counted.tile_set, Viewer.ANALYST, now + timedelta(minutes=1))
    assert counted.gathered == (1 if patience_s == 0.0 else 2)
    kept.layer(counted.tile_set, Viewer.ANALYST, now + STALE)
    assert counted.gathered == 2


def test_tiles_kept_take_no_more_than_their_share(workspace: Workspace, now: datetime) -> None:
    kept, counted = KeptTiles(workspace, most_bytes=8_000), Counted(FACILITIES)
    for column in range(100):
        kept.tile(counted.tile_set, Viewer.PUBLIC, Tile(7, column, 3), now)
    assert counted.cut == 100
    kept.tile(counted.tile_set, Viewer.PUBLIC, Tile(7, 99, 3), now)
    assert counted.cut == 100
    kept.tile(counted.tile_set, Viewer.PUBLIC, Tile(7, 0, 3), now)
    assert counted.cut == 101
    assert kept._bytes == sum(len(text) + 500 for _, text in kept._tiles.values()) <= 8_000
