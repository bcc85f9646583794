"""GeoJSON features for the command line and the web (RFC 7946: longitude first, WGS-84)."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any, TypeAlias

from geo_service.domain.facility import Facility, State
from geo_service.domain.issue import Issue
from geo_service.domain.rider_names import Span
from geo_service.export.navigate import amap_link

Feature: TypeAlias = dict[str, Any]


def facility_feature(facility: Facility) -> Feature:
    """Describe one facility as it stands in the workspace."""
    return _feature(
        facility.facility_id,
        (facility.lon, facility.lat),
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
            "state": state_told(facility.state),
            "navigate": amap_link(facility, riding=True),
        },
    )


def state_told(state: State | None) -> dict[str, Any] | None:
    """Describe what a facility reported last; None: nothing."""
    if state is None:
        return None
    return {
        "observed_at": iso(state.observed_at),
        "charged": state.charged,
        "empty": state.empty,
        "free": state.free,
        "out_of_order": state.out_of_order,
    }


def issue_along_feature(issue: Issue, *, along_m: float, off_m: float) -> Feature:
    """Describe an issue along a route, as everybody may see it.

    Parameters
    ----------
    issue : Issue
        A public one.
    along_m, off_m : float
        Metres along the route to where it comes nearest to the issue, and from there to it.
    """
    return _feature(
        issue.issue_id,
        (issue.lon, issue.lat),
        {
            "issue_id": issue.issue_id,
            "category": issue.category,
            "along_m": round(along_m, 1),
            "off_m": round(off_m, 1),
            "reported_at": iso(issue.reported_at),
        },
    )


def collection(features: Iterable[Feature], **foreign: object) -> Feature:
    """Put features into a FeatureCollection; ``foreign`` members stand beside them."""
    return {"type": "FeatureCollection", **foreign, "features": list(features)}


def iso(moment: datetime) -> str:
    """Write a moment as ISO 8601 in UTC."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def iso_if_any(moment: datetime | None) -> str | None:
    """Write a moment as `iso` does; None stays None."""
    return None if moment is None else iso(moment)


def spans_told(spans: Iterable[Span]) -> list[dict[str, str | None]]:
    """Write from when to when each span goes. Raises nothing."""
    return [{"since": iso_if_any(one.since), "until": iso_if_any(one.until)} for one in spans]


def _feature(feature_id: str, position: tuple[float, float], properties: dict[str, Any]) -> Feature:
    return {
        "type": "Feature",
        "id": feature_id,
        "geometry": {"type": "Point", "coordinates": list(position)},
        "properties": properties,
    }
