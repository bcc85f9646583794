"""100,000 facilities of Porto in a workspace, and the same ones for other servers to hold."""

import csv
import io
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
from figures import SHARED
from numpy.typing import NDArray
from places import make_facilities
from private_postgis import Cluster

from geo_service.domain.facility import Facility, Service, State
from geo_service.domain.visibility import Viewer
from geo_service.export.feature_json import FeatureJson
from geo_service.features.columns import Field, Kind
from geo_service.flows.collections.catalogue import read_features
from geo_service.flows.load_streets import load_streets
from geo_service.flows.start_workspace import start_workspace
from geo_service.settings import Settings
from geo_service.store import facilities as stored_facilities
from geo_service.streets.network import Network
from geo_service.streets.profile import Profile

NAME = "facilities"
ID = "facility_id"
FEATURES = 100_000
OPERATORS = ("樊城区总工会", "顺丰同城", "美团", "饿了么", "中国邮政")
START = datetime(2026, 11, 1, tzinfo=UTC)
_SQL_TYPES = {Kind.INTEGER: "integer", Kind.NUMBER: "double precision", Kind.FLAG: "boolean",
              Kind.MOMENT: "timestamptz"}  # fmt: skip


@dataclass(frozen=True, slots=True)
class FeatureCity:
    """The features that every server holds."""

    fields: tuple[Field, ...]
    ids: list[str]
    positions: NDArray[np.float64]
    """Shape (features, 2): longitude and latitude, as they are told."""
    features: list[dict[str, Any]]
    """GeoJSON Features; lists of texts are one text, which every server can hold."""


def build_feature_city(folder: Path) -> FeatureCity:
    """Fill a workspace, and return what the public is told of it."""
    with start_workspace(Settings(workspace=folder)) as workspace:
        load_streets(workspace, [SHARED / "streets" / "porto_conveyal_r5.osm.pbf"])
        facilities = make_full_facilities(workspace.streets(Profile.EBIKE).network, FEATURES)
        with workspace.database.writing() as connection:
            stored_facilities.write(connection, facilities)
        columns = read_features(workspace, NAME, Viewer.PUBLIC)
    written = FeatureJson(columns).write(np.arange(len(columns)))
    features = [_flat(json.loads(one)) for one in written]
    positions = np.array([one["geometry"]["coordinates"] for one in features])
    return FeatureCity(columns.fields, columns.ids.tolist(), positions, features)


def make_full_facilities(network: Network, count: int) -> list[Facility]:
    """Return facilities that have something to say in nearly every field."""
    return [
        replace(
            one,
            operator=OPERATORS[row % len(OPERATORS)],
            address=f"长虹路 {row % 997} 号，靠近路口",
            services=frozenset({Service.SWAP} if one.kind == "charging_cabinet" else ()),
            state=State(START + timedelta(seconds=row), row % 13, row % 7, row % 5),
        )
        for row, one in enumerate(make_facilities(network, count))
    ]


def boxes_of(city: FeatureCity, count: int, held: int, *, seed: int) -> list[str]:
    """Return boxes around random features, each with so many in it, as ``bbox`` has them."""
    random = np.random.default_rng(seed)
    boxes: list[str] = []
    while len(boxes) < count:
        lon, lat = city.positions[random.integers(len(city.ids))]
        away = np.abs(city.positions - (lon, lat)).max(axis=1)
        inside, outside = np.partition(away, (held - 1, held))[held - 1 : held + 1]
        half = round(float(inside + outside) / 2, 7)
        # Where two are as far, no box around this one holds as many.
        if inside < half < outside:
            corners = (lon - half, lat - half, lon + half, lat + half)
            boxes.append(",".join(f"{corner:.7f}" for corner in corners))
    return boxes


def ids_in(city: FeatureCity, box: str) -> set[str]:
    """Return the ids of the features in a box, one by one."""
    west, south, east, north = map(float, box.split(","))
    lon, lat = city.positions.T
    inside = (lon >= west) & (lon <= east) & (lat >= south) & (lat <= north)
    return {city.ids[row] for row in np.flatnonzero(inside)}


def fill_postgis(cluster: Cluster, city: FeatureCity) -> None:
    """Put the features into a table with a key and a GiST index."""
    columns = ", ".join(f"{one.name} {_SQL_TYPES.get(one.kind, 'text')}" for one in city.fields)
    cluster.run(
        f"CREATE TABLE {NAME} ({ID} text PRIMARY KEY, {columns}, geom geometry(Point,4326))"
    )
    rows = io.StringIO()
    table = csv.writer(rows)
    for feature in city.features:
        lon, lat = feature["geometry"]["coordinates"]
        values = feature["properties"].values()
        table.writerow([feature["id"], *values, f"SRID=4326;POINT({lon} {lat})"])
    cluster.run(f"COPY {NAME} FROM STDIN (FORMAT csv)", rows.getvalue())
    cluster.run(f"CREATE INDEX ON {NAME} USING gist (geom)")
    cluster.run(f"VACUUM ANALYZE {NAME}")


def write_geojson(path: Path, features: Sequence[dict[str, Any]]) -> None:
    """Write a FeatureCollection."""
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), "utf-8")


def write_tinydb(path: Path, features: Sequence[dict[str, Any]]) -> None:
    """Write what TinyDB holds its documents in."""
    told = [{**one, "properties": {**one["properties"], ID: one["id"]}} for one in features]
    table = {str(row): one for row, one in enumerate(told, start=1)}
    path.write_text(json.dumps({"_default": table}), "utf-8")


def _flat(feature: dict[str, Any]) -> dict[str, Any]:
    properties = {
        name: ",".join(value) if isinstance(value, list) else value
        for name, value in feature["properties"].items()
    }
    return {**feature, "properties": properties}
