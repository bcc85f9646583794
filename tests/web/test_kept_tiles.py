import gc
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from weakref import ref

import pytest

from geo_service.domain.facility import Facility, State
from geo_service.domain.visibility import Viewer
from geo_service.flows.collections import kept as kept_collections_file
from geo_service.flows.collections.kept import KeptCollections
from geo_service.flows.made_tiles import Made, Source, make_layer
from geo_service.flows.tile_layers import TILE_SETS, TileSet
from geo_service.flows.wiring import Workspace, open_workspace
from geo_service.geometry.tile_address import Tile
from geo_service.maps.tiles.cut import Cut
from geo_service.settings import Settings
from geo_service.store import facilities as stored_facilities
from geo_service.store import issues as stored_issues
from geo_service.web import kept_tiles as kept_tiles_file
from geo_service.web.kept_tiles import KeptTiles

HERE = Tile(12, 3323, 1662)
FACILITIES, ISSUES = TILE_SETS["facilities"], TILE_SETS["issues"]
STREETS, EXPOSURE = TILE_SETS["streets"], TILE_SETS["street_exposure"]


@pytest.fixture
def workspace(own_settings: Settings) -> Iterator[Workspace]:
    with open_workspace(own_settings) as opened:
        yield opened


@pytest.fixture
def kept(workspace: Workspace) -> KeptTiles:
    return KeptTiles(workspace, KeptCollections(workspace))


class Counted:
    """Counts how often layers are made and cut."""

    def __init__(self) -> None:
        self.made = self.cut = 0

    def make(
        self,
        workspace: Workspace,
        asked: TileSet,
        viewer: Viewer,
        source: Source,
        before: Made | None,
    ) -> Made:
        self.made += 1
        found = make_layer(workspace, asked, viewer, source, before)
        whole_cut = found.layer.cut

        def counting(tile: Tile) -> Cut:
            self.cut += 1
            return whole_cut(tile)

        found.layer.cut = counting  # type: ignore[method-assign]
        return found


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> Counted:
    counting = Counted()
    monkeypatch.setattr(kept_tiles_file, "make_layer", counting.make)
    return counting


@pytest.mark.parametrize(("asked", "told"), [(FACILITIES, b"cabinet-fresh"), (STREETS, b"name")])
def test_a_tile_is_cut_once(kept: KeptTiles, counted: Counted, asked: TileSet, told: bytes) -> None:
    first = kept.tile(asked, Viewer.PUBLIC, HERE)
    assert told in first
    # All see the same of it.
    assert kept.tile(asked, Viewer.ANALYST, HERE) is first
    kept.tile(asked, Viewer.PUBLIC, Tile(0, 0, 0))
    assert (counted.made, counted.cut) == (1, 2)


def test_many_ask_at_once_and_one_makes(kept: KeptTiles, counted: Counted) -> None:
    all_are_there = threading.Barrier(4)
    given: list[Made] = []

    def ask() -> None:
        all_are_there.wait(timeout=30)
        given.append(kept.made(FACILITIES, Viewer.PUBLIC))

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert counted.made == 1
    assert len(set(map(id, given))) == 1


def test_reports_of_state_leave_tiles_as_they_are(
    workspace: Workspace, kept: KeptTiles, counted: Counted, now: datetime
) -> None:
    first = kept.tile(FACILITIES, Viewer.PUBLIC, HERE)
    with workspace.database.writing() as connection:
        stored_facilities.write_state(connection, "cabinet-fresh", State(now, charged=9))
    assert kept.tile(FACILITIES, Viewer.PUBLIC, HERE) is first
    assert (counted.made, counted.cut) == (1, 1)
    with workspace.database.writing() as connection:
        stored_facilities.write(connection, [Facility("new", "water_point", 112.134, 32.034)])
    assert b"new" in kept.tile(FACILITIES, Viewer.PUBLIC, HERE)
    assert (counted.made, counted.cut) == (2, 2)
    assert kept._bytes == sum(len(text) + 500 for _, text in kept._tiles.values())


def test_a_layer_made_anew_since_is_not_held_for_its_tiles(
    workspace: Workspace, kept: KeptTiles
) -> None:
    kept.tile(FACILITIES, Viewer.PUBLIC, HERE)
    before = ref(kept.made(FACILITIES, Viewer.PUBLIC))
    with workspace.database.writing() as connection:
        stored_facilities.write(connection, [Facility("new", "water_point", 112.134, 32.034)])
    assert b"new" in kept.tile(FACILITIES, Viewer.PUBLIC, Tile(0, 0, 0))
    gc.collect()
    assert before() is None


def test_what_is_taken_back_is_gone_at_once(workspace: Workspace, kept: KeptTiles) -> None:
    assert b"issue-1" in kept.tile(ISSUES, Viewer.PUBLIC, HERE)
    with workspace.database.writing() as connection:
        issue = stored_issues.find(connection, "issue-1")
        assert issue is not None
        stored_issues.write(connection, [replace(issue, approved=False)])
    assert b"issue-1" not in kept.tile(ISSUES, Viewer.PUBLIC, HERE)
    assert b"issue-1" in kept.tile(ISSUES, Viewer.ANALYST, HERE)


def test_each_sort_of_viewer_is_told_what_it_may_see(kept: KeptTiles) -> None:
    for _ in range(2):
        assert b"issue-5" in kept.tile(ISSUES, Viewer.ANALYST, HERE)
        assert b"issue-5" not in kept.tile(ISSUES, Viewer.PUBLIC, HERE)


@pytest.mark.parametrize("patience_s", [0.0, 600.0])
def test_figures_that_take_long_are_counted_anew_behind_those_counted_before(
    workspace: Workspace,
    kept: KeptTiles,
    counted: Counted,
    monkeypatch: pytest.MonkeyPatch,
    patience_s: float,
) -> None:
    monkeypatch.setattr(kept_collections_file, "PATIENCE_S", patience_s)
    before = kept.made(EXPOSURE, Viewer.ANALYST)
    with workspace.database.writing() as connection:
        issue = stored_issues.find(connection, "issue-1")
        assert issue is not None
        stored_issues.write(connection, [replace(issue, lon=issue.lon + 0.001)])
    others = set(threading.enumerate())
    given = kept.made(EXPOSURE, Viewer.ANALYST)
    assert (given is before) is (patience_s == 0.0)
    assert counted.made == (1 if patience_s == 0.0 else 2)
    for counting in set(threading.enumerate()) - others:
        counting.join()
    kept.made(EXPOSURE, Viewer.ANALYST)
    assert counted.made == 2


def test_tiles_kept_take_no_more_than_their_share(workspace: Workspace, counted: Counted) -> None:
    kept = KeptTiles(workspace, KeptCollections(workspace), most_bytes=8_000)
    for column in range(100):
        kept.tile(FACILITIES, Viewer.PUBLIC, Tile(7, column, 3))
    assert counted.cut == 100
    kept.tile(FACILITIES, Viewer.PUBLIC, Tile(7, 99, 3))
    assert counted.cut == 100
    kept.tile(FACILITIES, Viewer.PUBLIC, Tile(7, 0, 3))
    assert counted.cut == 101
    assert kept._bytes == sum(len(text) + 500 for _, text in kept._tiles.values()) <= 8_000
