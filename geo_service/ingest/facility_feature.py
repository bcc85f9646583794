"""One facility as a GeoJSON Feature, each field that is wrong named by itself."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeAlias

from geo_service.domain.facility import MOST_COUNTED, Facility, Kind
from geo_service.errors import RefusedFields
from geo_service.geometry.datum import Datum
from geo_service.geometry.extent import Extent
from geo_service.ingest.columns import text_of
from geo_service.ingest.facilities import parse_facilities
from geo_service.ingest.files.geojson import parse_geojson

Members: TypeAlias = dict[str, Any]

STATE = ("observed_at", "charged", "empty", "free", "out_of_order")
POSITION = ("lon", "lat")
DRAWN = ("navigate",)
"""Properties we add when we show a facility; one that comes back as it was shown is no fault."""
COUNT = f"It must be a whole number from 0 to {MOST_COUNTED:,}, or null."
MUST_BE = {
    "id": "It must be 1 to 200 characters that can be printed.",
    "kind": "It must be a slug: small letters a to z, digits and _, as in charging_cabinet.",
    "opening_hours": "It must be opening hours in OSM syntax, as in Mo-Su 08:00-22:00.",
    "services": "It must be what a cabinet offers: charge, swap or both.",
    "observed_at": "It must be an ISO 8601 time with a zone, or Unix seconds, and not in the "
    "future; a state needs it.",
    "out_of_order": "It must be true or false.",
    **dict.fromkeys(("charged", "empty", "free"), COUNT),
}
ANYTHING_ELSE = "It must be at most 10,000 characters as text."
NOWHERE = {"type": "Point", "coordinates": [0.0, 0.0]}


@dataclass(frozen=True, slots=True)
class Reading:
    """How a Feature is to be understood."""

    datum: Datum
    near: Extent | None
    """Around the streets; None while there are none."""
    now: datetime
    """With a zone."""
    future_slack_s: float

    def take(self, features: Sequence[Members], near: Extent | None) -> dict[int, Facility]:
        """Return the facilities of the Features that are accepted, by their place from 0."""
        content = json.dumps({"type": "FeatureCollection", "features": features}).encode()
        batch = parse_facilities(
            parse_geojson(content, file="body"),
            datum=self.datum,
            near=near,
            now=self.now,
            future_slack_s=self.future_slack_s,
        )
        refused = {refusal.row - 1 for refusal in batch.refusals}
        accepted = [number for number in range(len(features)) if number not in refused]
        return dict(zip(accepted, batch.records, strict=True))


def parse_facility(feature: Mapping[str, Any], facility_id: str, reading: Reading) -> Facility:
    """Make a facility of a Feature by the very rules by which files are loaded.

    Parameters
    ----------
    feature : mapping
        A GeoJSON Feature with a Point. Its properties are those of facility files, or those with
        which we show a facility: there the live state is an object ``state``.
    facility_id : str
        The id it gets; one that it bears itself must be the same.
    reading : Reading
        Datum, extent and the present.

    Raises
    ------
    RefusedFields
        Naming each field that is wrong, in words that repeat nothing of what was sent.
    """
    faults = _shape_faults(feature, facility_id)
    given = feature.get("properties")
    known = given.items() if isinstance(given, dict) else ()
    # A column without a name would be taken for every column that is not there.
    named = {name: value for name, value in known if name.strip()}
    properties = {"kind": "", **named, "id": facility_id}
    for name in ("facility_id", *DRAWN, *POSITION):
        properties.pop(name, None)
    faults |= _spread_state(properties)
    geometry = feature.get("geometry")
    facility = reading.take([_feature(geometry, properties)], reading.near).get(0)
    if facility is None:
        faults |= _faults_alone(geometry, properties, reading)
    if facility is None or faults:
        raise RefusedFields(faults)
    return facility


def _shape_faults(feature: Mapping[str, Any], facility_id: str) -> dict[str, str]:
    """Say what no Feature of one facility may hold, whatever its values are."""
    faults = {}
    if feature.get("type") != "Feature":
        faults["type"] = "It must be Feature."
    properties = feature.get("properties")
    if not isinstance(properties, dict):
        faults["properties"] = "It must be an object."
        properties = {}
    if not all(name.strip() for name in properties):
        faults["properties"] = "Each property needs a name."
    told = (feature.get("id"), properties.get("id"), properties.get("facility_id"))
    if any(one is not None and text_of(one) != facility_id for one in told):
        faults["id"] = "It must be the id in the path, or be left out."
    if not _is_point(feature.get("geometry")):
        faults["geometry"] = "It must be a Point of longitude and latitude."
    for name in POSITION:
        if name in properties:
            faults[name] = "Leave it out: the position stands in the geometry."
    if "crs" in feature:
        faults["crs"] = "Leave it out: positions are in the datum that the parameter datum names."
    return faults


def _is_point(geometry: object) -> bool:
    if not isinstance(geometry, dict) or geometry.get("type") != "Point":
        return False
    coordinates = geometry.get("coordinates")
    return isinstance(coordinates, list) and not any(
        isinstance(part, (list, dict)) for part in coordinates
    )


def _spread_state(properties: Members) -> dict[str, str]:
    """Put the members of an object ``state`` among the properties; say what is wrong with it."""
    state = properties.pop("state", None)
    if state is None:
        return {}
    if not isinstance(state, dict):
        return {"state": "It must be an object or null."}
    if any(name in properties for name in STATE):
        return {"state": f"Give it once: here, or as {', '.join(STATE)} beside kind and name."}
    known = ", ".join(STATE)
    properties.update({name: value for name, value in state.items() if name in STATE})
    return {
        f"state.{name}": f"There is no such member. Known: {known}."
        for name in state
        if name not in STATE
    }


def _faults_alone(geometry: object, properties: Members, reading: Reading) -> dict[str, str]:
    """Find what is wrong by judging each field alone, all others being sound."""
    sound = {
        "kind": str(Kind.REST_STATION),
        "observed_at": reading.now.isoformat(),
        "out_of_order": "false",
    }
    tells_state = any(text_of(properties.get(name)) for name in STATE)
    names = [name for name in properties if name != "id" and (tells_state or name not in STATE)]
    if tells_state and "observed_at" not in names:
        names.append("observed_at")
    alone = [
        _feature(NOWHERE, {**sound, "id": str(number), name: properties.get(name)})
        for number, name in enumerate(names)
    ]
    accepted = reading.take(alone, near=None)
    faults = {
        name: MUST_BE.get(name, ANYTHING_ELSE)
        for number, name in enumerate(names)
        if number not in accepted
    }
    if not reading.take([_feature(NOWHERE, {**sound, "id": properties["id"]})], near=None):
        faults["id"] = MUST_BE["id"]
    if not reading.take([_feature(geometry, {**sound, "id": "0"})], reading.near):
        faults["geometry"] = _where_it_must_be(reading.near)
    return faults


def _where_it_must_be(near: Extent | None) -> str:
    place = "It must be a Point: longitude and latitude in decimal degrees"
    return f"{place}, within {near.margin_m / 1000:.0f} km of the streets." if near else f"{place}."


def _feature(geometry: object, properties: Members) -> Members:
    return {"type": "Feature", "geometry": geometry, "properties": properties}
