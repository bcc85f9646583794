"""The command, run in this process in a workspace of the test's own."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from geo_service.cli.main import main

STREETS = [[[112.139, 32.040], [112.142, 32.040]], [[112.142, 32.040], [112.142, 32.042]]]


@dataclass(frozen=True)
class Answer:
    """What a command said, and how it ended."""

    code: int
    out: str
    err: str


@pytest.fixture
def run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., Answer]:
    """Return a function that runs ``geo-service``."""
    monkeypatch.setenv("GEO_SERVICE_WORKSPACE", str(tmp_path / "workspace"))
    monkeypatch.setenv("GEO_SERVICE_RIDER_KEY_FILE", str(tmp_path / "rider.key"))

    def _run(*words: object) -> Answer:
        capsys.readouterr()
        try:
            code = main([str(word) for word in words])
        except SystemExit as leaving:
            code = int(leaving.code or 0)
        return Answer(code, *capsys.readouterr())

    return _run


@pytest.fixture
def town(run: Callable[..., Answer], tmp_path: Path) -> Callable[..., Answer]:
    """Load two streets, two stations and a trip."""
    lines = [
        {
            "type": "Feature",
            "properties": {"highway": "residential"},
            "geometry": {"type": "LineString", "coordinates": line},
        }
        for line in STREETS
    ]
    (tmp_path / "streets.geojson").write_text(
        json.dumps({"type": "FeatureCollection", "features": lines})
    )
    (tmp_path / "facilities.csv").write_text(
        "id,kind,name,lon,lat\na,rest_station,驿站,112.140,32.040\nb,water_point,,112.142,32.041\n"
    )
    (tmp_path / "traces.csv").write_text(
        "trip_id,rider_id,t,lon,lat\n"
        "t1,x,2026-10-01T08:00:00Z,112.1395,32.04\n"
        "t1,x,2026-10-01T08:00:20Z,112.1405,32.04\n"
    )
    (tmp_path / "issues.csv").write_text(
        "id,category,reported_at,lon,lat\ni,standing_water,2026-09-01T00:00Z,112.14,32.04\n"
    )
    for what, file in (
        ("streets", "streets.geojson"),
        ("facilities", "facilities.csv"),
        ("traces", "traces.csv"),
        ("issues", "issues.csv"),
    ):
        assert run("load", what, tmp_path / file).code == 0
    return run
