"""Names change at the beginning of a month, once, and under a key that is told from any other."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from rotating import add_rides, rides_of, rotate

from geo_service.domain.erasure import mark_of_key
from geo_service.domain.opening import Calendar
from geo_service.domain.role import Role
from geo_service.errors import ForbiddenMove, NotReady, WrongUsage
from geo_service.flows import rotate_key as flow
from geo_service.flows.erase_rider import rider_of
from geo_service.flows.manage_keys import add_key
from geo_service.flows.manage_teams import join_team
from geo_service.flows.name_traces import while_names_stay
from geo_service.flows.rotate_key import rotate_key
from geo_service.flows.start_workspace import start_workspace
from geo_service.flows.wiring import Workspace
from geo_service.store import rider_generations
from geo_service.store.rider_key_files import read_key

JANUARY = datetime(2026, 12, 31, 16, tzinfo=UTC)
"""It begins in Xiangyang."""


def test_names_change_with_the_next_month_of_the_city(empty: Workspace, now: datetime) -> None:
    # Still November in UTC.
    rotated = rotate_key(empty, None, datetime(2026, 11, 30, 17, tzinfo=UTC))
    assert (rotated.month, rotated.begins, rotated.begins.isoformat()) == (
        "2027-01",
        JANUARY,
        "2027-01-01T00:00:00+08:00",
    )
    assert rotated.file == empty.settings.rider_key_file.with_name("rider.key.2027-01")
    assert rotated.file.stat().st_mode & 0o777 == 0o600
    assert rotate_key(empty, None, now).month == "2026-12"
    assert rotate_key(empty, "2027-06", now).month == "2027-06"
    names = empty.trace_names()
    assert [one.month for one in names.generations] == ["2026-12", "2027-01", "2027-06"]
    assert len({one.key for one in names.secrets}) == 3
    assert names.lost() == ()
    with empty.database.reading() as connection:
        known = rider_generations.read_all(connection)
    assert [one.mark for one in known[:1]] == [mark_of_key(empty.rider_key())]
    secrets = [empty.rider_key(), *(one.key for one in names.secrets if one.key)]
    everything = b"".join(
        path.read_bytes() for path in empty.settings.workspace.rglob("*") if path.is_file()
    )
    for secret in secrets:
        assert secret not in everything
        assert secret.hex().encode() not in everything


def test_a_month_is_begun_with_once(empty: Workspace, now: datetime) -> None:
    rotate(empty, "2026-12")
    for month in ("2026-12", None):
        with pytest.raises(ForbiddenMove, match="2026-12 already"):
            rotate_key(empty, month, now)
    with pytest.raises(WrongUsage, match="not a calendar month"):
        rotate_key(empty, "2026-13", now)


def test_trips_that_are_here_keep_their_names(empty: Workspace, now: datetime) -> None:
    add_rides(empty, [("Wang", datetime(2026, 11, 2, tzinfo=UTC))])
    with pytest.raises(ForbiddenMove, match="2026-11 has begun"):
        rotate_key(empty, "2026-11", now)
    assert empty.trace_names().generations == ()
    assert not empty.settings.rider_key_file.with_name("rider.key.2026-11").exists()
    # Of a time without trips nothing is known under another name.
    assert rotate_key(empty, "2026-12", now).begins > now
    with pytest.raises(ForbiddenMove):
        rotate_key(empty, "2026-10", now)


def test_a_key_that_lies_there_already_is_used_again(
    empty: Workspace, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A process that was killed in between, or a workspace put back from before."""

    def cut(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(flow.rider_generations, "add", cut)
        with pytest.raises(KeyboardInterrupt):
            rotate_key(empty, "2027-01", now)
    assert empty.trace_names().generations == ()
    key = read_key(empty.settings.rider_key_file.with_name("rider.key.2027-01"))
    rotate_key(empty, "2027-01", now)
    assert [one.key for one in empty.trace_names().secrets] == [key]


def test_a_damaged_or_foreign_key_changes_nothing(empty: Workspace, now: datetime) -> None:
    base = empty.settings.rider_key_file
    base.parent.mkdir()
    broken = base.with_name("rider.key.2027-01")
    broken.write_text("torn")
    with pytest.raises(NotReady, match="no whole key") as refused:
        rotate_key(empty, "2027-01", now)
    assert refused.value.where == str(broken)
    assert empty.trace_names().generations == ()
    rotate_key(empty, "2027-02", now)
    # From now on the accounts' key is known by its mark.
    right = base.read_text()
    base.write_text("ab" * 32)
    for asked in (
        empty.trace_names,
        lambda: rotate_key(empty, "2027-03", now),
        lambda: add_key(empty, Role.RIDER, None, now, rider="Wang"),
        lambda: join_team(empty, "red", "Wang", now),
        lambda: rider_of(empty, "Wang", ""),
    ):
        with pytest.raises(NotReady, match="another one than this workspace's"):
            asked()
    base.unlink()
    with pytest.raises(NotReady, match="not here"):
        empty.rider_key()
    assert not base.exists()
    base.write_text(right)
    assert empty.trace_names().lost() == ()


def test_another_city_beside_it_is_not_changed(empty: Workspace, now: datetime) -> None:
    rotate(empty, "2027-01")
    settings = replace(empty.settings, workspace=empty.settings.workspace.with_name("other"))
    with start_workspace(settings, Calendar()) as other:
        assert other.trace_names().generations == ()
        assert other.rider_key() == empty.rider_key()
        rotate_key(other, "2027-01", now)
        assert other.trace_names() == empty.trace_names()


def test_trips_read_before_names_changed_are_not_kept_after(empty: Workspace) -> None:
    read = empty.trace_names()
    ride = rides_of(empty, [("Wang", datetime(2026, 11, 2, tzinfo=UTC))])
    rotate(empty, "2026-11")
    with pytest.raises(NotReady, match="changed while"):
        empty.lake.add(ride, while_allowed=while_names_stay(read))
    assert empty.lake.trips() == 0
