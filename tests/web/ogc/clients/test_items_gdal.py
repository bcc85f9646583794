"""Features as GDAL's OAPIF driver reads them: Debian's programs, and the build in pyogrio.

What comes out is held against the workspace itself.
"""

import json
import os
import shutil
import sys
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import pyogrio
import pytest
import shapely

from geo_service.domain.visibility import Viewer

Run = Callable[..., str]
Read = Callable[..., dict[str, dict[str, Any]]]
Shown = Any
"""What the fixture ``shown`` gives; this folder is no package to import it from."""

FOR_ALL = ["facilities", "issues", "areas", "releases"]
TYPES = {
    "text": "String", "texts": "StringList", "integer": "Integer", "flag": "Integer(Boolean)",
    "moment": "DateTime", "number": "Real",
}  # fmt: skip
ALL = {name: (name, {}) for name in FOR_ALL}
BOX = (112.1302, 32.0301, 112.1339, 32.0340)
READ = ALL | {
    "some": ("facilities", {"bbox": BOX, "where": "kind = 'water_point'"}),
    "32649": ("areas", {"CRS": "EPSG:32649"}),
    "3857": ("areas", {"CRS": "EPSG:3857"}),
}
"""What pyogrio reads: a name, the layer, and how. All in one process, which takes long to start."""
SCRIPT = """
import json, sys
import pyogrio

address, asked = sys.argv[1:]
for name, (layer, how) in json.loads(asked).items():
    how = {key: tuple(value) if key == "bbox" else value for key, value in how.items()}
    frame = pyogrio.read_dataframe(address, layer=layer, datetime_as_string=True, **how)
    for field in frame.columns[frame.dtypes == object]:
        if field != "geometry":
            held = frame[field]
            plain = [one is None or isinstance(one, str) for one in held]
            frame[field] = [one if so else list(one) for one, so in zip(held, plain)]
    print(json.dumps([name, frame.crs.to_string(), json.loads(frame.to_json())]))
"""

pytestmark = pytest.mark.slow
with_programs = pytest.mark.skipif(
    shutil.which("ogr2ogr") is None, reason="gdal-bin is not installed; .ci/run installs it"
)


class Frame(NamedTuple):
    """What pyogrio read."""

    crs: str
    found: dict[str, dict[str, Any]]
    asked: list[str]
    """Of the server, with all else that was read."""


def source(shown: Shown) -> str:
    return f"OAPIF:{shown.landing}"


def same(read: object, held: object) -> bool:
    """Say whether GDAL read what is held; it keeps milliseconds."""
    if isinstance(held, datetime):
        return abs(datetime.fromisoformat(str(read)) - held) <= timedelta(milliseconds=1)
    return read == (list(held) if isinstance(held, tuple) else held)


def differences(read: dict[str, dict[str, Any]], shown: Shown, name: str) -> list[object]:
    """List what was read that is not as the workspace has it."""
    features, held = shown.features(name), shown.values(name)
    assert set(read) == set(held)
    shapes = dict(zip(features.ids, features.shapes, strict=True))
    return [
        (one, field, read[one]["properties"][field], value)
        for one, values in held.items()
        for field, value in values.items()
        if not same(read[one]["properties"][field], value)
    ] + [
        (one, shape.wkt)
        for one, shape in shapes.items()
        if not shapely.equals_exact(
            shapely.from_geojson(json.dumps(read[one]["geometry"])), shape, 1e-7
        )
    ]


def _shape(feature: dict[str, Any]) -> shapely.Geometry:
    return shapely.from_geojson(json.dumps(feature["geometry"]))


@pytest.fixture
def read(shown: Shown, run: Run, tmp_path: Path) -> Read:
    """Read features with ``ogr2ogr``: each as GeoJSON, by its id."""

    def read(*options: str, **environment: str) -> dict[str, dict[str, Any]]:
        file = tmp_path / "read.geojson"
        file.unlink(missing_ok=True)
        run(
            "ogr2ogr", "-f", "GeoJSON", "-lco", "RFC7946=NO", file, source(shown), *options,
            environment=os.environ | environment,
        )  # fmt: skip
        found = json.loads(file.read_text())["features"]
        return {one["properties"]["id"]: one for one in found}

    return read


@pytest.fixture(scope="module")
def frames(shown_city: Shown, run: Run) -> dict[str, Frame]:
    """Read with pyogrio: by name, the system, each feature by its id, and what was asked."""
    shown_city.asked.clear()
    told = run(sys.executable, "-c", SCRIPT, source(shown_city), json.dumps(READ))
    asked = list(shown_city.asked)
    frames = {}
    for line in told.splitlines():
        name, crs, collection = json.loads(line)
        found = {one["properties"]["id"]: one for one in collection["features"]}
        frames[name] = Frame(crs, found, asked)
    return frames


@with_programs
def test_layers_are_collections_and_fields_have_types(shown: Shown, run: Run) -> None:
    told = run("ogrinfo", "-ro", "-so", "-al", source(shown))
    layers = {part.partition("\n")[0]: part for part in told.split("Layer name: ")[1:]}
    assert list(layers) == FOR_ALL
    for name, layer in layers.items():
        features = shown.features(name)
        assert f"Feature Count: {len(features)}\n" in layer
        for field in features.fields:
            assert f"\n{field.name}: {TYPES[field.kind]} (" in layer
    assert "Geometry: Point" in layers["facilities"]
    # The sample says how many there are: a page a layer, whatever its size.
    assert len([one for one in shown.asked if "/items" in one]) == len(FOR_ALL)


@with_programs
@pytest.mark.parametrize("name", FOR_ALL)
def test_programs_read_all_features_as_they_are(shown: Shown, read: Read, name: str) -> None:
    found = read("-oo", "PAGE_SIZE=500", name)
    assert differences(found, shown, name) == []
    pages = [one for one in shown.asked if "cursor=" in one]
    assert len(pages) == (len(found) - 1) // 500


@with_programs
def test_a_geopackage_holds_all_layers(shown: Shown, run: Run, tmp_path: Path) -> None:
    file = tmp_path / "city.gpkg"
    run("ogr2ogr", "-f", "GPKG", file, source(shown), "-oo", "PAGE_SIZE=1000")
    assert [name for name, _ in pyogrio.list_layers(file)] == FOR_ALL
    for name in FOR_ALL:
        assert pyogrio.read_info(file, layer=name)["features"] == len(shown.features(name))


@with_programs
def test_a_box_is_asked_of_the_server(shown: Shown, read: Read) -> None:
    found = read("facilities", "-spat", *map(str, BOX))
    features = shown.features("facilities")
    inside = shapely.intersects(features.shapes, shapely.box(*BOX))
    assert set(found) == set(features.ids[inside])
    assert len(found) > 100
    assert all("bbox=" in one for one in shown.asked if "cursor=" in one)


@with_programs
@pytest.mark.parametrize(
    ("where", "asked", "fits"),
    [
        ("kind = 'water_point'", "kind=water_point", lambda one: one["kind"] == "water_point"),
        ("charged = 3", "charged=3", lambda one: one["charged"] == 3),
        ("name = '驿站 7 「大润发」 🛵'", "name=%", lambda one: one["name"].startswith("驿站 7 ")),
        # What it can't ask for it looks at itself.
        ("charged > 3", None, lambda one: (one["charged"] or 0) > 3),
        ("name_en IS NULL", None, lambda one: one["name_en"] is None),
        ("kind LIKE 'rest%'", None, lambda one: one["kind"] == "rest_station"),
    ],
)
def test_a_condition_is_asked_of_the_server_where_it_can_be(
    shown: Shown, read: Read, where: str, asked: str | None, fits: Callable[[dict[str, Any]], bool]
) -> None:
    found = read("-oo", "PAGE_SIZE=1000", "facilities", "-where", where)
    assert set(found) == {one for one, held in shown.values("facilities").items() if fits(held)}
    assert found
    asks = [one for one in shown.asked if "/items" in one][1:]
    assert all(asked is None or asked in one for one in asks)


@with_programs
@pytest.mark.parametrize("feature_id", ["f00042", "osm/node/17", "cabinet-fresh"])
def test_a_feature_is_asked_for_by_its_id(shown: Shown, read: Read, feature_id: str) -> None:
    found = read("facilities", "-where", f"id = '{feature_id}'")
    assert list(found) == [feature_id]
    assert shown.asked[-1] == f"/ogc/collections/facilities/items/{feature_id}"


@with_programs
def test_a_query_is_answered(shown: Shown, run: Run) -> None:
    asks = "SELECT kind, COUNT(*) AS many FROM facilities GROUP BY kind"
    told = run(
        "ogrinfo", "-ro", "-q", "-oo", "PAGE_SIZE=1000", source(shown),
        "-dialect", "SQLITE", "-sql", asks,
    )  # fmt: skip
    kinds = [one["kind"] for one in shown.values("facilities").values()]
    for kind in set(kinds):
        assert f"kind (String) = {kind}\n  many (Integer) = {kinds.count(kind)}\n" in told


@with_programs
def test_an_analysts_key_opens_what_is_for_analysts(shown: Shown, run: Run) -> None:
    headers = {"GDAL_HTTP_HEADERS": f"Authorization: Bearer {shown.keys['analyst']}"}
    told = run("ogrinfo", "-ro", "-q", source(shown), environment=os.environ | headers)
    assert "street_exposure" in told
    issues = run("ogrinfo", "-ro", "-so", source(shown), "issues", environment=os.environ | headers)
    assert f"Feature Count: {len(shown.features('issues', Viewer.ANALYST))}\n" in issues


@pytest.mark.parametrize("name", FOR_ALL)
def test_pyogrio_reads_all_features_as_they_are(
    shown: Shown, frames: dict[str, Frame], name: str
) -> None:
    assert "CRS84" in frames[name].crs
    assert differences(frames[name].found, shown, name) == []


def test_pyogrio_asks_the_server_for_boxes_and_values(
    shown: Shown, frames: dict[str, Frame]
) -> None:
    features, values = shown.features("facilities"), shown.values("facilities")
    inside = features.ids[shapely.intersects(features.shapes, shapely.box(*BOX))]
    wanted = {one for one in inside if values[one]["kind"] == "water_point"}
    assert set(frames["some"].found) == wanted
    assert [one for one in frames["some"].asked if "bbox=" in one and "kind=water_point" in one]


@pytest.mark.parametrize(("code", "easting"), [("32649", 607_000), ("3857", 12_483_000)])
def test_pyogrio_asks_for_coordinates_in_other_systems(
    frames: dict[str, Frame], code: str, easting: float
) -> None:
    crs, found, asked = frames[code]
    assert crs == f"EPSG:{code}"
    assert [one for one in asked if f"crs=http://www.opengis.net/def/crs/EPSG/0/{code}" in one]
    middle = _shape(found["one"]).centroid
    assert middle.x == pytest.approx(easting, rel=1e-3)
