import pytest

from geo_service.domain.visibility import Viewer
from geo_service.errors import NotAllowed, NotFound
from geo_service.flows.collections.catalogue import COLLECTIONS
from geo_service.flows.tile_layers import TILE_SETS, tile_set

EXPOSURES = ["street_exposure", "cell_exposure"]


def test_layers_are_found_by_name() -> None:
    assert tile_set("issues", Viewer.PUBLIC) is TILE_SETS["issues"]
    assert [name for name, one in TILE_SETS.items() if not one.public] == EXPOSURES
    for viewer in Viewer:
        with pytest.raises(NotFound, match="facilities, issues, releases, streets"):
            tile_set("traces", viewer)


@pytest.mark.parametrize("name", EXPOSURES)
def test_layers_of_analysts_are_for_analysts(name: str) -> None:
    assert tile_set(name, Viewer.ANALYST) is TILE_SETS[name]
    assert TILE_SETS[name].seen_as(Viewer.ANALYST) is Viewer.ANALYST
    with pytest.raises(NotAllowed):
        tile_set(name, Viewer.PUBLIC)


@pytest.mark.parametrize("name", [name for name in TILE_SETS if name in COLLECTIONS])
def test_all_that_a_layer_names_are_fields_of_its_collection(name: str) -> None:
    asked = TILE_SETS[name]
    told = {field.name for field in asked.fields(Viewer.ANALYST)}
    assert told == {*asked.tells, *asked.tells_analysts}
    assert {asked.newest, asked.rank} - {""} <= told
    assert {field.name for field in asked.fields(Viewer.PUBLIC)} == set(asked.tells)
    if asked.still is not None:
        assert COLLECTIONS[name].ends in asked.tells


def test_all_see_the_same_of_a_layer_that_tells_analysts_nothing_more() -> None:
    for viewer in Viewer:
        assert TILE_SETS["issues"].seen_as(viewer) is viewer
        assert TILE_SETS["facilities"].seen_as(viewer) is Viewer.PUBLIC
