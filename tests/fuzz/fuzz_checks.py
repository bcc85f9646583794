"""What must be true of whatever is read from strangers."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np

from geo_service.domain.facility import Facility
from geo_service.domain.issue import Issue
from geo_service.domain.opening import Calendar, opening_at
from geo_service.domain.refusal import Batch
from geo_service.export.gpx import Track, gpx_text, timed_points
from geo_service.ingest.times import Clock
from geo_service.ingest.traces.fix_table import TraceBatch, TraceRule
from geo_service.ingest.traces.read import parse_traces

NOW = datetime(2026, 6, 1, 4, 0, tzinfo=UTC)
SHANGHAI = ZoneInfo("Asia/Shanghai")
LONGEST_WORDS = 4_000
"""Characters of an error."""


def on_earth(lon: Any, lat: Any) -> None:  # noqa: ANN401 - numbers or arrays
    assert np.all(np.isfinite(lon))
    assert np.all(np.isfinite(lat))
    assert np.all(np.abs(lon) <= 180)
    assert np.all(np.abs(lat) <= 90)


def moments(*moments: datetime | None) -> None:
    for moment in moments:
        if moment is not None:
            assert moment.tzinfo is not None
            assert moment <= NOW + timedelta(seconds=300)


def counted(batch: Batch[Any]) -> None:
    """See that no record is lost, and that each refusal says why in few words."""
    assert batch.read == len(batch.records) + len(batch.refusals)
    assert all(refusal.reason for refusal in batch.refusals)
    assert all(len(refusal.reason) <= LONGEST_WORDS for refusal in batch.refusals)


def rule() -> TraceRule:
    return TraceRule(rider="rider", rider_key=b"key", clock=Clock(SHANGHAI, NOW, 300.0))


def check_trips(batch: TraceBatch) -> None:
    fixes = batch.fixes
    on_earth(fixes.lon, fixes.lat)
    assert len(fixes.t) == len(fixes.lon) == len(fixes.lat) == fixes.offsets[-1]
    assert len(set(fixes.trip_ids)) == fixes.trips
    for start, stop in zip(fixes.offsets, fixes.offsets[1:], strict=False):
        assert stop > start
        assert np.all(np.diff(fixes.t[start:stop]) > 0)
    # What exports write is read again as the same trips.
    if fixes.trips:
        again = parse_traces(_as_gpx(batch).encode(), rule(), file="again.gpx").fixes
        assert again.trips == fixes.trips
        assert np.array_equal(again.t, fixes.t)
        assert np.array_equal(again.lon, np.where(fixes.lon == 180.0, -180.0, fixes.lon))
        assert np.array_equal(again.lat, fixes.lat)


def _as_gpx(batch: TraceBatch) -> str:
    fixes = batch.fixes
    times = [np.datetime64(int(t), "us").astype(datetime).isoformat() + "Z" for t in fixes.t]
    tracks = []
    for name, start, stop in zip(fixes.trip_ids, fixes.offsets, fixes.offsets[1:], strict=False):
        rows = slice(int(start), int(stop))
        points = timed_points(fixes.lon[rows].tolist(), fixes.lat[rows].tolist(), times[rows])
        tracks.append(Track(name, "", "", [points]))
    return gpx_text(tracks)


def check_facilities(batch: Batch[Facility]) -> None:
    counted(batch)
    for one in batch.records:
        on_earth(one.lon, one.lat)
        if one.state is not None:
            moments(one.state.observed_at)
            counts = (one.state.charged, one.state.empty, one.state.free)
            assert all(count is None or count >= 0 for count in counts)
        if one.opening_hours:
            opening_at(one.opening_hours, NOW, Calendar("Asia/Shanghai", "CN"))


def check_issues(batch: Batch[Issue]) -> None:
    counted(batch)
    for one in batch.records:
        on_earth(one.lon, one.lat)
        moments(one.confirmed_at, *(start for start, _ in one.open_intervals))
        for start, stop in one.open_intervals:
            assert stop is None or start <= stop
            one.is_open(start)
