"""What the tests of faults let processes do: one function a work, named for it."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

from whole_city import NOW

from geo_service.flows.back_up import back_up
from geo_service.flows.erase_rider import erase_rider, rider_of
from geo_service.flows.import_traces import import_traces
from geo_service.flows.load_facilities import load_facilities
from geo_service.flows.load_issues import load_issues
from geo_service.flows.loading import LoadOptions
from geo_service.flows.publish_release import publish_release
from geo_service.flows.restore import restore
from geo_service.flows.start_workspace import start_workspace
from geo_service.flows.wiring import open_workspace
from geo_service.settings import Settings

LOADS = {"traces": import_traces, "facilities": load_facilities, "issues": load_issues}
TRIPS, DAYS, PLACES = 40, 4, 300


def load(settings: Settings, what: str, file: Path) -> None:
    """Do what ``geo-service load`` does."""
    with start_workspace(settings, now=NOW) as workspace:
        LOADS[what](workspace, [file], LoadOptions(), NOW)


def start(settings: Settings) -> None:
    start_workspace(settings, now=NOW).close()


def compact(settings: Settings) -> None:
    with open_workspace(settings) as workspace:
        workspace.lake.compact()


def release(settings: Settings, period: str) -> None:
    with open_workspace(settings) as workspace:
        publish_release(workspace, period, NOW)


def save(settings: Settings, out: Path) -> None:
    with open_workspace(settings) as workspace:
        back_up(workspace, out, lambda: NOW)


def put_back(settings: Settings, backup: Path) -> None:
    restore(settings, backup, NOW)


def erase(settings: Settings, name: str) -> None:
    with open_workspace(settings) as workspace:
        rider = rider_of(workspace, name, "")
        erase_rider(workspace, rider, datetime.now(UTC), name)


def file_of(what: str, folder: Path) -> Path:
    """Write a file to load: some of its records are new, and one replaces what is there."""
    made = {"traces": _traces, "facilities": _facilities, "issues": _issues}[what]()
    path = folder / f"{what}.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": made}))
    return path


def _traces() -> list[dict[str, object]]:
    made = []
    for trip in range(TRIPS):
        begin = NOW - timedelta(days=20 + trip % DAYS, hours=2)
        made.append(
            _feature(
                "LineString",
                [[112.141 + 1e-4 * step, 32.04] for step in range(60)],
                # The city has trips t0 to t4 of other days.
                trip_id=f"t{trip}",
                rider_id=f"rider {trip % 7}",
                times=[(begin + timedelta(seconds=5 * step)).isoformat() for step in range(60)],
            )
        )
    return made


def _facilities() -> list[dict[str, object]]:
    return [
        _feature(
            "Point",
            [112.141 + 1e-6 * number, 32.0401],
            id=f"p{number}" if number else "cabinet",
            kind="parking",
            name="新",
        )
        for number in range(PLACES)
    ]


def _issues() -> list[dict[str, object]]:
    return [
        _feature(
            "Point",
            [112.141 + 1e-6 * number, 32.0401],
            id=f"n{number}" if number else "i",
            category="blocked_lane",
            reported_at=(NOW - timedelta(hours=1)).isoformat(),
        )
        for number in range(PLACES)
    ]


def _feature(shape: str, place: list[object], **properties: object) -> dict[str, object]:
    geometry = {"type": shape, "coordinates": place}
    return {"type": "Feature", "geometry": geometry, "properties": properties}
