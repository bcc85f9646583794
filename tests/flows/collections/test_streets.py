"""A profile's streets as features."""

import json
from pathlib import Path

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
