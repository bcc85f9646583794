"""The lake under several processes, and when one is killed at any moment."""

import random
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from geo_service.store import trace_rows
from geo_service.store.database import Database
from geo_service.store.lake_place import place_of
from geo_service.store.trace_file import read_rows
from geo_service.store.trace_lake import TraceLake

Start = Callable[..., subprocess.Popen[str]]

DAYS_IN_A_BATCH = 3
ADD_FOR_EVER = """
import itertools, sys
import numpy as np
from geo_service.domain.trace import Fixes
from geo_service.store.database import Database
from geo_service.store.trace_lake import TraceLake

name, first, count = sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
lake = TraceLake(sys.argv[5], Database(sys.argv[6]))
DAY = 86_400_000_000
for batch in itertools.islice(itertools.count(first), count):
    # Three new trips, one a day, and one that every batch sends anew; all bear the batch.
    starts = np.array([0, DAY, 2 * DAY, 0])
    lake.add(Fixes(
        trip_ids=(*(f"{name}-{batch:05d}-{day}" for day in range(3)), f"{name}-same"),
        rider_ids=(name,),
        rider=np.zeros(4, dtype=np.int64),
        offsets=np.arange(5) * 100,
        t=np.repeat(starts, 100) + np.tile(np.arange(100), 4) * 1_000_000,
        lon=np.full(400, batch / 1000),
        lat=np.linspace(0, 1, 400),
    ))
    print(batch, flush=True)
"""
EVER = 1_000_000


def batches(lake: TraceLake) -> dict[str, set[int]]:
    """Read all trips; return the batch that each batch's trips, and the lasting trip, bear."""
    found: dict[str, set[int]] = {}
    for fixes in lake.read():
        assert (fixes.offsets % 100 == 0).all()
        for number, trip_id in enumerate(fixes.trip_ids):
            borne = set((fixes.lon[100 * number : 100 * number + 100] * 1000).round().tolist())
            assert len(borne) == 1
            key = trip_id if trip_id.endswith("same") else trip_id.rpartition("-")[0]
            found.setdefault(key, set()).update(borne)
    return found


@pytest.mark.slow
def test_every_acknowledged_trip_outlives_a_kill_and_nothing_is_half_there(
    database: Database, address: str, lake_address: str, tmp_path: Path, start_python: Start
) -> None:
    lake = TraceLake(lake_address, database)
    chance = random.Random(20240501)  # noqa: S311 - no secret hangs on it
    first = 0
    for _ in range(5):
        process = start_python(ADD_FOR_EVER, tmp_path, "p", first, EVER, lake_address, address)
        assert process.stdout is not None
        for _ in range(chance.randint(1, 8)):
            process.stdout.readline()
        with pytest.raises(subprocess.TimeoutExpired):
            process.wait(timeout=chance.uniform(0, 0.03))
        process.kill()
        process.wait()
        told = process.stdout.read().split()
        acknowledged = int(told[-1]) if told else first
        lake.remove_leftovers()
        found = batches(lake)
        newest = max(int(key[2:]) for key in found if key != "p-same")
        assert newest - acknowledged in range(2) if told else newest >= first
        assert found.pop("p-same") == {newest}
        assert found == {f"p-{batch:05d}": {batch} for batch in range(newest + 1)}
        assert lake.trips() == DAYS_IN_A_BATCH * (newest + 1) + 1
        with database.reading() as connection:
            named = trace_rows.file_names(connection)
        assert lake.place.names() == named
        first = newest + 1


@pytest.mark.slow
def test_two_processes_add_at_once_while_a_third_reads(
    database: Database, address: str, lake_address: str, tmp_path: Path, start_python: Start
) -> None:
    lake = TraceLake(lake_address, database)
    count = 25
    processes = [
        start_python(ADD_FOR_EVER, tmp_path, name, 0, count, lake_address, address) for name in "pq"
    ]
    while any(process.poll() is None for process in processes):
        batches(lake)
    wanted = "".join(f"{batch}\n" for batch in range(count))
    assert [process.communicate()[0] for process in processes] == [wanted, wanted]
    assert batches(lake) == {
        **{f"{name}-{batch:05d}": {batch} for name in "pq" for batch in range(count)},
        "p-same": {count - 1},
        "q-same": {count - 1},
    }


def test_every_file_a_row_names_can_be_read(
    database: Database, address: str, lake_address: str, tmp_path: Path, start_python: Start
) -> None:
    process = start_python(ADD_FOR_EVER, tmp_path, "p", 0, 2, lake_address, address)
    process.communicate()
    place = place_of(lake_address)
    with database.reading() as connection:
        for day in range(DAYS_IN_A_BATCH):
            lying = trace_rows.trips_of_day(connection, day, None, None)
            spans = zip(lying.files, lying.first_rows, lying.fixes, strict=True)
            for file, first, fixes in spans:
                assert len(read_rows(place, file, first, first + fixes).t) == fixes
