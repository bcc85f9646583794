"""Reporting: from a report to its being stored, Boston's 121,145 issues, and their duplicates.

Run it with ``scripts/bench reporting``; writes ``reporting.md`` beside this file.
"""

import asyncio
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx
import numpy as np
from figures import SHARED, keep_table, tell
from http_load import resident_mb
from own_process import free_port, served

from geo_service.domain.opening import Calendar
from geo_service.flows.build_demo import build_demo
from geo_service.flows.find_duplicates import find_duplicates
from geo_service.flows.load_issues import load_issues
from geo_service.flows.loading import LoadOptions
from geo_service.flows.start_workspace import start_workspace
from geo_service.flows.wiring import Workspace
from geo_service.settings import Settings

REPORTS_A_SECOND = 20
SECONDS = 60
WARM_UP = 40
QUERIES = 2_000
BOSTON = SHARED / "issues" / "boston311_2015.parquet"
COLUMNS = {"category": "type", "reported_at": "opened", "closed_at": "closed"}
PATH = "/open311/v2/requests.json"


def bench_reports() -> None:
    """Send reports at a steady rate, each in its own time, whatever became of those before."""
    with TemporaryDirectory() as folder:
        settings = Settings(workspace=Path(folder), rider_key_file=Path(folder) / "rider.key")
        build_demo(settings, datetime.now(UTC), say=lambda _: None)
        port = free_port()
        environ = {
            "GEO_SERVICE_WORKSPACE": folder,
            "GEO_SERVICE_RIDER_KEY_FILE": str(settings.rider_key_file),
            "GEO_SERVICE_REPORTS_PER_HOUR": "0",
        }
        command = [sys.executable, "-m", "geo_service", "serve", "--port", str(port)]
        with served(command, port, environ) as process:
            seconds = asyncio.run(_report(port, WARM_UP + REPORTS_A_SECOND * SECONDS))[WARM_UP:]
            p50, p99 = np.percentile(np.array(seconds) * 1000, [50, 99])
            rate = f"{REPORTS_A_SECOND} reports/s"
            tell(f"report to stored, {rate}, p50", float(p50), "ms", reports=len(seconds))
            tell(f"report to stored, {rate}, p99", float(p99), "ms", reports=len(seconds))
            tell("memory of the server after that", resident_mb(process), "MB")


async def _report(port: int, count: int) -> list[float]:
    """Send so many reports over the demo's streets, and return how long each took."""
    random = np.random.default_rng(3)
    categories = ("standing_water", "blocked_lane", "broken_light", "illegal_parking")
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=30) as client:

        async def send(number: int) -> float:
            await asyncio.sleep(number / REPORTS_A_SECOND)
            lon, lat = 112.14 + random.normal() / 300, 32.042 + random.normal() / 400
            form = {
                "service_code": categories[number % 4],
                "lat": f"{lat:.6f}",
                "long": f"{lon:.6f}",
                "description": f"第 {number} 个问题 problem {number}",
            }
            headers = {"Idempotency-Key": f"bench-{number}"}
            start = time.perf_counter()
            answer = await client.post(PATH, data=form, headers=headers)
            took = time.perf_counter() - start
            if answer.status_code not in (200, 201):
                raise RuntimeError(answer.text)
            return took

        return list(await asyncio.gather(*map(send, range(count))))


def bench_boston() -> None:
    """Load a year of a real city, then ask for duplicates where its issues lie."""
    with TemporaryDirectory() as folder:
        settings = Settings(workspace=Path(folder))
        calendar = Calendar("America/New_York", "US")
        with start_workspace(settings, calendar) as workspace:
            options = LoadOptions(columns=COLUMNS, time_zone="America/New_York", skip_refused=True)
            start = time.perf_counter()
            report = load_issues(workspace, [BOSTON], options, datetime.now(UTC))
            tell("Boston's issues loaded", time.perf_counter() - start, "s", issues=report.loaded)
            _ask_for_duplicates(workspace)


def _ask_for_duplicates(workspace: Workspace) -> None:
    random = np.random.default_rng(5)
    with workspace.database.reading() as connection:
        rows = connection.exec_driver_sql(
            "SELECT issues.category, lon, lat FROM issues JOIN cases USING (issue_id)"
            " WHERE stage <> 'closed'"
        ).all()
    seconds, offered = [], 0
    for row in random.integers(0, len(rows), QUERIES):
        category, lon, lat = rows[row]
        start = time.perf_counter()
        offered += bool(find_duplicates(workspace, category, lon, lat))
        seconds.append(time.perf_counter() - start)
    p50, p99 = np.percentile(np.array(seconds) * 1000, [50, 99])
    tell("duplicates among Boston's open issues, p50", float(p50), "ms", open=len(rows))
    tell("duplicates among Boston's open issues, p99", float(p99), "ms", open=len(rows))
    tell("questions that were offered some", 100.0 * offered / QUERIES, "%")


if __name__ == "__main__":
    bench_reports()
    bench_boston()
    keep_table("reporting", "Reporting, on 2 cores with SQLite")
