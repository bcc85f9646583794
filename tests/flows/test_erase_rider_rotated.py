"""A rider whose names changed is erased under all of them, to the byte, and stays so."""

import shutil
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from rotating import STEPS, add_rides, rotate

from geo_service.domain.issue import Issue
from geo_service.domain.rider import pseudonym
from geo_service.domain.role import Role
from geo_service.flows.erase_rider import (
    apply_erasures,
    count_unfinished,
    erase_rider,
    finish_erasures,
    list_erasures,
    plan_erasure,
    rider_of,
)
from geo_service.flows.look_at_trips import OverlayQuestion
from geo_service.flows.manage_keys import add_key
from geo_service.flows.overlay_issues import overlay_by_issue
from geo_service.flows.wiring import Workspace, open_workspace
from geo_service.store import issues as stored_issues
from geo_service.store import trace_removal
from geo_service.store.database import Database

CHANGES = (datetime(2026, 8, 31, 16, tzinfo=UTC), datetime(2026, 9, 30, 16, tzinfo=UTC))
NAME, OTHER = "Wang", "Li"
TIMES = [CHANGES[0] - timedelta(days=1), CHANGES[0], CHANGES[1] + timedelta(days=1)]


@pytest.fixture
def lived(empty: Workspace, now: datetime) -> Workspace:
    """Return a workspace whose riders rode under three names each; the first has a key."""
    rotate(empty, "2026-09", "2026-10")
    rides = [(name, start) for name in (NAME, OTHER) for start in TIMES]
    add_rides(empty, rides)
    # Sent again: what they replace lies hidden.
    again = replace_start(empty, rides)
    assert again
    add_key(empty, Role.RIDER, None, now, rider=NAME)
    seen = Issue("i", "standing_water", 112.143, 32.04, TIMES[0] - timedelta(days=1))
    with empty.database.writing() as connection:
        stored_issues.write(connection, [seen], replace=False)
    # Kept counts hold names too.
    for until in (CHANGES[0], CHANGES[1], None):
        overlay_by_issue(empty, OverlayQuestion(until=until))
    return empty


def replace_start(workspace: Workspace, rides: list[tuple[str, datetime]]) -> bool:
    fixes = add_rides(workspace, rides)
    workspace.lake.add(replace(fixes, lat=fixes.lat + 0.0001))
    return fixes.trips == len(rides)


def names_of(workspace: Workspace, name: str) -> tuple[str, ...]:
    return workspace.trace_names().names(pseudonym(name, workspace.rider_key()))


def bytes_found(workspace: Workspace, *words: str) -> set[str]:
    contents = [
        path.read_bytes()
        for path in workspace.settings.workspace.rglob("*")
        if path.is_file() and not path.name.endswith("-shm")
    ]
    return {word for word in words if any(word.encode() in one for one in contents)}


def fixes_held(workspace: Workspace) -> int:
    """Count the fixes in all files of the lake, visible or not."""
    files = (workspace.settings.workspace / "traces").iterdir()
    return sum(len(pq.read_table(path)) for path in files)


@pytest.mark.parametrize("by", ["name", "account", "first change", "second change"])
def test_no_name_and_no_fix_is_left(lived: Workspace, now: datetime, by: str) -> None:
    mine, others = names_of(lived, NAME), names_of(lived, OTHER)
    assert len({*mine, *others}) == 6
    assert bytes_found(lived, *mine, *others) == {*mine, *others}
    given = dict(zip(("account", "first change", "second change"), mine, strict=True))
    rider = rider_of(lived, "" if by in given else NAME, given.get(by, ""))
    assert rider == mine[0]
    planned = plan_erasure(lived, rider)
    done = erase_rider(lived, rider, now)
    assert (done.trips, done.rows) == (planned.trips, planned.rows)
    assert (done.trips.trips, done.trips.fixes) == (3, 3 * STEPS)
    assert (done.rows.gone["keys"], done.untold, done.of_one_time) == (1, (), False)
    assert bytes_found(lived, *mine) == set()
    assert bytes_found(lived, *others) == {*others}
    assert fixes_held(lived) in range(3 * STEPS, 6 * STEPS + 1)
    assert bytes_found(lived, *(f"{NAME}-{start:%m%dT%H%M%S}" for start in TIMES)) == set()
    # Once more, it does nothing, and the list does not grow.
    listed = list_erasures(lived)
    assert len(listed.erased) == 3
    erase_rider(lived, rider, now + timedelta(days=1))
    assert list_erasures(lived) == listed


def test_a_name_of_one_time_finds_no_other_where_nothing_tells_of_it(
    lived: Workspace, now: datetime
) -> None:
    """This rider has no key, and traces of the first time are gone."""
    first, second, third = names_of(lived, OTHER)
    lived.lake.remove(rider_ids=[first])
    rider = rider_of(lived, "", second)
    assert rider == second
    done = erase_rider(lived, rider, now)
    assert (done.trips.trips, done.of_one_time) == (1, True)
    assert bytes_found(lived, second, third) == {third}
    # By the name all go.
    again = erase_rider(lived, rider_of(lived, OTHER, ""), now)
    assert (again.trips.trips, again.of_one_time) == (1, False)
    assert bytes_found(lived, third) == set()


@pytest.mark.parametrize("step", ["_rewrite", "scrub"])
def test_cut_short_it_is_finished_for_all_names(
    lived: Workspace, now: datetime, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    """Nothing tells of the account any more then, only of the names in traces."""

    def cut(*_: object) -> None:
        raise KeyboardInterrupt

    mine = names_of(lived, NAME)
    with monkeypatch.context() as patched:
        patched.setattr(trace_removal if step == "_rewrite" else Database, step, cut)
        with pytest.raises(KeyboardInterrupt):
            erase_rider(lived, mine[0], now)
    assert count_unfinished(lived) == 3
    # The keys of those names need not be there for it.
    for month in ("2026-09", "2026-10"):
        lived.settings.rider_key_file.with_name(f"rider.key.{month}").unlink()
    assert finish_erasures(lived, now) == 3
    assert count_unfinished(lived) == 0
    assert bytes_found(lived, *mine) == set()


def test_a_backup_put_back_is_erased_again_under_all_names(
    lived: Workspace, now: datetime, tmp_path: Path
) -> None:
    mine, others = names_of(lived, NAME), names_of(lived, OTHER)
    lived.database.empty_log()
    backup = shutil.copytree(lived.settings.workspace, tmp_path / "backup")
    erase_rider(lived, mine[0], now)
    listed = list_erasures(lived)
    assert not any(name in str(listed) for name in mine)
    with open_workspace(replace(lived.settings, workspace=backup)) as restored:
        assert bytes_found(restored, *mine) == {*mine}
        assert apply_erasures(restored, listed, now) == 3
        assert bytes_found(restored, *mine) == set()
        assert bytes_found(restored, *others) == {*others}
        assert list_erasures(restored) == listed


def test_what_a_destroyed_key_hides_is_told_and_the_rest_goes(
    lived: Workspace, now: datetime
) -> None:
    first, second, third = names_of(lived, NAME)
    file = lived.settings.rider_key_file.with_name("rider.key.2026-09")
    kept = file.read_text()
    file.unlink()
    planned = plan_erasure(lived, first)
    assert [(one.since, one.until) for one in planned.untold] == [CHANGES]
    done = erase_rider(lived, first, now)
    assert (done.trips.trips, done.untold) == (2, planned.untold)
    assert bytes_found(lived, first, second, third) == {second}
    # Put back, it finds the rest.
    file.write_text(kept)
    assert erase_rider(lived, first, now).trips.trips == 1
    assert bytes_found(lived, first, second, third) == set()
    # Where there are no trips of that time any more, nothing is hidden.
    lived.lake.remove(rider_ids=[names_of(lived, OTHER)[1]])
    file.unlink()
    assert plan_erasure(lived, first).untold == ()
