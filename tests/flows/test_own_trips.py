"""What a rider's own trips are called when names change."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from rotating import rotate

from geo_service.domain.own_trip import own_trip_id
from geo_service.domain.rider import pseudonym
from geo_service.errors import NotReady
from geo_service.flows import own_trips as flow
from geo_service.flows.give_consent import agree, present_text
from geo_service.flows.own_trips import list_trips, take_trips
from geo_service.flows.wiring import Workspace
from geo_service.geometry.datum import Datum

CHANGE = datetime(2026, 10, 31, 16, tzinfo=UTC)


def sent(*starts: datetime) -> bytes:
    features = [
        {
            "type": "Feature",
            "geometry": {
                "type": "LineString",
                "coordinates": [[112.141 + i * 0.0002, 32.04] for i in range(9)],
            },
            "properties": {
                "times": [(start + timedelta(seconds=5 * i)).isoformat() for i in range(9)]
            },
        }
        for start in starts
    ]
    return json.dumps({"type": "FeatureCollection", "features": features}).encode()


@pytest.fixture
def rider(workspace: Workspace, now: datetime) -> str:
    """Return the account of a rider who agrees; names change with November."""
    rotate(workspace, "2026-11")
    account = pseudonym("Wang", workspace.rider_key())
    agree(workspace, account, present_text(workspace).version, now)
    return account


def test_ids_of_trips_need_the_key_of_their_time(
    workspace: Workspace, rider: str, now: datetime
) -> None:
    """With the accounts' key alone one can try, but nothing fits that began after the change."""
    starts = [CHANGE - timedelta(hours=1), CHANGE]
    taken = take_trips(workspace, rider, sent(*starts), "t.geojson", Datum.WGS84, now)
    key = workspace.rider_key()
    tried = [own_trip_id(rider, int(start.timestamp() * 1e6), key) for start in starts]
    ids = [one.trip.trip_id for one in taken.trips]
    assert [mine == guess for mine, guess in zip(ids, tried, strict=True)] == [True, False]
    assert [one.trip.trip_id for one in list_trips(workspace, rider, None, 9).shown] == ids[::-1]


def test_names_that_change_while_trips_are_taken_keep_them_out(
    workspace: Workspace, rider: str, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody rotates between the reading of keys and the writing of trips."""
    later = replace(workspace)

    def read_and_rotate(*arguments: object) -> object:
        monkeypatch.undo()
        named = flow._named(*arguments)
        rotate(later, "2026-12")
        return named

    monkeypatch.setattr(flow, "_named", read_and_rotate)
    with pytest.raises(NotReady, match="Send or load them again"):
        take_trips(workspace, rider, sent(CHANGE), "t.geojson", Datum.WGS84, now)
    assert list_trips(workspace, rider, None, 9).shown == []
    again = take_trips(workspace, rider, sent(CHANGE), "t.geojson", Datum.WGS84, now)
    assert again.added == 1
