import pytest
import shapely

from geo_service.domain.area import Area, Body, Level
from geo_service.errors import RefusedData
from geo_service.store import areas, city
from geo_service.store.database import Database
from geo_service.store.upsert import Written

SQUARE = shapely.to_wkb(shapely.box(112.1, 32.0, 112.2, 32.1))
TOP = Body("b-top", "街道党工委", Level.STREET_COMMITTEE, "Street committee")
LOW = Body(
    "b-low", "社区", Level.COMMUNITY, parent_id="b-top", categories=frozenset({"pothole", "fire"})
)
AREA = Area("a-1", "樊城", "b-low", SQUARE, "Fancheng", {"code": "420606"})


def test_areas_and_bodies_come_back_as_they_were(database: Database) -> None:
    with database.writing() as connection:
        # The child before its parent.
        assert areas.write(connection, [AREA], [LOW, TOP]) == Written(added=3)
    with database.reading() as connection:
        assert areas.read_areas(connection) == [AREA]
        assert areas.read_bodies(connection) == [LOW, TOP]
        assert areas.bodies_by_id(connection) == {"b-low": LOW, "b-top": TOP}
        assert areas.find_body(connection, "b-low") == LOW
        assert areas.find_body(connection, "") is None


def test_writing_again_replaces_by_id(database: Database) -> None:
    moved = Area("a-1", "襄城", "b-top", SQUARE)
    with database.writing() as connection:
        areas.write(connection, [AREA], [TOP, LOW])
        assert areas.write(connection, [moved], []) == Written(replaced=1)
        assert areas.read_areas(connection) == [moved]
        assert areas.read_bodies(connection) == [LOW, TOP]


def test_replace_makes_what_is_given_the_whole_truth(database: Database) -> None:
    kept = Area("a-2", "襄城", "b-top", SQUARE)
    with database.writing() as connection:
        areas.write(connection, [AREA], [TOP, LOW])
        assert areas.write(connection, [kept], [TOP], replace=True) == Written(1, 1, 2)
    with database.reading() as connection:
        assert areas.read_areas(connection) == [kept]
        assert areas.read_bodies(connection) == [TOP]


def test_an_area_may_have_no_body(database: Database) -> None:
    nobody = Area("a-1", "空地", "", SQUARE)
    with database.writing() as connection:
        areas.write(connection, [nobody], [])
        assert areas.read_areas(connection) == [nobody]


def test_an_area_of_an_unknown_body_is_refused_by_name(database: Database) -> None:
    with (
        pytest.raises(RefusedData, match=r"area a-1: The area's body 'b-low' is not there\. Add"),
        database.writing() as connection,
    ):
        areas.write(connection, [AREA], [TOP])
    with database.reading() as connection:
        assert areas.read_areas(connection) == []
        assert areas.read_bodies(connection) == []


def test_a_body_of_an_unknown_parent_is_refused_by_name(database: Database) -> None:
    with (
        pytest.raises(RefusedData, match=r"body b-low: The body's parent 'b-top' is not there"),
        database.writing() as connection,
    ):
        areas.write(connection, [], [LOW])


def test_a_circle_of_parents_is_refused_by_name_and_nothing_is_kept(database: Database) -> None:
    with database.writing() as connection:
        areas.write(connection, [], [TOP, LOW])
    # With what is known already: b-top is the parent of b-low.
    under_itself = Body("b-top", "x", Level.COMMUNITY, parent_id="b-mid")
    between = Body("b-mid", "x", Level.COMMUNITY, parent_id="b-low")
    with (
        pytest.raises(
            RefusedData, match=r"body b-low: .*: b-low < b-top < b-mid < b-low\. Give one of them"
        ),
        database.writing() as connection,
    ):
        areas.write(connection, [AREA], [between, under_itself])
    with database.reading() as connection:
        assert areas.read_bodies(connection) == [LOW, TOP]
        assert areas.read_areas(connection) == []


def test_a_body_that_is_its_own_parent_is_refused(database: Database) -> None:
    with (
        pytest.raises(RefusedData, match=r"each under the next: b-x < b-x\."),
        database.writing() as connection,
    ):
        areas.write(connection, [], [Body("b-x", "x", Level.COMMUNITY, parent_id="b-x")])


def test_writing_tells_caches(database: Database) -> None:
    with database.writing() as connection:
        before = city.changes(connection)
        areas.write(connection, [], [TOP])
        assert city.changes(connection) == before + 1
