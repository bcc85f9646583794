"""A map is drawn by its viewer's rights, and written whole."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from geo_service.domain.facility import Facility
from geo_service.domain.issue import Issue
from geo_service.domain.visibility import Viewer
from geo_service.errors import NotReady, UnknownKind, WrongUsage
from geo_service.flows.draw_map import draw_map, write_map
from geo_service.flows.find_catchments import CatchmentQuestion
from geo_service.flows.look_at_trips import as_it_goes
from geo_service.flows.wiring import Workspace
from geo_service.maps.page import LAYERS, PUBLIC_LAYERS
from geo_service.store import city
from geo_service.store import facilities as stored_facilities
from geo_service.store import issues as stored


@pytest.fixture
def town(workspace: Workspace, now: datetime) -> Workspace:
    """Return the street with an issue everybody may see and one that staff have not approved."""
    day = now - timedelta(days=1)
    known = [
        Issue("a", "standing_water", 112.143, 32.0401, day, description="Forall"),
        Issue("b", "standing_water", 112.144, 32.0401, day, description="Forstaff", approved=False),
    ]
    with workspace.database.writing() as connection:
        stored.write(connection, known, replace=False)
        city.write_title(connection, "Xtown", "Xnote")
    return workspace


def test_public_never_sees_what_is_not_approved(town: Workspace, now: datetime) -> None:
    public, analyst = (draw_map(town, viewer, now) for viewer in Viewer)
    assert ("Forall" in public, "Forstaff" in public) == (True, False)
    assert ("Forall" in analyst, "Forstaff" in analyst) == (True, True)
    assert "Xtown" in public
    assert "Xnote" in public


@pytest.mark.parametrize("layer", sorted(set(LAYERS) - set(PUBLIC_LAYERS)))
def test_layer_that_tells_of_traces_is_not_for_the_public(
    town: Workspace, now: datetime, layer: str
) -> None:
    with pytest.raises(WrongUsage, match=layer) as caught:
        draw_map(town, Viewer.PUBLIC, now, layers=[layer])
    assert layer not in caught.value.remedy
    assert "</html>" in draw_map(town, Viewer.ANALYST, now, layers=[layer])


def test_map_of_an_empty_workspace_is_drawn(empty: Workspace, now: datetime) -> None:
    for viewer in Viewer:
        assert "</html>" in draw_map(empty, viewer, now)


@pytest.mark.parametrize("offline", [True, False])
def test_map_is_written_whole_with_its_scripts(
    town: Workspace, now: datetime, offline: bool, tmp_path: Path
) -> None:
    path = tmp_path / "maps" / "x.html"
    words = {"layers": ["issues"], "public": True, "progress": as_it_goes}
    size = write_map(town, path, now, offline=offline, **words)
    assert size == path.stat().st_size
    beside = {one.name for one in path.parent.iterdir()}
    assert beside == ({"x.html"} if offline else {"x.html", "assets"})
    with pytest.raises(WrongUsage):
        write_map(town, path, now, offline=offline, **(words | {"layers": ["rate"]}))
    assert path.stat().st_size == size


@pytest.mark.parametrize("layer", ["streets", "catchments"])
def test_streets_that_are_asked_for_must_be_there(
    empty: Workspace, now: datetime, layer: str
) -> None:
    with pytest.raises(NotReady, match="no streets yet"):
        draw_map(empty, Viewer.ANALYST, now, layers=[layer])


def test_catchments_are_for_everybody_by_kind_and_open_at_the_minutes_asked(
    town: Workspace, now: datetime
) -> None:
    stations = [
        Facility("x", "rest_station", 112.141, 32.04, name="Xstation"),
        Facility("y", "water_point", 112.149, 32.04, name="Ywater"),
    ]
    with town.database.writing() as connection:
        stored_facilities.write(connection, stations, replace=False)
    for viewer in Viewer:
        assert 'data-layer="catchments"' in draw_map(town, viewer, now)
    page = draw_map(town, Viewer.PUBLIC, now, layers=["catchments"])
    assert ("Xstation" in page, "Ywater" in page) == (True, True)
    assert 'step="1" value="10"' in page
    asked = CatchmentQuestion(kinds=frozenset({"water_point"}), minutes=4)
    page = draw_map(town, Viewer.PUBLIC, now, layers=["catchments"], catchments=asked)
    assert ("Xstation" in page, "Ywater" in page) == (False, True)
    assert 'step="1" value="4"' in page
    wrong = CatchmentQuestion(kinds=frozenset({"helipad"}))
    with pytest.raises(UnknownKind, match="helipad"):
        draw_map(town, Viewer.PUBLIC, now, layers=["catchments"], catchments=wrong)
