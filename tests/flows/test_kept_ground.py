from collections.abc import Iterator
from pathlib import Path

import pytest
import shapely

from geo_service.domain.area import Area, Body, Level
from geo_service.domain.responsibility import Responsible
from geo_service.flows.kept_ground import AreaGround
from geo_service.flows.load_streets import load_streets
from geo_service.flows.wiring import Workspace
from geo_service.store import areas, city
from geo_service.store.issues import write as write_issues

TOP = Body("top", "街道", Level.STREET_COMMITTEE)
LOW = Body("low", "社区", Level.COMMUNITY, parent_id="top")
SQUARE = shapely.to_wkb(shapely.box(112.1, 32.0, 112.2, 32.1))


def ground_of(workspace: Workspace) -> AreaGround:
    with workspace.database.reading() as connection:
        return workspace.kept_ground.areas(connection)


@pytest.fixture
def mapped(workspace: Workspace) -> Iterator[Workspace]:
    with workspace.database.writing() as connection:
        areas.write(connection, [Area("a", "a", "low", SQUARE)], [TOP, LOW])
    return workspace


def test_areas_are_made_ready_once_whatever_else_is_written(mapped: Workspace) -> None:
    first = ground_of(mapped)
    assert first.area_map.responsible_for(112.15, 32.05, "fire") == Responsible("a", "low")
    assert first.elsewhere == Responsible("", "top")
    with mapped.database.writing() as connection:
        write_issues(connection, [])
    assert ground_of(mapped) is first


@pytest.mark.parametrize(
    ("area", "body"),
    [
        (Area("a", "a", "low", shapely.to_wkb(shapely.box(112.1, 32.0, 112.2, 32.2))), LOW),
        (Area("a", "a", "top", SQUARE), LOW),
        (Area("b", "b", "low", SQUARE), LOW),
        (
            Area("a", "a", "low", SQUARE),
            Body("low", "社区", Level.COMMUNITY, parent_id="top", categories=frozenset({"fire"})),
        ),
        (Area("a", "a", "low", SQUARE), Body("low", "社区", Level.COMMUNITY)),
        (Area("a", "a", "low", SQUARE), Body("low", "x", Level.COMMUNITY, parent_id="top")),
    ],
    ids=["polygon", "whose", "another area", "categories", "parent", "name"],
)
def test_whatever_decides_is_seen_at_once(mapped: Workspace, area: Area, body: Body) -> None:
    first = ground_of(mapped)
    with mapped.database.writing() as connection:
        areas.write(connection, [area], [body])
    second = ground_of(mapped)
    assert second is not first
    assert second.bodies["low"] == body


def test_what_is_rolled_back_was_never_there(mapped: Workspace) -> None:
    elsewhere = shapely.to_wkb(shapely.box(113.0, 32.0, 113.1, 32.1))

    def write_in_vain() -> None:
        with mapped.database.writing() as connection:
            areas.write(connection, [Area("b", "b", "top", elsewhere)], [])
            assert mapped.kept_ground.areas(connection).area_map.holds(113.05, 32.05)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        write_in_vain()
    with mapped.database.writing() as connection:
        write_issues(connection, [])
    assert not ground_of(mapped).area_map.holds(113.05, 32.05)
    assert ground_of(mapped).area_map.holds(112.15, 32.05)


def test_streets_are_opened_once_a_version(mapped: Workspace, tmp_path: Path) -> None:
    with mapped.database.reading() as connection:
        first = mapped.kept_ground.streets(connection)
        assert first is not None
        assert mapped.kept_ground.streets(connection) is first
        assert first.version == city.read_streets_version(connection)
    other = tmp_path / "other.geojson"
    other.write_text((tmp_path / "street.geojson").read_text().replace("112.15", "112.16"))
    load_streets(mapped, [other])
    with mapped.database.reading() as connection:
        second = mapped.kept_ground.streets(connection)
    assert second is not None
    assert second.version != first.version
    assert second.network.extent[2] == pytest.approx(112.16)


def test_without_streets_there_are_none(empty: Workspace) -> None:
    with empty.database.reading() as connection:
        assert empty.kept_ground.streets(connection) is None
