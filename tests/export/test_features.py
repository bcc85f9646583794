"""Features say of a facility what the contract names, rounded and in WGS-84."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest

from geo_service.domain.facility import Facility, Service, State
from geo_service.domain.issue import Issue
from geo_service.export.features import facility_feature, iso, issue_along_feature

NOW = datetime(2026, 11, 18, 4, 0, tzinfo=UTC)
CABINET = Facility(
    "c1",
    "charging_cabinet",
    112.14,
    32.04,
    name="充电柜",
    opening_hours="24/7",
    amenities=frozenset({"water", "fridge"}),
    services=frozenset({Service.SWAP, Service.CHARGE}),
    state=State(NOW, charged=3, empty=None),
)


def test_facility_shows_its_state_and_nothing_the_source_said_besides() -> None:
    feature = facility_feature(replace(CABINET, more={"phone": "1"}))
    assert feature["properties"]["state"] == {
        "observed_at": "2026-11-18T04:00:00Z",
        "charged": 3,
        "empty": None,
        "free": None,
        "out_of_order": False,
    }
    assert feature["properties"]["services"] == ["charge", "swap"]
    assert "1" not in feature["properties"].values()
    assert facility_feature(replace(CABINET, state=None))["properties"]["state"] is None


def test_an_issue_along_a_route_shows_what_the_contract_names_and_no_more() -> None:
    issue = Issue(
        "i1", "lighting", 112.14, 32.04, NOW, description="private", more={"phone": "private"}
    )
    assert issue_along_feature(issue, along_m=1234.56, off_m=7.449) == {
        "type": "Feature",
        "id": "i1",
        "geometry": {"type": "Point", "coordinates": [112.14, 32.04]},
        "properties": {
            "issue_id": "i1",
            "category": "lighting",
            "along_m": 1234.6,
            "off_m": 7.4,
            "reported_at": "2026-11-18T04:00:00Z",
        },
    }


@pytest.mark.parametrize("hours", [0, 8, -3])
def test_moments_go_out_in_utc(hours: int) -> None:
    assert iso(NOW.astimezone(timezone(timedelta(hours=hours)))) == "2026-11-18T04:00:00Z"
