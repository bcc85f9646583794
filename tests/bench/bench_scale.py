"""Beyond one process: many writers, many facilities, many machines' worth of traces.

``scripts/bench scale writers``, ``facilities`` or ``traces`` measures only that.
"""

import sys
from datetime import UTC, datetime

from figures import keep_table, porto
from scale_facilities import bench_facilities
from scale_traces import bench_traces
from scale_writers import bench_writers

from geo_service.streets.prepared import Streets
from geo_service.streets.profile import Profile

PARTS = ("writers", "facilities", "traces")
NOW = datetime(2026, 11, 20, 10, 0, tzinfo=UTC)


def main() -> None:
    """Print the figures."""
    parts = tuple(sys.argv[1:]) or PARTS
    if "writers" in parts:
        bench_writers()
    if "facilities" in parts:
        bench_facilities(Streets.of(porto(Profile.WALK)[0]), NOW)
    if "traces" in parts:
        bench_traces(porto(Profile.EBIKE)[0])
    if parts == PARTS:
        keep_table("scale", "Beyond one process, two shared cores")


if __name__ == "__main__":
    main()
