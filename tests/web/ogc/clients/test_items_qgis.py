"""Features as QGIS shows them: Debian's QGIS, without a window, through its OAPIF provider."""

import json
import os
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import shapely
from pyproj import Transformer

from geo_service.domain.visibility import Viewer

FOR_ALL = ("facilities", "issues", "areas", "releases")
PYTHON = Path("/usr/bin/python3")
QGIS = Path("/usr/lib/python3/dist-packages/qgis")
SCRIPT = Path(__file__).with_name("qgis_session.py")
BOX = (112.1302, 32.0301, 112.1339, 32.0340)
Seen = Mapping[str, Any]
Shown = Any
"""What the fixture ``shown`` gives; this folder is no package to import it from."""


pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        not QGIS.exists(), reason="python3-qgis is not installed; .ci/run installs it"
    ),
]


@pytest.fixture(scope="module")
def seen(
    shown_city: Shown, run: Callable[..., str], tmp_path_factory: pytest.TempPathFactory
) -> Seen:
    """Return what QGIS saw, all in one session, and what it asked for."""
    home = str(tmp_path_factory.mktemp("qgis"))
    environment = os.environ | {
        "QT_QPA_PLATFORM": "offscreen", "HOME": home, "XDG_RUNTIME_DIR": home, "LC_ALL": "C.UTF-8",
    }  # fmt: skip
    environment.pop("PYTHONPATH", None)
    shown_city.asked.clear()
    key = shown_city.keys["analyst"]
    told = run(PYTHON, SCRIPT, shown_city.landing, key, environment=environment)
    return {**json.loads(told.strip().splitlines()[-1]), "asked": list(shown_city.asked)}


@pytest.mark.parametrize("name", FOR_ALL)
def test_each_collection_is_a_layer(shown: Shown, seen: Seen, name: str) -> None:
    features = shown.features(name)
    layer = seen[name]
    assert layer["valid"]
    assert layer["count"] == len(features)
    assert layer["fields"] == ["id", *(field.name for field in features.fields)]
    assert layer["crs"] in {"EPSG:4326", "OGC:CRS84"}


def test_what_is_no_collection_is_no_layer(seen: Seen) -> None:
    assert not seen["none"]["valid"]


@pytest.mark.parametrize("name", ["facilities", "areas"])
def test_features_are_as_the_workspace_has_them(shown: Shown, seen: Seen, name: str) -> None:
    features, found = shown.features(name), seen[name]["features"]
    assert set(found) == set(features.ids)
    for one, shape in zip(features.ids, features.shapes, strict=True):
        assert shapely.equals_exact(shapely.from_geojson(found[one][1]), shape, 1e-7)
    for one, held in shown.values(name).items():
        for field, value in held.items():
            assert _same(found[one][0][field], value), (one, field)


def _same(read: object, held: object) -> bool:
    if isinstance(held, datetime):
        return abs(datetime.fromisoformat(str(read)) - held) <= timedelta(milliseconds=1)
    return read == (list(held) if isinstance(held, tuple) else held)


def test_pages_follow_each_other(seen: Seen) -> None:
    pages = [one for one in seen["asked"] if "facilities/items?limit=500" in one]
    assert len([one for one in pages if "cursor=" in one]) == 2


def test_a_box_is_asked_of_the_server(shown: Shown, seen: Seen) -> None:
    features = shown.features("facilities")
    inside = features.ids[shapely.intersects(features.shapes, shapely.box(*BOX))]
    assert set(seen["box"]) == set(inside)
    assert [one for one in seen["asked"] if "bbox=" in one]


def test_an_expression_finds_what_fits(shown: Shown, seen: Seen) -> None:
    """This version looks at expressions itself, after reading all."""
    values = shown.values("facilities")
    assert set(seen["expression"]) == {
        one
        for one, held in values.items()
        if held["kind"] == "water_point" and (held["charged"] or 0) > 2
    }


def test_features_are_drawn_in_another_system(shown: Shown, seen: Seen) -> None:
    """This version asks for CRS84 alone, and moves what it is given."""
    features = shown.features("areas")
    to_utm = Transformer.from_crs("OGC:CRS84", "EPSG:32649", always_xy=True)
    for one, shape in zip(features.ids, features.shapes, strict=True):
        moved = shapely.transform(shape, to_utm.transform, interleaved=False)
        assert shapely.equals_exact(shapely.from_geojson(seen["moved"][one]), moved, 0.01)


def test_an_analysts_key_opens_what_is_for_analysts(shown: Shown, seen: Seen) -> None:
    assert not seen["closed"]["valid"]
    layer = seen["street_exposure"]
    features = shown.features("street_exposure", Viewer.ANALYST)
    assert layer["valid"]
    assert layer["count"] == len(features)
    assert seen["all_issues"]["count"] == len(shown.features("issues", Viewer.ANALYST))
