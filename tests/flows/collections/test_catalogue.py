"""Which collections there are, and for whom."""

import re

import pytest

from geo_service.domain.visibility import Viewer
from geo_service.errors import NotAllowed, NotFound
from geo_service.features.columns import Kind
from geo_service.flows.collections.catalogue import (
    COLLECTIONS,
    collections_for,
    find_collection,
    read_features,
)
from geo_service.flows.wiring import Workspace

FOR_ALL = ["facilities", "issues", "areas", "releases"]
FOR_ANALYSTS = ["street_exposure", "cell_exposure"]


def test_everybody_has_four_collections_and_analysts_six() -> None:
    assert [one.name for one in collections_for(Viewer.PUBLIC)] == FOR_ALL
    assert [one.name for one in collections_for(Viewer.ANALYST)] == FOR_ALL + FOR_ANALYSTS


@pytest.mark.parametrize("name", FOR_ANALYSTS)
def test_what_comes_of_traces_is_for_analysts(ridden: Workspace, name: str) -> None:
    with pytest.raises(NotAllowed):
        read_features(ridden, name, Viewer.PUBLIC)
    assert len(read_features(ridden, name, Viewer.ANALYST))


def test_an_unknown_collection_is_refused_naming_those_one_may_see(empty: Workspace) -> None:
    with pytest.raises(NotFound) as caught:
        read_features(empty, "traces", Viewer.PUBLIC)
    assert caught.value.remedy == f"There are: {', '.join(FOR_ALL)}."
    with pytest.raises(NotFound) as caught:
        find_collection("", Viewer.ANALYST)
    assert FOR_ANALYSTS[0] in caught.value.remedy


@pytest.mark.parametrize("collection", COLLECTIONS.values(), ids=list(COLLECTIONS))
def test_every_collection_is_described(collection: object) -> None:
    names = [one.name for one in collection.fields]
    assert len(set(names)) == len(names)
    assert collection.id_name not in names
    assert {"geometry", "lon", "lat"}.isdisjoint(names)
    for one in collection.fields:
        assert re.fullmatch(r"[a-z][a-z0-9_]*", one.name)
        assert re.search(r"[.:]", one.meaning)
    for name in filter(None, (collection.begins, collection.ends)):
        (field,) = (one for one in collection.fields if one.name == name)
        assert field.kind is Kind.MOMENT
    assert collection.description.endswith(".")


@pytest.mark.parametrize("name", FOR_ALL)
def test_what_is_read_has_the_fields_that_are_told(ridden: Workspace, name: str) -> None:
    features = read_features(ridden, name, Viewer.PUBLIC)
    collection = find_collection(name, Viewer.PUBLIC)
    assert features.fields == collection.fields
    assert tuple(features.columns) == tuple(one.name for one in collection.fields)
