"""The command, run in this process in a workspace of the test's own."""

import json
import shutil
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


def live_in(folder: Path, patch: pytest.MonkeyPatch) -> None:
    """Let commands work in a folder."""
    patch.setenv("GEO_SERVICE_WORKSPACE", str(folder / "workspace"))
    patch.setenv("GEO_SERVICE_RIDER_KEY_FILE", str(folder / "rider.key"))


@pytest.fixture
def run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., Answer]:
    """Return a function that runs ``geo-service``."""
    live_in(tmp_path, monkeypatch)

    def _run(*words: object) -> Answer:
        capsys.readouterr()
        try:
            code = main([str(word) for word in words])
        except SystemExit as leaving:
            code = int(leaving.code or 0)
        return Answer(code, *capsys.readouterr())

    return _run


@pytest.fixture(scope="session")
def built_town(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Load two streets, two stations, a trip and an issue once; tests copy the folder."""
    folder = tmp_path_factory.mktemp("town")
    lines = [
        {
            "type": "Feature",
            "properties": {"highway": "residential"},
            "geometry": {"type": "LineString", "coordinates": line},
        }
        for line in STREETS
    ]
    (folder / "streets.geojson").write_text(
        json.dumps({"type": "FeatureCollection", "features": lines})
    )
    (folder / "facilities.csv").write_text(
        "id,kind,name,lon,lat\na,rest_station,驿站,112.140,32.040\nb,water_point,,112.142,32.041\n"
    )
    (folder / "traces.csv").write_text(
        "trip_id,rider_id,t,lon,lat\n"
        "t1,x,2026-10-01T08:00:00Z,112.1395,32.04\n"
        "t1,x,2026-10-01T08:00:20Z,112.1405,32.04\n"
    )
    (folder / "issues.csv").write_text(
        "id,category,reported_at,lon,lat\ni,standing_water,2026-09-01T00:00Z,112.14,32.04\n"
    )
    with pytest.MonkeyPatch.context() as patch:
        live_in(folder, patch)
        for what, file in (
            ("streets", "streets.geojson"),
            ("facilities", "facilities.csv"),
            ("traces", "traces.csv"),
            ("issues", "issues.csv"),
        ):
            assert main(["load", what, str(folder / file)]) == 0
    return folder


@pytest.fixture
def town(run: Callable[..., Answer], built_town: Path, tmp_path: Path) -> Callable[..., Answer]:
    """Return what runs ``geo-service`` in a town of the test's own, whose files lie beside it."""
    shutil.copytree(built_town, tmp_path, dirs_exist_ok=True)
    return run
