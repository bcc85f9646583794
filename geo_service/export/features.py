"""GeoJSON features for the command line and the web (RFC 7946: longitude first, WGS-84)."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any, TypeAlias

from geo_service.domain.facility import Facility
from geo_service.domain.near import NearFacility
from geo_service.export.navigate import amap_link

Feature: TypeAlias = dict[str, Any]


def near_feature(near: NearFacility, *, riding: bool) -> Feature:
    """Describe one facility of an answer, with the way to it in numbers."""
    return _feature(
        near.facility,
        {
            "id": near.facility.facility_id,
            "kind": near.facility.kind,
            "name": near.facility.name,
            "name_en": near.facility.name_en,
            "rank": near.rank,
            "distance_m": round(near.distance_m, 1),
            "duration_s": round(near.duration_s, 1),
            "straight_m": round(near.straight_m, 1),
            "snapped_m": _rounded(near.snapped_m),
            "open_now": near.opening.open,
            "closes_at": _closing(near),
            "usable": str(near.usable),
            "state_age_s": _rounded(near.state_age_s),
            "amenities": sorted(near.facility.amenities),
            "navigate": amap_link(near.facility, riding=riding),
        },
    )


def facility_feature(facility: Facility) -> Feature:
    """Describe one facility as it stands in the workspace."""
    state = facility.state
    return _feature(
        facility,
        {
            "id": facility.facility_id,
            "kind": facility.kind,
            "name": facility.name,
            "name_en": facility.name_en,
            "operator": facility.operator,
            "address": facility.address,
            "opening_hours": facility.opening_hours,
            "amenities": sorted(facility.amenities),
            "services": sorted(facility.services),
            "state": None
            if state is None
            else {
                "observed_at": iso(state.observed_at),
                "charged": state.charged,
                "empty": state.empty,
                "free": state.free,
                "out_of_order": state.out_of_order,
            },
            "navigate": amap_link(facility, riding=True),
        },
    )


def collection(features: Iterable[Feature], **foreign: object) -> Feature:
    """Put features into a FeatureCollection; ``foreign`` members stand beside them."""
    return {"type": "FeatureCollection", **foreign, "features": list(features)}


def answer_collection(
    found: Iterable[NearFacility], *, by: str, notes: Iterable[str], riding: bool
) -> Feature:
    """Describe a whole answer: how it was compared, what the rider should know, the facilities."""
    features = [near_feature(near, riding=riding) for near in found]
    return collection(features, by=str(by), notes=list(notes))


def iso(moment: datetime) -> str:
    """Write a moment as ISO 8601 in UTC."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _feature(facility: Facility, properties: dict[str, Any]) -> Feature:
    return {
        "type": "Feature",
        "id": facility.facility_id,
        "geometry": {"type": "Point", "coordinates": [facility.lon, facility.lat]},
        "properties": properties,
    }


def _closing(near: NearFacility) -> str | None:
    if not near.opening.open or near.opening.changes_at is None:
        return None
    return iso(near.opening.changes_at)


def _rounded(number: float | None) -> float | None:
    return None if number is None else round(number, 1)
