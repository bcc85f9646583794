"""Traces into the lake: all or nothing, riders by pseudonym, trips that replace themselves."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from rotating import rotate
from sqlalchemy import select

from geo_service.arrays import Flags
from geo_service.domain.erasure import Erasure, mark_of
from geo_service.domain.rider import pseudonym
from geo_service.errors import NotReady, RefusedRecords
from geo_service.flows import import_traces as importing
from geo_service.flows import loading
from geo_service.flows.erase_rider import erase_rider, rider_of
from geo_service.flows.import_traces import import_traces
from geo_service.flows.loading import LoadOptions
from geo_service.flows.wiring import Workspace
from geo_service.geometry.datum import Datum
from geo_service.store import erasures
from geo_service.store.schema import trace_days, trace_files, trips

HEAD = "trip_id,rider_id,t,lon,lat\n"


def ride(trip: str, rider: str, lon: float = 112.141, fixes: int = 3) -> str:
    return "".join(
        f"{trip},{rider},2026-10-01T08:00:{10 * step:02}Z,{lon + 0.0005 * step},32.04\n"
        for step in range(fixes)
    )


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "t.csv"
    path.write_text(HEAD + ride("a", "Wang") + ride("b", "Li"))
    return path


def test_riders_are_known_by_pseudonym_only(
    workspace: Workspace, file: Path, now: datetime
) -> None:
    report = import_traces(workspace, [file], LoadOptions(), now)
    assert (report.trips.read, report.trips.loaded, report.fixes) == (2, 2, 6)
    key = workspace.rider_key()
    riders = {name for day in workspace.lake.read() for name in day.rider_ids}
    assert riders == {pseudonym("Wang", key), pseudonym("Li", key)}
    kept = [path for path in workspace.settings.workspace.rglob("*") if path.is_file()]
    assert not any(b"Wang" in path.read_bytes() for path in kept)


def test_trip_sent_again_replaces_itself(workspace: Workspace, file: Path, now: datetime) -> None:
    import_traces(workspace, [file], LoadOptions(), now)
    again = import_traces(workspace, [file], LoadOptions(), now)
    assert (again.unchanged, again.trips.replaced) == (2, 0)
    file.write_text(HEAD + ride("a", "Wang", fixes=5))
    longer = import_traces(workspace, [file], LoadOptions(), now)
    assert (longer.unchanged, longer.trips.replaced) == (0, 1)
    assert (workspace.lake.trips(), workspace.lake.fixes()) == (2, 8)


def all_there_is(workspace: Workspace) -> dict[str, object]:
    """Return every row about traces, and every file with its bytes and the time it was written."""
    with workspace.database.reading() as connection:
        rows = {
            table.name: connection.execute(select(table).order_by(*table.primary_key)).all()
            for table in (trips, trace_files, trace_days)
        }
    folder = workspace.settings.workspace / "traces"
    return rows | {
        path.name: (path.stat().st_mtime_ns, path.read_bytes()) for path in folder.iterdir()
    }


@pytest.mark.parametrize("replace_all", [False, True])
def test_the_same_file_again_changes_no_row_no_stamp_and_no_file(
    workspace: Workspace, file: Path, now: datetime, *, replace_all: bool
) -> None:
    with file.open("a") as more:
        more.write(ride("c", "Li").replace("10-01", "10-02"))
    import_traces(workspace, [file], LoadOptions(), now)
    before = all_there_is(workspace)
    assert [len(rows) for rows in list(before.values())[:3]] == [3, 2, 2]
    again = import_traces(workspace, [file], LoadOptions(replace=replace_all), now)
    assert (again.unchanged, again.trips.replaced, again.trips.removed) == (3, 0, 0)
    assert all_there_is(workspace) == before


def test_a_trip_sent_again_on_another_day_is_on_that_day_only(
    workspace: Workspace, file: Path, now: datetime
) -> None:
    import_traces(workspace, [file], LoadOptions(), now)
    file.write_text(HEAD + ride("a", "Wang").replace("10-01", "10-03"))
    again = import_traces(workspace, [file], LoadOptions(), now)
    assert (again.trips.replaced, again.unchanged) == (1, 0)
    found = [(fixes.trip_ids, len(fixes)) for fixes in workspace.lake.read()]
    assert found == [(("b",), 3), (("a",), 3)]
    assert [day.begins.day for day in workspace.lake.days()] == [1, 3]


def rows(*fixes: tuple[float, float]) -> str:
    """Write a trip of seconds and metres east."""
    start = datetime(2026, 10, 1, 8, tzinfo=UTC).timestamp()
    return "".join(f"a,x,{start + t},{112.141 + east / 94_500:.7f},32.04\n" for t, east in fixes)


STEADY = [(10.0 * step, 50.0 * step) for step in range(40)]


@pytest.mark.parametrize(
    ("wrong", "rule", "kept"),
    [
        ([STEADY[9], STEADY[9]], "duplicate", 40),
        ([(95.0, 2000.0)], "impossible_speed", 40),
        ([(30.0, 445.0)], "out_of_order", 40),
        ([(90.0, 451.0)], "same_time", 40),
        ([(20.0, 445.0), (21.0, 446.0), (22.0, 447.0)], "clock_jump", 40),
    ],
)
def test_each_rule_is_told_by_name_with_its_count(
    workspace: Workspace,
    file: Path,
    now: datetime,
    wrong: list[tuple[float, float]],
    rule: str,
    kept: int,
) -> None:
    file.write_text(HEAD + rows(*STEADY[:10], *wrong, *STEADY[10:]))
    report = import_traces(workspace, [file], LoadOptions(), now)
    assert {name: count for name, count in report.dropped.items() if count} == {rule: len(wrong)}
    assert (report.fixes, workspace.lake.fixes()) == (kept, kept)


@pytest.mark.parametrize(
    ("wrong", "setting", "value", "rule"),
    [
        ([(95.0, 640.0)], "max_speed_m_s", 30.0, "impossible_speed"),
        ([(95.0, 640.0)], "max_speed_m_s", 39.0, None),
        ([(20.0, 445.0), (21.0, 446.0)], "clock_jump_fixes", 2, "clock_jump"),
        ([(20.0, 445.0), (21.0, 446.0)], "clock_jump_fixes", 3, "out_of_order"),
        ([(20.0, 445.0)], "clock_jump_s", 60.0, "clock_jump"),
        ([(20.0, 445.0)], "clock_jump_s", 80.0, "out_of_order"),
    ],
)
def test_each_threshold_is_a_setting(
    workspace: Workspace,
    file: Path,
    now: datetime,
    wrong: list[tuple[float, float]],
    setting: str,
    value: float,
    rule: str | None,
) -> None:
    file.write_text(HEAD + rows(*STEADY[:10], *wrong, *STEADY[10:]))
    settings = replace(workspace.settings, **{setting: value})
    report = import_traces(replace(workspace, settings=settings), [file], LoadOptions(), now)
    dropped = {name: count for name, count in report.dropped.items() if count}
    assert dropped == ({} if rule is None else {rule: len(wrong)})


@pytest.mark.parametrize(("share", "refused"), [(0.05, True), (0.07, False)])
def test_how_many_fixes_a_trip_may_lose_is_a_setting(
    workspace: Workspace, file: Path, now: datetime, share: float, *, refused: bool
) -> None:
    wrong = [(20.0, 445.0), (21.0, 446.0), (22.0, 447.0)]
    file.write_text(HEAD + rows(*STEADY[:10], *wrong, *STEADY[10:]))
    settings = replace(workspace.settings, max_dropped_share=share)
    options = LoadOptions(skip_refused=True)
    report = import_traces(replace(workspace, settings=settings), [file], options, now)
    assert report.trips.refused == refused
    assert workspace.lake.fixes() == (0 if refused else 40)


def test_stops_are_kept_fix_by_fix(workspace: Workspace, file: Path, now: datetime) -> None:
    stay = [(STEADY[9][0] + 20.0 * step, STEADY[9][1] + step % 3) for step in range(1, 30)]
    late = [(t + 700.0, east) for t, east in STEADY[10:]]
    file.write_text(HEAD + rows(*STEADY[:10], *stay, *late))
    report = import_traces(workspace, [file], LoadOptions(), now)
    assert (report.stops, sum(report.dropped.values())) == (1, 0)
    assert report.fixes == workspace.lake.fixes() == 69


def test_one_bad_trip_keeps_all_out_unless_it_may_be_left_out(
    workspace: Workspace, file: Path, now: datetime
) -> None:
    with file.open("a") as more:
        more.write(ride("c", "Li", lon=0.0))
    with pytest.raises(RefusedRecords, match="1 of the traces can't be accepted"):
        import_traces(workspace, [file], LoadOptions(), now)
    assert workspace.lake.trips() == 0
    report = import_traces(workspace, [file], LoadOptions(skip_refused=True), now)
    assert (report.trips.read, report.trips.loaded, report.trips.refused) == (3, 2, 1)
    assert report.trips.refused_list is not None
    assert "75 km" in report.trips.refused_list.read_text(encoding="utf-8-sig")


def test_datum_is_brought_to_wgs84_and_doubted_if_wrong(
    workspace: Workspace, file: Path, now: datetime
) -> None:
    file.write_text(HEAD + ride("a", "x", lon=112.1405, fixes=6) + "".join(
        ride(f"t{number}", "x", lon=112.1405) for number in range(20)
    ))  # fmt: skip
    fits = import_traces(workspace, [file], LoadOptions(), now)
    assert not any("look like" in warning for warning in fits.trips.warnings)
    wrong = import_traces(workspace, [file], LoadOptions(datum=Datum.GCJ02), now)
    assert any("look like wgs84, not gcj02" in warning for warning in wrong.trips.warnings)


def test_replace_makes_the_files_the_whole_truth(
    workspace: Workspace, file: Path, now: datetime
) -> None:
    import_traces(workspace, [file], LoadOptions(), now)
    assert workspace.lake.trips() == 2
    file.write_text(HEAD + ride("only", "x"))
    report = import_traces(workspace, [file], LoadOptions(replace=True), now)
    assert (report.trips.loaded, report.trips.removed) == (1, 2)
    assert [fixes.trip_ids for fixes in workspace.lake.read()] == [("only",)]
    again = import_traces(workspace, [file], LoadOptions(replace=True), now)
    assert (again.unchanged, again.trips.removed) == (1, 0)
    assert workspace.lake.trips() == 1
    assert len(list((workspace.settings.workspace / "traces").rglob("*.parquet"))) == 1


def test_clock_jumps_and_stops_are_counted_by_the_settings(
    workspace: Workspace, tmp_path: Path, now: datetime
) -> None:
    path = tmp_path / "t.csv"
    start = int(datetime(2026, 10, 1, 8, tzinfo=now.tzinfo).timestamp())
    seconds = [60 * step - (7200 if 40 <= step < 45 else 0) for step in range(50)]
    lines = [
        f"a,x,{start + at},{112.141 + 0.0005 * max(step - 10, 0)},32.04\n"
        for step, at in enumerate(seconds)
    ]
    path.write_text(HEAD + "".join(lines))
    report = import_traces(workspace, [path], LoadOptions(), now)
    assert (report.fixes, report.dropped["clock_jump"]) == (45, 5)
    assert sum(report.dropped.values()) == 5
    assert (report.stops, report.stop_seconds) == (1, 600.0)
    strict = replace(workspace.settings, clock_jump_fixes=6, stop_radius_m=60.0, stop_min_s=60.0)
    report = import_traces(replace(workspace, settings=strict), [path], LoadOptions(), now)
    assert report.dropped["out_of_order"] == 5
    assert report.stops > 10
    pausing = replace(workspace.settings, clock_jump_s=30.0)
    with pytest.raises(RefusedRecords):
        import_traces(replace(workspace, settings=pausing), [path], LoadOptions(), now)


def test_a_trip_bears_the_name_of_its_time_however_late_it_comes(
    workspace: Workspace, file: Path, now: datetime
) -> None:
    """Trips of October are loaded before names change, and once more after, with one of later."""
    import_traces(workspace, [file], LoadOptions(), now)
    rotate(workspace, "2026-11")
    with file.open("a") as more:
        more.write(ride("c", "Wang").replace("10-01", "11-01"))
    again = import_traces(workspace, [file], LoadOptions(), now)
    assert (again.unchanged, again.trips.replaced, again.trips.loaded) == (2, 0, 3)
    wang = workspace.trace_names().names(pseudonym("Wang", workspace.rider_key()))
    of_trip = {
        trip: day.rider_ids[rider]
        for day in workspace.lake.read()
        for trip, rider in zip(day.trip_ids, day.rider, strict=True)
    }
    assert (of_trip["a"], of_trip["c"]) == wang


def test_names_that_change_while_a_file_is_read_keep_its_trips_out(
    workspace: Workspace, file: Path, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    def settle_and_rotate(*arguments: object, **named: object) -> Path | None:
        rotate(workspace, "2026-10")
        return loading.settle_refusals(*arguments, **named)

    monkeypatch.setattr(importing, "settle_refusals", settle_and_rotate)
    with pytest.raises(NotReady, match="Send or load them again"):
        import_traces(workspace, [file], LoadOptions(), now)
    assert workspace.lake.trips() == 0


def test_trips_of_a_rider_who_was_erased_since_are_left_out(
    workspace: Workspace, file: Path, now: datetime
) -> None:
    import_traces(workspace, [file], LoadOptions(), now)
    erase_rider(workspace, rider_of(workspace, "Wang", ""), now)
    after = f"c,Wang,{now + timedelta(hours=1):%Y-%m-%dT%H:%M:%SZ},112.141,32.04\n"
    file.write_text(HEAD + ride("a", "Wang") + ride("b", "Li") + after)
    again = import_traces(workspace, [file], LoadOptions(), now + timedelta(days=1))
    assert (again.erased, again.trips.read, again.trips.loaded, again.fixes) == (1, 3, 2, 4)
    # What somebody rides who came back is kept.
    assert {trip for day in workspace.lake.read() for trip in day.trip_ids} == {"b", "c"}


def test_a_file_of_erased_riders_alone_brings_nothing(
    workspace: Workspace, file: Path, now: datetime
) -> None:
    for rider in ("Wang", "Li"):
        erase_rider(workspace, rider_of(workspace, rider, ""), now)
    report = import_traces(workspace, [file], LoadOptions(), now)
    assert (report.erased, report.trips.read, report.trips.loaded, report.fixes) == (2, 2, 0, 0)
    assert workspace.lake.trips() == 0


def test_a_rider_erased_by_a_name_in_traces_is_left_out_too(
    workspace: Workspace, file: Path, now: datetime
) -> None:
    rotate(workspace, "2026-09", "2026-10")
    import_traces(workspace, [file], LoadOptions(), now)
    account = pseudonym("Wang", workspace.rider_key())
    in_traces = workspace.trace_names().names(account)[-1]
    with workspace.database.writing() as connection:
        erasures.note_done(connection, Erasure(mark_of(in_traces, workspace.rider_key()), now), now)
    assert import_traces(workspace, [file], LoadOptions(), now).erased == 1


def test_nothing_is_kept_if_somebody_is_erased_while_trips_are_read(
    workspace: Workspace, file: Path, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    find = importing.trips_to_keep

    def erase_then(*asked: object) -> Flags:
        kept = find(*asked)  # type: ignore[arg-type] # handed on as they come
        erase_rider(workspace, rider_of(workspace, "Wang", ""), now)
        return kept

    monkeypatch.setattr(importing, "trips_to_keep", erase_then)
    with pytest.raises(NotReady, match="A rider was erased while"):
        import_traces(workspace, [file], LoadOptions(), now)
    assert workspace.lake.trips() == 0
