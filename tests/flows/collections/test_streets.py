"""A profile's streets as features."""

import json
from itertools import pairwise
from pathlib import Path

import pytest
import shapely

from geo_service.flows.collections.collection import PUBLIC
from geo_service.flows.collections.streets import FIELDS, streets_of
from geo_service.flows.load_streets import load_streets
from geo_service.flows.wiring import Workspace
from geo_service.streets.profile import Profile


def test_every_edge_is_a_line(empty: Workspace, tmp_path: Path) -> None:
    lines = [
        ([[0.0, 0.0], [0.001, 0.0]], {"name": "长街", "name_en": "Long", "oneway": "yes"}),
        ([[0.001, 0.0], [0.001, 0.001]], {}),
        ([[0.001, 0.001], [0.0, 0.0]], {"highway": "primary"}),
    ]
    features = [
        {
            "type": "Feature",
            "properties": {"highway": "residential", **told},
            "geometry": {"type": "LineString", "coordinates": line},
        }
        for line, told in lines
    ]
    path = tmp_path / "s.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    load_streets(empty, [path])
    found = {profile: streets_of(profile).read(empty, PUBLIC) for profile in Profile}
    for profile, streets in found.items():
        network = empty.streets(profile).network
        ids = [network.edge_id(edge) for edge in range(network.edges)]
        assert streets.ids.tolist() == sorted(ids)
        assert streets.fields == FIELDS
        for edge, edge_id in enumerate(ids):
            row = streets.ids.tolist().index(edge_id)
            told = {name: column.value(row) for name, column in streets.columns.items()}
            assert told == {
                "name": network.names[network.edge_name[edge]] or None,
                "name_en": network.names_en[network.edge_name[edge]] or None,
                "highway": network.classes[network.edge_class[edge]],
                "forward": bool(network.edge_forward[edge]),
                "backward": bool(network.edge_backward[edge]),
                "length_m": network.edge_length_mm[edge] / 1000,
                "duration_s": network.edge_time_ms[edge] / 1000,
            }
            assert shapely.length(streets.shapes[row]) > 0.0009
    ebike = found[Profile.EBIKE]
    assert [ebike.columns[name].value(0) for name in ("name", "name_en", "backward")] == [
        "长街",
        "Long",
        False,
    ]


def test_streets_across_the_180th_meridian_are_cut_and_in_order_of_id(
    empty: Workspace, tmp_path: Path
) -> None:
    """Twelve edges of growing length in a row; the sixth crosses."""
    corners = [179.9905 + 0.0001 * step * step for step in range(4, 17)]
    lon = [corner if corner <= 180 else corner - 360 for corner in corners]
    features = [
        {
            "type": "Feature",
            "properties": {"highway": "residential", "name": f"N{row}"},
            "geometry": {"type": "LineString", "coordinates": [[start, 1.0], [end, 1.0]]},
        }
        for row, (start, end) in enumerate(pairwise(lon))
    ]
    path = tmp_path / "s.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    load_streets(empty, [path])
    streets = streets_of(Profile.WALK).read(empty, PUBLIC)
    assert len(streets) == 12
    assert streets.ids.tolist() == sorted(streets.ids)
    names = [streets.columns["name"].value(row) for row in range(12)]
    assert names == [f"N{edge_id.split('/')[0]}" for edge_id in streets.ids]
    assert names[2] == "N10"
    lengths = streets.columns["length_m"].values
    for name, shape, metres in zip(names, streets.shapes, lengths, strict=True):
        west, _, east, _ = shape.bounds
        assert -180 <= west <= east <= 180
        step = int(name[1:]) + 4
        assert shape.length == pytest.approx(0.0001 * (2 * step + 1))
        assert metres == pytest.approx(shape.length * 111_300, rel=0.001)
        assert (shape.geom_type == "MultiLineString") == (step == 9)
