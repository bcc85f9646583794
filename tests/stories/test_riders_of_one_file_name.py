"""Devices name their files alike; no rider's trips may replace another's."""

from collections.abc import Callable
from pathlib import Path

GPX = """<?xml version="1.0"?><gpx version="1.1" xmlns="http://www.topografix.com/GPX/1/1"><trk><trkseg>
<trkpt lat="32.0400" lon="112.14"><time>2026-10-01T10:00:00Z</time></trkpt>
<trkpt lat="32.0401" lon="112.14"><time>2026-10-01T10:00:05Z</time></trkpt>
</trkseg></trk></gpx>"""


def test_two_riders_with_files_of_one_name_keep_both_trips(
    command: Callable, tmp_path: Path
) -> None:
    (tmp_path / "morning.gpx").write_text(GPX)
    for rider in ("a", "b", "a"):
        assert command("load", "traces", tmp_path / "morning.gpx", "--rider", rider).code == 0
    words = ("load", "traces", tmp_path / "morning.gpx", "--rider", "c", "--replace", "--json")
    assert command(*words).json["removed"] == 2
