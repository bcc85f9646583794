"""Import of traces, from a file to the lake: Parquet, CSV and GPX."""

import shutil
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import pandas as pd
from figures import tell, timed_in_turn
from rides import DAYS, FIRST_DAY, Rides

from geo_service.domain.trace import Fixes
from geo_service.export.frames import fixes_frame
from geo_service.flows.import_traces import TraceReport, import_traces
from geo_service.flows.loading import LoadOptions
from geo_service.flows.start_workspace import start_workspace
from geo_service.settings import Settings
from geo_service.streets.network import Network

NOW = FIRST_DAY + timedelta(days=DAYS)
TABLE_FIXES, GPX_TRIPS = 2_000_000, 800
GPX_HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    '<gpx version="1.1" creator="bench" xmlns="http://www.topografix.com/GPX/1/1">\n'
)


def bench_import(network: Network, folder: Path) -> None:
    """Tell how many fixes a second come in, each format into an empty workspace."""
    day = Rides(network, TABLE_FIXES * DAYS).day(0)
    table = fixes_frame(day)
    table.to_parquet(folder / "day.parquet")
    text = table["t"].dt.strftime("%Y-%m-%dT%H:%M:%S.%f").str.slice(0, 23) + "Z"
    table.assign(t=text).to_csv(folder / "day.csv", index=False)
    ways = {
        "Parquet": [folder / "day.parquet"],
        "CSV": [folder / "day.csv"],
        "GPX": write_gpx(day, folder / "gpx"),
    }
    reports: dict[str, TraceReport] = {}

    def bring_in(name: str) -> None:
        shutil.rmtree(folder / "workspace", ignore_errors=True)
        settings = Settings(workspace=folder / "workspace", rider_key_file=folder / "rider.key")
        with start_workspace(settings) as workspace:
            reports[name] = import_traces(workspace, ways[name], LoadOptions(rider="r"), NOW)

    seconds = timed_in_turn(
        {name: lambda name=name: bring_in(name) for name in ways}  # type: ignore[misc] # bound now
    )
    for name, report in reports.items():
        tell(f"import, {name}", report.fixes / seconds[name], "fixes/s", fixes=report.fixes)


def write_gpx(day: Fixes, folder: Path) -> Sequence[Path]:
    """Write some trips as GPX, a file for a hundred of them."""
    folder.mkdir()
    paths = []
    for first in range(0, GPX_TRIPS, 100):
        lines = [GPX_HEAD]
        for trip in range(first, first + 100):
            rows = slice(day.offsets[trip], day.offsets[trip + 1])
            times = pd.to_datetime(day.t[rows], unit="us").strftime("%Y-%m-%dT%H:%M:%SZ")
            lines.append(f"<trk><name>{day.trip_ids[trip]}</name><trkseg>\n")
            lines += [
                f'<trkpt lat="{lat:.7f}" lon="{lon:.7f}"><time>{time}</time></trkpt>\n'
                for lat, lon, time in zip(day.lat[rows], day.lon[rows], times, strict=True)
            ]
            lines.append("</trkseg></trk>\n")
        paths.append(folder / f"{first}.gpx")
        paths[-1].write_text("".join([*lines, "</gpx>\n"]))
    return paths
