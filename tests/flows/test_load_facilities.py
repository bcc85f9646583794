"""Facilities of a table and of OpenStreetMap go through the same checks."""

from datetime import datetime
from pathlib import Path

import pytest

from geo_service.errors import RefusedRecords, WrongUsage
from geo_service.flows.load_facilities import load_facilities, load_osm_facilities
from geo_service.flows.loading import LoadOptions
from geo_service.flows.wiring import Workspace
from geo_service.geometry.datum import Datum
from geo_service.store import facilities as stored_facilities

RACK = '<node id="{}" lat="32.04" lon="{}"><tag k="amenity" v="bicycle_parking"/></node>'


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Write a rack in the district, and one 900 km from it."""
    path = tmp_path / "city.osm"
    racks = RACK.format(1, "112.145") + RACK.format(2, "121.5")
    path.write_text(f'<osm version="0.6">{racks}</osm>')
    return path


def stored(workspace: Workspace) -> list[tuple[str, str]]:
    with workspace.database.reading() as connection:
        return [(one.facility_id, one.kind) for one in stored_facilities.read_all(connection)]


def test_without_streets_all_is_loaded(empty: Workspace, file: Path, now: datetime) -> None:
    report = load_osm_facilities(empty, [file], LoadOptions(), now)
    assert (report.what, report.read, report.loaded) == ("facilities", 2, 2)
    assert stored(empty) == [("osm/node/1", "parking_point"), ("osm/node/2", "parking_point")]


def test_place_far_from_the_streets_refuses_all(
    workspace: Workspace, file: Path, now: datetime
) -> None:
    with pytest.raises(RefusedRecords, match=r"record 2 \(osm/node/2\): It lies 88\d km"):
        load_osm_facilities(workspace, [file], LoadOptions(), now)
    assert stored(workspace) == []


def test_refused_ones_may_be_skipped_and_are_listed(
    workspace: Workspace, file: Path, now: datetime
) -> None:
    report = load_osm_facilities(workspace, [file], LoadOptions(skip_refused=True), now)
    assert (report.read, report.loaded, report.refused) == (2, 1, 1)
    assert report.refused_list is not None
    assert "osm/node/2" in report.refused_list.read_text(encoding="utf-8-sig")
    assert stored(workspace) == [("osm/node/1", "parking_point")]


def test_whole_truth_of_which_all_is_refused_leaves_what_there_is(
    workspace: Workspace, file: Path, now: datetime, tmp_path: Path
) -> None:
    load_osm_facilities(workspace, [file], LoadOptions(skip_refused=True), now)
    far = tmp_path / "far.osm"
    far.write_text(f'<osm version="0.6">{RACK.format(3, "121.5")}</osm>')
    options = LoadOptions(skip_refused=True, replace=True)
    with pytest.raises(RefusedRecords, match="--replace would leave none"):
        load_osm_facilities(workspace, [far], options, now)
    assert stored(workspace) == [("osm/node/1", "parking_point")]


def test_loading_again_replaces_and_the_file_may_be_the_whole_truth(
    empty: Workspace, file: Path, now: datetime, tmp_path: Path
) -> None:
    load_osm_facilities(empty, [file], LoadOptions(), now)
    again = load_osm_facilities(empty, [file], LoadOptions(), now)
    assert (again.loaded, again.replaced, again.removed) == (2, 2, 0)
    (tmp_path / "own.csv").write_text("id,kind,lon,lat\nours,rest_station,112.14,32.04\n")
    load_facilities(empty, [tmp_path / "own.csv"], LoadOptions(), now)
    whole = load_osm_facilities(empty, [file], LoadOptions(replace=True), now)
    assert (whole.replaced, whole.removed) == (2, 1)


def test_only_places_of_one_kind_are_taken(empty: Workspace, tmp_path: Path, now: datetime) -> None:
    path = tmp_path / "two.osm"
    tap = RACK.format(3, "112.14").replace("bicycle_parking", "drinking_water")
    path.write_text(f'<osm version="0.6">{RACK.format(1, "112.145")}{tap}</osm>')
    load_osm_facilities(empty, [path], LoadOptions(kind="water_point"), now)
    assert stored(empty) == [("osm/node/3", "water_point")]


def test_datum_and_columns_are_wrong_usage(empty: Workspace, file: Path, now: datetime) -> None:
    with pytest.raises(WrongUsage, match="OpenStreetMap is in wgs84, not gcj02"):
        load_osm_facilities(empty, [file], LoadOptions(datum=Datum.GCJ02), now)
    with pytest.raises(WrongUsage, match="tags, not columns"):
        load_osm_facilities(empty, [file], LoadOptions(columns={"name": "x"}), now)


def test_openstreetmap_file_without_the_option_is_sent_to_it(
    empty: Workspace, file: Path, now: datetime
) -> None:
    with pytest.raises(WrongUsage, match=r"Load it with --from-osm .*city\.osm"):
        load_facilities(empty, [file], LoadOptions(), now)
