"""GeoJSON features for the command line and the web (RFC 7946: longitude first, WGS-84)."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any, TypeAlias

from geo_service.domain.facility import Facility
from geo_service.export.navigate import amap_link

Feature: TypeAlias = dict[str, Any]


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
