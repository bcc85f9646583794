"""Features as Python's own client of OGC's standards, OWSLib, reads them."""

import json
from typing import Any

import pytest
import shapely
from owslib.ogcapi.features import Features

from geo_service.domain.visibility import Viewer

FOR_ALL = ["facilities", "issues", "areas", "releases"]
BOX = (112.1302, 32.0301, 112.1339, 32.0340)
Shown = Any
"""What the fixture ``shown`` gives; this folder is no package to import it from."""


@pytest.fixture
def client(shown: Shown) -> Features:
    return Features(shown.landing)


def ids(page: dict[str, Any]) -> list[str]:
    return [feature["id"] for feature in page["features"]]


def test_the_server_tells_of_itself(client: Features) -> None:
    assert client.feature_collections() == FOR_ALL
    assert (
        "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/core"
        in client.conformance()["conformsTo"]
    )
    assert client.api()["openapi"].startswith("3.0.")
    assert client.collection("areas")["title"] == "Areas of responsibility"


def test_queryables_are_the_fields(shown: Shown, client: Features) -> None:
    for name in FOR_ALL:
        told = client.collection_queryables(name)["properties"]
        wanted = {"id", "geometry", *(field.name for field in shown.features(name).fields)}
        assert set(told) == wanted


def test_features_are_found_by_box_property_and_filter(shown: Shown, client: Features) -> None:
    features, values = shown.features("facilities"), shown.values("facilities")
    inside = features.ids[shapely.intersects(features.shapes, shapely.box(*BOX))].tolist()
    assert ids(client.collection_items("facilities", bbox=list(BOX), limit=10_000)) == inside
    page = client.collection_items("facilities", kind="water_point", limit=3)
    assert page["numberReturned"] == 3
    assert page["numberMatched"] == sum(one["kind"] == "water_point" for one in values.values())
    page = client.collection_items("facilities", filter="charged > 5", limit=10_000)
    wanted = [one for one, held in values.items() if (held["charged"] or 0) > 5]
    assert ids(page) == wanted
    tree = json.dumps({"op": ">", "args": [{"property": "charged"}, 5]})
    asked = {"filter": tree, "filter-lang": "cql2-json", "limit": 10_000}
    assert ids(client.collection_items("facilities", **asked)) == wanted


def test_features_come_in_order_and_at_a_time(shown: Shown, client: Features) -> None:
    page = client.collection_items("issues", sortby=("reported_at", "desc"), limit=10_000)
    moments = [one["reported_at"] for one in shown.values("issues").values()]
    told = [one["properties"]["reported_at"][:19] for one in page["features"]]
    assert told == [one.isoformat()[:19] for one in sorted(moments, reverse=True)]
    first = min(moments).isoformat().replace("+00:00", "Z")
    assert client.collection_items("issues", datetime_=first)["numberMatched"] == 1


@pytest.mark.parametrize(
    "feature_id", ["f00042", "osm/node/17", "驿站 一号", "a+b", 'quote\'s "id"']
)
def test_a_feature_is_found_by_its_id(client: Features, feature_id: str) -> None:
    assert client.collection_item("facilities", feature_id)["id"] == feature_id


def test_a_key_is_shown_in_a_header(shown: Shown) -> None:
    headers = {"Authorization": f"Bearer {shown.keys['analyst']}"}
    client = Features(shown.landing, headers=headers)
    assert client.feature_collections() == [*FOR_ALL, "street_exposure", "cell_exposure"]
    page = client.collection_items("street_exposure", limit=1)
    assert page["numberMatched"] == len(shown.features("street_exposure", Viewer.ANALYST))
