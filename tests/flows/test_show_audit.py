from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

from geo_service.domain.role import Role
from geo_service.flows.back_up import back_up
from geo_service.flows.keep_up import keep_up
from geo_service.flows.manage_keys import add_key
from geo_service.flows.restore import restore
from geo_service.flows.show_audit import audit_log, forget_old_entries
from geo_service.flows.wiring import Workspace, open_workspace
from geo_service.store.acting import COMMAND_LINE, UPKEEP, Act, Deed, acting


def add_at(workspace: Workspace, moment: datetime) -> str:
    with acting(Act(lambda: moment, lambda: Deed("keys add"), COMMAND_LINE)):
        return add_key(workspace, Role.STAFF, None, moment)[0]


def told(workspace: Workspace) -> list[datetime]:
    with audit_log(workspace) as log:
        return [entry.done_at for entry in log.entries]


def test_entries_are_kept_as_long_as_the_setting_says(workspace: Workspace, now: datetime) -> None:
    days = (400, 366, 364, 0)
    for ago in days:
        add_at(workspace, now - timedelta(days=ago))
    with acting(Act(lambda: now, lambda: Deed("upkeep"), UPKEEP)):
        keep_up(workspace, now)
        keep_up(workspace, now + timedelta(seconds=1))
    # That old ones went is an entry itself, once.
    assert told(workspace) == [now - timedelta(days=364), now, now]
    with audit_log(workspace) as log:
        horizon = now - timedelta(days=365)
        assert log.forgotten_before == horizon.replace(hour=0, minute=0, second=0, microsecond=0)


def test_for_ever_if_the_setting_is_0(workspace: Workspace, now: datetime) -> None:
    old = now - timedelta(days=4_000)
    add_at(workspace, old)
    lasting = replace(workspace, settings=replace(workspace.settings, audit_days=0))
    assert forget_old_entries(lasting, now) == 0
    assert told(workspace) == [old]
    assert forget_old_entries(workspace, now) == 1


def test_a_new_key_is_told_of_by_its_id(workspace: Workspace, now: datetime) -> None:
    key_id = add_at(workspace, now)
    with audit_log(workspace, now, now + timedelta(seconds=1)) as log:
        assert [entry[1:] for entry in log.entries] == [(COMMAND_LINE, "keys add", "key", key_id)]
    with audit_log(workspace, until=now) as log:
        assert list(log.entries) == []


def test_a_backup_carries_the_log(workspace: Workspace, now: datetime, tmp_path: Path) -> None:
    add_at(workspace, now)
    back_up(workspace, tmp_path / "backup", lambda: now)
    elsewhere = replace(workspace.settings, workspace=tmp_path / "again")
    with acting(Act(lambda: now, lambda: Deed("restore"), COMMAND_LINE)):
        restore(elsewhere, tmp_path / "backup", now)
    with open_workspace(elsewhere) as again:
        assert told(again) == told(workspace) == [now]
