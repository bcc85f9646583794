"""A rider is erased to the byte: searched for before, so that the search is known to find."""

import shutil
import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import datetime, timedelta
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pyarrow.parquet as pq
import pytest
import shapely
from PIL import Image

from geo_service.domain.area import Area, Body, Level
from geo_service.domain.category import Category
from geo_service.domain.credit import Reason
from geo_service.domain.facility import Facility
from geo_service.domain.issue import Issue
from geo_service.domain.report import Report
from geo_service.domain.rider import pseudonym
from geo_service.domain.role import Role
from geo_service.domain.trace import Fixes
from geo_service.domain.verification import Task
from geo_service.errors import NotReady, WrongUsage
from geo_service.flows.check_in import check_in, station_code
from geo_service.flows.erase_rider import (
    apply_erasures,
    count_unfinished,
    erase_rider,
    finish_erasures,
    list_erasures,
    plan_erasure,
    rider_of,
)
from geo_service.flows.examine_workspace import examine
from geo_service.flows.give_consent import agree, present_text
from geo_service.flows.look_at_trips import OverlayQuestion
from geo_service.flows.manage_keys import add_key
from geo_service.flows.manage_teams import add_team, join_team
from geo_service.flows.overlay_issues import overlay_by_issue
from geo_service.flows.report_issue import report_issue
from geo_service.flows.wiring import Workspace, open_workspace
from geo_service.store import areas as stored_areas
from geo_service.store import categories as stored_categories
from geo_service.store import database, erasures, ledger, rider_rows, supporters, trace_removal
from geo_service.store import facilities as stored_facilities
from geo_service.store import issues as stored_issues
from geo_service.store import keys as stored_keys
from geo_service.store import photos as stored_photos
from geo_service.store import tasks as stored_tasks
from geo_service.store.database import Database
from geo_service.store.kept_counts import KeptCounts
from geo_service.store.photo_files import PhotoFiles
from geo_service.store.trace_file import encode
from geo_service.store.trace_lake import TraceLake
from geo_service.store.trace_packing import pack

NAME, OTHER = "王小明", "李四"
STEPS = 30
EAST = 1_121_400_000
"""Where the rides begin, in 1e-7 degree."""


def a_photo(colour: str) -> bytes:
    held = BytesIO()
    Image.new("RGB", (64, 48), colour).save(held, "JPEG")
    return held.getvalue()


def rides(rider: str, name: str, day: int, shift: int) -> Fixes:
    start = int(datetime.fromisoformat("2026-10-05T01:00:00Z").timestamp()) + day * 86_400
    steps = np.arange(STEPS)
    return Fixes(
        (f"{name}-{day}",),
        (rider,),
        np.zeros(1, dtype=np.int64),
        np.array([0, STEPS]),
        (start + steps * 10) * 1_000_000,
        (EAST + shift + steps * 3_217) / 1e7,
        np.full(STEPS, 32.0400123),
    )


def fill(workspace: Workspace, name: str, now: datetime, shift: int) -> str:
    """Do in a rider's name all that leaves a trace; return the pseudonym."""
    rider = pseudonym(name, workspace.rider_key())
    token = add_key(workspace, Role.RIDER, None, now, rider=name, note=f"{name}的手机")[1]
    with workspace.database.reading() as connection:
        key = stored_keys.find(connection, token, now)
    agree(workspace, rider, present_text(workspace).version, now)
    for day in range(3):
        workspace.lake.add(rides(rider, f"trip-of-{name}", day, shift))
    # Sent again: the first version lies hidden beside the other rider's.
    workspace.lake.add(rides(rider, f"trip-of-{name}", 0, shift + 77))
    overlay_by_issue(workspace, OverlayQuestion())
    check_in(workspace, key, "station", station_code(workspace, "station"), now)
    reported = [
        report_issue(
            workspace,
            Report("standing_water", 112.1441 + i / 1e3, 32.04, f"积水 {i} {shift}"),
            key=key,
            now=now,
            photos=[a_photo("navy"), a_photo("teal")],
            idempotency_key=f"sent-{i}",
        ).case
        for i in range(2)
    ]
    with workspace.database.writing() as connection:
        mine = stored_photos.of_issue(connection, reported[0].issue.issue_id)
        stored_photos.set_approved(connection, mine[0].photo_id, approved=True)
        supporters.add(connection, "open", rider, now)
        task = Task(f"t-{rider}", "open", 1, rider, 1, now, now + timedelta(days=7))
        stored_tasks.add(connection, [task])
        ledger.enter(
            connection, rider=rider, points=7, reason=Reason.CORRECTED, source=f"c{shift}", now=now
        )
    join_team(workspace, "red", name, now)
    refused = workspace.settings.workspace / "refused"
    refused.mkdir(exist_ok=True)
    (refused / f"traces-{shift}.refused.csv").write_text(f"{name}.gpx,1,{rider},late")
    (refused / f"issues-{shift}.refused.csv").write_text(f"i.csv,1,x,told by {name}")
    (refused / "areas-1.refused.csv").write_text("a.csv,1,x,no polygon")
    return rider


def needles(name: str, rider: str, shift: int) -> dict[str, bytes]:
    """Return everything that is searched for, as bytes."""
    return {
        "name": name.encode(),
        "pseudonym": rider.encode(),
        "trip id": f"trip-of-{name}-1".encode(),
        # The boxes of trips stand in the database as whole numbers of four bytes.
        "west edge": (EAST + shift).to_bytes(4, "big"),
        "east edge": (EAST + shift + (STEPS - 1) * 3_217).to_bytes(4, "big"),
        "track": track_bytes(rider, shift),
    }


def track_bytes(rider: str, shift: int) -> bytes:
    """Return longitudes as the lake stores them: the packed column of a file of this ride."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "one.parquet"
        path.write_bytes(encode(pack(rides(rider, "x", 1, shift))))
        column = pq.ParquetFile(path).metadata.row_group(0).column(3)
        assert column.path_in_schema == "lon"
        content = path.read_bytes()
        end = column.data_page_offset + column.total_compressed_size
        # The end of the column: its packed numbers, behind the header with the checksum.
        return content[end - 12 : end]


def found(workspace: Workspace, sought: dict[str, bytes]) -> set[str]:
    contents = [
        path.read_bytes()
        for path in workspace.settings.workspace.rglob("*")
        if path.is_file() and not path.name.endswith("-shm")
    ]
    return {what for what, needle in sought.items() if any(needle in one for one in contents)}


def positions(workspace: Workspace) -> set[int]:
    """Return all longitudes of all files of the lake, visible or not."""
    return {
        lon
        for path in (workspace.settings.workspace / "traces").iterdir()
        for lon in pq.read_table(path)["lon"].to_pylist()
    }


@pytest.fixture
def lived(workspace: Workspace, now: datetime) -> tuple[Workspace, str, str]:
    """Return a workspace in which two riders have done everything, and their pseudonyms."""
    water = Category("standing_water", "积水")
    area = Area("a", "区", "b", shapely.to_wkb(shapely.box(112.13, 32.03, 112.16, 32.05)))
    with workspace.database.writing() as connection:
        stored_categories.write(connection, [water])
        stored_areas.write(connection, [area], [Body("b", "街道", Level.STREET_COMMITTEE)])
        station = Facility("station", "rest_station", 112.145, 32.04)
        stored_facilities.write(connection, [station], replace=False)
        seen = Issue("open", "standing_water", 112.143, 32.0401, now - timedelta(days=90))
        stored_issues.write(connection, [seen], replace=False)
    add_team(workspace, "red", "红队")
    first = fill(workspace, NAME, now, 0)
    return workspace, first, fill(workspace, OTHER, now, 1_000_003)


def test_nothing_of_a_rider_is_left_to_the_byte(
    lived: tuple[Workspace, str, str], now: datetime
) -> None:
    workspace, rider, other = lived
    sought = needles(NAME, rider, 0)
    others = needles(OTHER, other, 1_000_003)
    points = total_points(workspace)
    assert found(workspace, sought) == sought.keys()
    assert positions(workspace) >= {EAST, EAST + 77}
    with workspace.database.reading() as connection:
        assert sum(rider_rows.count(connection, rider).gone.values()) > 0
        before = rider_rows.count(connection, other)
    delete_as_of_old(workspace, f"{rider}-of-old")
    sought["what an older program deleted"] = f"{rider}-of-old".encode()
    planned = plan_erasure(workspace, rider, NAME)
    assert found(workspace, sought) == sought.keys()

    done = erase_rider(workspace, rider, now, NAME)
    assert done == planned
    assert (done.trips.trips, done.trips.fixes, done.texts) == (3, 3 * STEPS, 0)
    assert done.rows.gone == {
        "keys": 1,
        "consents": 1,
        "visits to stations": 1,
        "team memberships": 1,
        "questions and answers": 1,
        "issues the rider sees too": 1,
        "kept answers": 2,
        "photos that staff have not approved": 3,
    }
    assert done.rows.unnamed == {
        "issues reported": 2,
        "moves of issues": 2,
        "entries of points": 2,
        "approved photos": 1,
    }
    assert found(workspace, {**sought, "as bytes": bytes.fromhex(rider)}) == set()
    ridden = {EAST + extra + step * 3_217 for extra in (0, 77) for step in range(STEPS)}
    assert not positions(workspace) & ridden
    # Everybody else is as before, and so is what is not the rider's alone.
    assert found(workspace, others) == others.keys()
    with workspace.database.reading() as connection:
        assert rider_rows.count(connection, other) == before
        assert len(stored_issues.read_all(connection)) == 5
    assert total_points(workspace) == points
    lists = {path.name for path in (workspace.settings.workspace / "refused").iterdir()}
    assert lists == {"areas-1.refused.csv", "issues-1000003.refused.csv"}
    pictures = list((workspace.settings.workspace / "photos").rglob("*.jpg"))
    assert len(pictures) == 1 + 4
    assert [one for one in examine(workspace).findings if not one.harmless] == []
    # Once more, it does nothing, and the list does not grow.
    again = erase_rider(workspace, rider, now + timedelta(days=1), NAME)
    assert (again.trips.trips, bool(again.rows)) == (0, False)
    assert [one.asked_at for one in list_erasures(workspace).erased] == [now]


def test_the_ids_of_photos_that_went_are_left_nowhere(
    lived: tuple[Workspace, str, str], now: datetime
) -> None:
    """Nor in the database's log, which a server that goes on running keeps."""
    workspace, rider, _ = lived
    with workspace.database.reading() as connection:
        ids = rider_rows.count(connection, rider).photo_ids
    sought = {photo_id: photo_id.encode() for photo_id in ids}
    assert len(found(workspace, sought)) == 3
    erase_rider(workspace, rider, now, NAME)
    assert found(workspace, sought) == set()


def delete_as_of_old(workspace: Workspace, text: str) -> None:
    """Delete a row as programs did that did not write over what they delete."""
    file = workspace.database.file
    assert file is not None
    with closing(sqlite3.connect(file, isolation_level=None)) as plain:
        plain.execute("PRAGMA secure_delete = OFF")
        plain.execute("INSERT INTO teams VALUES (?, '', '')", (text,))
        plain.execute("DELETE FROM teams WHERE team_id = ?", (text,))
        plain.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def total_points(workspace: Workspace) -> int:
    with workspace.database.reading() as connection:
        return int(connection.exec_driver_sql("SELECT SUM(points) FROM ledger").scalar_one())


STEPS_OF_IT = (
    (rider_rows, "erase"),
    (trace_removal, "_rewrite"),
    (TraceLake, "remove_leftovers"),
    (PhotoFiles, "remove"),
    (KeptCounts, "drop"),
    (erasures, "forget_photos"),
    (Database, "scrub"),
    (erasures, "finish"),
)


@pytest.mark.parametrize(("where", "what"), STEPS_OF_IT, ids=[what for _, what in STEPS_OF_IT])
@pytest.mark.parametrize("before", [True, False], ids=["before", "after"])
def test_cut_short_anywhere_it_is_finished_later(
    lived: tuple[Workspace, str, str],
    now: datetime,
    monkeypatch: pytest.MonkeyPatch,
    where: object,
    what: str,
    before: bool,
) -> None:
    workspace, rider, _ = lived
    sought = needles(NAME, rider, 0)
    step = getattr(where, what)

    def cut(*arguments: object, **named: object) -> None:
        if not before:
            step(*arguments, **named)
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(where, what, cut)
        with pytest.raises(KeyboardInterrupt):
            erase_rider(workspace, rider, now)
    if what != "erase":
        assert count_unfinished(workspace) == 1
        assert any("erase-rider --finish" in one.remedy for one in examine(workspace).findings)
        assert finish_erasures(workspace, now) == 1
    erase_rider(workspace, rider, now, NAME)
    assert count_unfinished(workspace) == 0
    assert found(workspace, sought) == set()
    assert len(list((workspace.settings.workspace / "photos").rglob("*.jpg"))) == 5
    assert len(list_erasures(workspace).erased) == 1


def test_a_backup_put_back_is_erased_again(
    lived: tuple[Workspace, str, str], now: datetime, tmp_path: Path
) -> None:
    workspace, rider, other = lived
    sought = needles(NAME, rider, 0)
    workspace.database.empty_log()
    backup = shutil.copytree(workspace.settings.workspace, tmp_path / "backup")
    erase_rider(workspace, rider, now, NAME)
    listed = list_erasures(workspace)
    assert rider not in str(listed)
    assert NAME not in str(listed)
    with open_workspace(replace(workspace.settings, workspace=backup)) as restored:
        assert "pseudonym" in found(restored, sought)
        assert apply_erasures(restored, listed, now) == 1
        # Lists of refused areas are not searched for a name that nobody knows any more.
        assert found(restored, sought) <= {"name"}
        assert apply_erasures(restored, listed, now) == 0
        assert list_erasures(restored) == listed
        with restored.database.reading() as connection:
            assert other in rider_rows.pseudonyms(connection)
    wrong = listed._replace(key_mark="0" * 32)
    with pytest.raises(NotReady, match="another riders' key"):
        apply_erasures(workspace, wrong, now)


def test_who_came_back_is_not_erased_by_an_old_list(
    lived: tuple[Workspace, str, str], now: datetime
) -> None:
    workspace, rider, _ = lived
    erase_rider(workspace, rider, now)
    listed = list_erasures(workspace)
    workspace.lake.add(rides(rider, "back", 4, 0))
    assert apply_erasures(workspace, listed, now) == 0
    assert plan_erasure(workspace, rider).trips.trips == 1
    # Erased for the second time, the list has both.
    erase_rider(workspace, rider, now + timedelta(days=1))
    assert len(list_erasures(workspace).erased) == 2


def test_a_rider_is_named_in_one_of_two_ways(empty: Workspace) -> None:
    known = pseudonym(NAME, empty.rider_key())
    assert rider_of(empty, f" {NAME} ", "") == known
    assert rider_of(empty, "", known) == known
    for name, given in (("", ""), (NAME, known), ("", "x"), ("", known.upper()), (" ", "")):
        with pytest.raises(WrongUsage):
            rider_of(empty, name, given)


def test_a_reader_who_stays_keeps_the_erasure_unfinished(
    lived: tuple[Workspace, str, str], now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    workspace, rider, _ = lived
    monkeypatch.setattr(database, "PATIENCE_S", 0.1)
    with workspace.database.reading() as connection:
        connection.exec_driver_sql("SELECT COUNT(*) FROM trips").scalar_one()
        with pytest.raises(NotReady, match="reads the database"):
            erase_rider(workspace, rider, now)
    assert count_unfinished(workspace) == 1
    assert finish_erasures(workspace, now) == 1


def test_a_photo_that_stays_keeps_the_erasure_unfinished(
    lived: tuple[Workspace, str, str], now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    workspace, rider, _ = lived
    with monkeypatch.context() as patched:
        patched.setattr(PhotoFiles, "remove", lambda *_: None)
        with pytest.raises(NotReady, match="3 photos can't be removed"):
            erase_rider(workspace, rider, now)
    assert finish_erasures(workspace, now) == 1
    assert len(list((workspace.settings.workspace / "photos").rglob("*.jpg"))) == 5
