from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from geo_service.domain.case import Case
from geo_service.domain.facility import Facility, Service, State
from geo_service.domain.issue import Issue
from geo_service.domain.lifecycle import Stage
from geo_service.domain.opening import Calendar
from geo_service.domain.release import Release, ReleasedCell
from geo_service.domain.visibility import Viewer
from geo_service.errors import NotReady
from geo_service.export.dictionary import CELLS, STREETS, Table
from geo_service.features.columns import Column, Field
from geo_service.flows import made_tiles as made_tiles_file
from geo_service.flows.collections.kept import KeptCollections
from geo_service.flows.load_streets import load_streets
from geo_service.flows.look_at_trips import OverlayQuestion
from geo_service.flows.made_tiles import Made, Source, attribution, make_layer, parts_of
from geo_service.flows.open_cases import keep_told
from geo_service.flows.overlay_issues import overlay_frame
from geo_service.flows.tile_layers import TILE_SETS
from geo_service.flows.wiring import Workspace
from geo_service.geometry.tile_address import Tile
from geo_service.maps.tiles.coded import NOTHING, Coded, coded
from geo_service.overlay.cells import cell_names, cell_of
from geo_service.store import cases as stored_cases
from geo_service.store import city
from geo_service.store import facilities as stored_facilities
from geo_service.store import issues as stored_issues
from geo_service.store import releases as stored_releases
from geo_service.streets.profile import Profile

START = datetime(2026, 10, 1, 12, tzinfo=UTC)
WORLD = Tile(0, 0, 0)


class Layer:
    """A layer made now, and whether it holds later."""

    def __init__(self, workspace: Workspace, name: str, viewer: Viewer = Viewer.PUBLIC) -> None:
        self._workspace, self._asked, self._viewer = workspace, TILE_SETS[name], viewer
        self._collections = KeptCollections(workspace)
        self.made = self.made_again(None)

    def made_again(self, before: Made | None) -> Made:
        source = self._source()
        return make_layer(self._workspace, self._asked, self._viewer, source, before)

    def holds(self) -> bool:
        return self.made.is_of(parts_of(self._asked, self._viewer, self._source()))

    def told(self, tile: Tile = WORLD) -> list[dict[str, Any]]:
        """Return what a tile tells of each of its features."""
        cut = self.made.layer.cut(tile)
        return [
            {
                field.name: field.told(field.code[row])
                for field in cut.fields
                if field.code[row] != NOTHING
            }
            for row in range(len(cut))
        ]

    def _source(self) -> Source:
        if self._asked.name == "streets":
            return self._collections.streets_version()
        return self._collections.current(self._asked.name, self._viewer).asked.features


@pytest.fixture
def cabinet() -> Facility:
    return Facility(
        "c/1",
        "charging_cabinet",
        112.14,
        32.04,
        name="柜",
        amenities=frozenset({"b", "a"}),
        services=frozenset({Service.SWAP}),
    )


def write(workspace: Workspace, *records: Facility | Issue) -> None:
    with workspace.database.writing() as connection:
        for record in records:
            if isinstance(record, Facility):
                stored_facilities.write(connection, [record])
                continue
            stored_issues.write(connection, [record])
            if stored_cases.find(connection, record.issue_id) is None:
                case = Case(record, Stage.COLLECTED, "unit", record.reported_at)
                stored_cases.add(connection, [case])


def test_facilities_are_told_as_they_are(empty: Workspace, cabinet: Facility) -> None:
    write(empty, cabinet)
    assert Layer(empty, "facilities").told() == [
        {
            "facility_id": "c/1",
            "kind": "charging_cabinet",
            "name": "柜",
            "amenities": "a;b",
            "services": "swap",
            "count": 1,
        }
    ]


def test_facilities_hold_whatever_they_report(
    empty: Workspace, cabinet: Facility, now: datetime
) -> None:
    write(empty, cabinet)
    layer = Layer(empty, "facilities")
    assert layer.holds()
    for minute in range(3):
        with empty.database.writing() as connection:
            state = State(now + timedelta(minutes=minute), charged=minute)
            assert stored_facilities.write_state(connection, cabinet.facility_id, state)
        assert layer.holds()
    write(empty, Issue("i", "water", 112.14, 32.04, now))
    assert layer.holds()


@pytest.mark.parametrize("change", [{"name": "新"}, {"lon": 112.15}, {"kind": "water_point"}])
def test_facilities_that_are_others_do_not_hold(
    empty: Workspace, cabinet: Facility, change: dict[str, Any]
) -> None:
    write(empty, cabinet)
    layer = Layer(empty, "facilities")
    write(empty, replace(cabinet, **change))
    assert not layer.holds()


def test_facilities_that_came_or_went_do_not_hold(empty: Workspace, cabinet: Facility) -> None:
    layer = Layer(empty, "facilities")
    write(empty, cabinet)
    assert not layer.holds()
    layer = Layer(empty, "facilities")
    with empty.database.writing() as connection:
        stored_facilities.remove(connection, cabinet.facility_id)
    assert not layer.holds()
    layer = Layer(empty, "facilities")
    with empty.database.writing() as connection:
        stored_facilities.write(connection, [cabinet], replace=True)
    assert not layer.holds()


def test_only_columns_that_are_others_are_coded_again(
    empty: Workspace, cabinet: Facility, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(empty, cabinet, replace(cabinet, facility_id="c/2", lon=112.15))
    layer = Layer(empty, "facilities")
    again: list[str] = []

    def counting(field: Field, column: Column) -> Coded:
        again.append(field.name)
        return coded(field, column)

    monkeypatch.setattr(made_tiles_file, "coded", counting)
    for change, expected in (
        ({"name": "新"}, ["name"]),
        ({"lat": 32.05}, []),
        ({"lat": 32.06, "kind": "water_point"}, ["kind"]),
    ):
        cabinet = replace(cabinet, **change)
        write(empty, cabinet)
        layer.made = layer.made_again(layer.made)
        assert again == expected
        again.clear()
        assert layer.told() == Layer(empty, "facilities").told()
        again.clear()


def test_the_public_sees_approved_issues_only(empty: Workspace, now: datetime) -> None:
    shown = Issue("shown", "water", 112.14, 32.04, now, description="secret")
    ended = replace(shown, issue_id="ended", closed_at=now + timedelta(hours=1))
    hidden = replace(shown, issue_id="hidden", approved=False)
    with empty.database.writing() as connection:
        keep_told(connection, empty, [shown, ended, hidden], now, replace=False)
    public = {row["issue_id"]: row for row in Layer(empty, "issues").told()}
    assert public.keys() == {"shown", "ended"}
    assert public["shown"]["open"] is True
    assert "closed_at" not in public["shown"]
    assert public["shown"]["reported_at"] == "2026-11-18T04:00:00Z"
    assert (public["ended"]["open"], public["ended"]["closed_at"]) == (
        False,
        "2026-11-18T05:00:00Z",
    )
    assert not {"approved", "body_id", "due_at", "description"} & public["shown"].keys()
    everything = {row["issue_id"]: row for row in Layer(empty, "issues", Viewer.ANALYST).told()}
    assert everything.keys() == {"shown", "ended", "hidden"}
    assert everything["hidden"]["approved"] is False
    assert not any("description" in row for row in everything.values())


def test_stage_and_unit_come_of_the_case(workspace: Workspace, now: datetime) -> None:
    issue = Issue("i", "water", 112.141, 32.0401, now)
    with workspace.database.writing() as connection:
        keep_told(connection, workspace, [issue], now, replace=False)
    (row,) = Layer(workspace, "issues").told()
    assert row["stage"]
    assert row["unit"]


def test_issues_hold_until_one_of_them_is_another(
    empty: Workspace, cabinet: Facility, now: datetime
) -> None:
    issue = Issue("i", "water", 112.14, 32.04, now)
    write(empty, issue)
    layer = Layer(empty, "issues")
    assert layer.holds()
    write(empty, cabinet)
    write(empty, cabinet, cabinet)
    with empty.database.writing() as connection:
        city.write_calendar(connection, Calendar())
    assert layer.holds()
    write(empty, replace(issue, approved=False))
    assert not layer.holds()
    layer = Layer(empty, "issues")
    write(empty, replace(issue, issue_id="j"))
    assert not layer.holds()


def test_streets_hold_until_others_are_loaded(workspace: Workspace, tmp_path: Path) -> None:
    layer = Layer(workspace, "streets")
    assert layer.made.attribution == ""
    with workspace.database.writing() as connection:
        city.write_calendar(connection, Calendar())
    assert layer.holds()
    line = tmp_path / "street.geojson"
    line.write_text(line.read_text().replace("32.04", "32.05"))
    load_streets(workspace, [line])
    assert not layer.holds()


def test_streets_out_of_openstreetmap_name_it(workspace: Workspace) -> None:
    network = workspace.streets(Profile.WALK).network
    assert attribution(network) == ""
    osm = replace(network, edge_from_id=network.edge_from_id + 7)
    assert attribution(osm) == "© OpenStreetMap contributors"


@pytest.mark.parametrize("name", [name for name, one in TILE_SETS.items() if one.of_streets])
def test_whoever_made_the_streets_is_named_beside_what_is_made_of_them(
    ridden: Workspace, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(made_tiles_file, "attribution", lambda network: f"{network.edges} edges")
    assert Layer(ridden, name, Viewer.ANALYST).made.attribution == "1 edges"


@pytest.mark.parametrize("name", ["streets", "street_exposure"])
def test_without_streets_their_layers_are_not_ready(empty: Workspace, name: str) -> None:
    with pytest.raises(NotReady, match="no streets"):
        Layer(empty, name, Viewer.ANALYST)


def test_the_newest_release_is_told(empty: Workspace, now: datetime) -> None:
    assert Layer(empty, "releases").made.layer.box is None
    cells = sorted(cell_names(cell_of(np.array([112.14, 112.15]), np.array([32.04, 32.04]), 9)))
    for month, period in enumerate(["2026-08", "2026-09"]):
        start = now + timedelta(days=40 * month)
        rows = tuple(ReleasedCell(cell, 20 + month, 10) for cell in cells[: 1 + month])
        with empty.database.writing() as connection:
            release = Release(period, start, start + timedelta(days=30), 9, rows)
            stored_releases.write(connection, release)
        if month == 0:
            older = Layer(empty, "releases")
            assert older.holds()
    assert not older.holds()
    told = Layer(empty, "releases").told(Tile(11, 1661, 831))
    assert sorted(told, key=lambda row: str(row["cell"])) == [
        {"id": f"2026-09.{cell}", "period": "2026-09", "cell": cell, "trips": 21, "riders": 10}
        for cell in cells
    ]


@pytest.mark.parametrize(
    ("by", "table", "tile"),
    [("street", STREETS, Tile(14, 13295, 6651)), ("cell", CELLS, Tile(12, 3323, 1662))],
)
def test_exposure_is_that_of_the_tables(
    ridden: Workspace, by: str, table: Table, tile: Tile
) -> None:
    frame = overlay_frame(ridden, by, OverlayQuestion()).set_index(table.columns[0].name)
    layer = Layer(ridden, f"{by}_exposure", Viewer.ANALYST)
    assert layer.holds()
    told = layer.told(tile)
    assert len(told) == len(frame) > 0
    known = {column.name for column in table.columns} - {"geometry", "lon", "lat"}
    assert {field.name for field in layer.made.layer.fields} == known
    for values in told:
        row = frame.loc[values.pop(table.columns[0].name)]
        for name, value in values.items():
            assert value == row[name], name
        missing = known - values.keys() - {table.columns[0].name}
        assert all(row[name] == "" or np.isnan(row[name]) for name in missing)
    if by == "street":
        assert (told[0]["trips"], told[0]["riders"], told[0]["passes"]) == (5, 2, 5)


def test_exposure_holds_until_trips_or_issues_are_others(
    ridden: Workspace, cabinet: Facility, now: datetime
) -> None:
    layer = Layer(ridden, "street_exposure", Viewer.ANALYST)
    write(ridden, cabinet)
    assert layer.holds()
    (day,) = ridden.lake.read(START, START + timedelta(days=1))
    ridden.lake.add(day, replace=True)
    assert not layer.holds()
    layer = Layer(ridden, "street_exposure", Viewer.ANALYST)
    write(ridden, Issue("another", "water", 112.143, 32.0401, now))
    assert not layer.holds()
