"""A workspace whose traces lie in a bucket is backed up, restored and erased as any other."""

import io
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest
from dask_cluster import dask_cluster
from s3_server import keep_versions, objects_in
from whole_city import DAY_US, NOW, elsewhere, make_whole_city, rides, settings_in

from geo_service.cli.main import main
from geo_service.domain.opening import Calendar
from geo_service.domain.trace import Fixes
from geo_service.errors import NotReady, WrongUsage
from geo_service.flows import restore as restoring
from geo_service.flows.back_up import back_up
from geo_service.flows.erase_rider import erase_rider
from geo_service.flows.examine_workspace import examine
from geo_service.flows.look_at_trips import OverlayQuestion
from geo_service.flows.overlay_issues import overlay_by_cell, overlay_by_issue
from geo_service.flows.restore import restore
from geo_service.flows.start_workspace import start_workspace
from geo_service.flows.wiring import Workspace, open_workspace
from geo_service.settings import Settings
from geo_service.store.lake_place import place_of

ERASED, OTHER = "e7a1c93b5d02f468", "0b9e27d4f1a8635c"


def clock() -> datetime:
    return NOW


@pytest.fixture
def settings(tmp_path: Path, bucket: str) -> Settings:
    made = replace(settings_in(tmp_path / "first"), traces_url=f"s3://{bucket}/city")
    make_whole_city(made)
    return made


@pytest.fixture
def city(settings: Settings) -> Iterator[Workspace]:
    with open_workspace(settings) as workspace:
        yield workspace


def lying(workspace: Workspace) -> dict[str, bytes]:
    place = workspace.lake.place
    return {name: place.read(name) for name in place.names()}


def test_nothing_of_the_traces_is_in_the_workspace(
    city: Workspace, s3_server: str, bucket: str
) -> None:
    assert not (city.settings.workspace / "traces").exists()
    assert objects_in(s3_server, bucket) == {
        f"city/{name}": content for name, content in lying(city).items()
    }
    assert len(lying(city)) == 5
    assert examine(city).findings == ()


def test_passes_are_counted_as_of_traces_in_the_workspace(city: Workspace, tmp_path: Path) -> None:
    here = settings_in(tmp_path / "second")
    make_whole_city(here)
    with open_workspace(here) as other:
        wanted = overlay_by_issue(other, OverlayQuestion())
    found = overlay_by_issue(city, OverlayQuestion())
    assert found.counts.passes.tolist() == wanted.counts.passes.tolist()
    assert sum(found.counts.passes) > 0


@pytest.mark.slow
def test_workers_of_dask_read_them_where_they_lie(city: Workspace) -> None:
    question = OverlayQuestion()
    with dask_cluster() as workers:
        theirs = overlay_by_issue(replace(city, workers=workers), question).counts
        city.kept_counts.drop([day.day for day in city.lake.days()])
        again = overlay_by_cell(replace(city, workers=workers), question)
    ours = overlay_by_issue(city, question).counts
    assert theirs.passes.tolist() == ours.passes.tolist()
    assert sum(ours.passes) > 0
    assert again.trips.tolist() == overlay_by_cell(city, question).trips.tolist()


@pytest.mark.parametrize("kind", ["bucket", "folder"])
def test_a_backup_holds_the_traces_and_is_restored_where_the_settings_want_them(
    city: Workspace, bucket: str, tmp_path: Path, kind: str
) -> None:
    made = back_up(city, tmp_path / "backup", clock)
    assert made.faults == ()
    traces = {path.name: path.read_bytes() for path in (made.folder / "traces").iterdir()}
    assert traces == lying(city)
    again = replace(
        elsewhere(city.settings, tmp_path / "again"),
        traces_url=f"s3://{bucket}/again" if kind == "bucket" else "",
    )
    assert restore(again, made.folder, NOW).content == made.manifest.content
    assert (again.workspace / "traces").exists() == (kind == "folder")
    with open_workspace(again) as restored:
        assert lying(restored) == traces
        assert examine(restored).findings == ()
        told = [fixes.trip_ids for fixes in restored.lake.read()]
        assert told == [fixes.trip_ids for fixes in city.lake.read()]
        once_more = back_up(restored, tmp_path / "once more", clock)
        assert once_more.manifest.content == made.manifest.content
    assert lying(city) == traces


def test_traces_move_from_a_workspace_into_a_bucket_by_a_backup(
    bucket: str, tmp_path: Path
) -> None:
    here = settings_in(tmp_path / "here")
    make_whole_city(here)
    with open_workspace(here) as workspace:
        made = back_up(workspace, tmp_path / "backup", clock)
    there = replace(elsewhere(here, tmp_path / "there"), traces_url=f"s3://{bucket}/moved")
    restore(there, made.folder, NOW)
    with open_workspace(there) as workspace:
        assert examine(workspace).findings == ()
        assert workspace.lake.trips() == 5


def test_a_second_backup_shares_the_traces(city: Workspace, tmp_path: Path) -> None:
    one = back_up(city, tmp_path / "b" / "one", clock)
    city.lake.add(rides("more", 1))
    two = back_up(city, tmp_path / "b" / "two", clock)
    assert two.faults == ()
    shared = {
        path.name
        for path in (two.folder / "traces").iterdir()
        if (one.folder / "traces" / path.name).exists()
        and path.samefile(one.folder / "traces" / path.name)
    }
    assert len(shared) == 5
    assert len(list((two.folder / "traces").iterdir())) == 6


def test_a_file_that_is_missing_in_the_bucket_is_told_with_its_address(
    city: Workspace, tmp_path: Path
) -> None:
    name = min(city.lake.place.names())
    city.lake.place.remove([name])
    made = back_up(city, tmp_path / "backup", clock)
    assert made.faults == (f"{city.lake.place.where(name)}: The file is missing.",)
    (finding,) = examine(city).findings
    assert finding.where == city.lake.place.where(name)
    assert not finding.harmless


def test_a_place_that_may_be_another_workspaces_is_not_restored_into(
    city: Workspace, tmp_path: Path
) -> None:
    made = back_up(city, tmp_path / "backup", clock)
    before = lying(city)
    again = elsewhere(city.settings, tmp_path / "again")
    with pytest.raises(WrongUsage, match="where none are") as raised:
        restore(again, made.folder, NOW)
    assert raised.value.where == city.settings.traces_url
    assert not again.workspace.exists()
    assert lying(city) == before


@pytest.mark.parametrize("when", ["_take_into_use", "_put_traces"])
def test_a_restore_that_fails_leaves_nothing_in_the_bucket(
    city: Workspace,
    bucket: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    when: str,
) -> None:
    made = back_up(city, tmp_path / "backup", clock)
    again = replace(elsewhere(city.settings, tmp_path / "again"), traces_url=f"s3://{bucket}/again")
    done = getattr(restoring, when)
    seen: list[int] = []

    def do_and_fail(*arguments: object) -> None:
        done(*arguments)
        seen.append(len(place_of(again.traces_url).names()))
        raise NotReady("no more")

    monkeypatch.setattr(restoring, when, do_and_fail)
    with pytest.raises(NotReady, match="no more"):
        restore(again, made.folder, NOW)
    assert seen == [5]
    assert place_of(again.traces_url).names() == set()
    assert not again.workspace.exists()


def of_one_day(shift: float) -> Fixes:
    """Return a ride of the rider to be erased, and on the same day one of somebody else."""
    two = rides("ride-", 2, shift=shift)
    second = np.arange(len(two.t)) >= two.offsets[1]
    return replace(
        two, rider_ids=(ERASED, OTHER), t=two.t - DAY_US * second, lon=two.lon + 0.1 * second
    )


def longitudes(fixes: Fixes, trip: int) -> set[int]:
    """Return them as the lake keeps them."""
    kept = np.rint(fixes.lon[fixes.offsets[trip] : fixes.offsets[trip + 1]] * 1e7)
    return {int(lon) for lon in kept}


def test_nothing_of_an_erased_rider_is_left_in_any_object(
    city: Workspace, s3_server: str, bucket: str
) -> None:
    first, again = of_one_day(0.0011), of_one_day(0.0023)
    city.lake.add(first)
    # Only the ride is sent again: its first version lies hidden, beside the other rider's.
    rows = slice(0, int(again.offsets[1]))
    city.lake.add(
        Fixes(
            again.trip_ids[:1],
            again.rider_ids,
            again.rider[:1],
            again.offsets[:2],
            again.t[rows],
            again.lon[rows],
            again.lat[rows],
        )
    )

    def held() -> tuple[bytes, set[str], set[int]]:
        contents = list(objects_in(s3_server, bucket).values())
        tables = [pq.read_table(io.BytesIO(content)) for content in contents]
        riders = {rider for table in tables for rider in table["rider_id"].to_pylist()}
        places = {lon for table in tables for lon in table["lon"].to_pylist()}
        return b"".join(contents), riders, places

    gone = longitudes(first, 0) | longitudes(again, 0)
    content, riders, places = held()
    assert ERASED.encode() in content
    assert b"ride-0" in content
    assert gone <= places
    done = erase_rider(city, ERASED, NOW + timedelta(hours=1))
    assert done.trips.trips == 1
    content, riders, places = held()
    assert ERASED.encode() not in content
    assert b"ride-0" not in content
    assert OTHER in riders
    assert longitudes(first, 1) <= places
    assert not gone & places
    assert examine(city).findings == ()


def test_doctor_and_erasing_tell_of_old_versions(
    city: Workspace,
    s3_server: str,
    bucket: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    settings = city.settings
    monkeypatch.setenv("GEO_SERVICE_TRACES_URL", settings.traces_url)
    monkeypatch.setenv("GEO_SERVICE_RIDER_KEY_FILE", str(settings.rider_key_file))
    common = ("--workspace", str(settings.workspace))
    assert main(["doctor", *common]) == 0
    assert "old versions" not in "".join(capsys.readouterr())
    keep_versions(s3_server, bucket, "Enabled")
    assert main(["doctor", *common]) == 0
    assert "keeps old versions" in "".join(capsys.readouterr())
    assert main(["erase-rider", "--pseudonym", ERASED, *common]) == 0
    assert "keeps old versions" in "".join(capsys.readouterr())


@pytest.mark.parametrize("what", ["no such bucket", "another workspace"])
def test_a_workspace_starts_and_says_what_is_wrong_with_its_place_of_traces(
    city: Workspace, tmp_path: Path, caplog: pytest.LogCaptureFixture, what: str
) -> None:
    urls = {
        "no such bucket": "s3://not-there-at-all",
        "another workspace": city.settings.traces_url,
    }
    before = lying(city)
    fresh = replace(settings_in(tmp_path / "fresh"), traces_url=urls[what])
    with start_workspace(fresh, Calendar()) as workspace:
        assert what in caplog.text
        with pytest.raises(NotReady, match=what):
            workspace.lake.add(rides("new"))
        assert workspace.lake.trips() == 0
    assert lying(city) == before
