from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from rotating import add_rides, rotate

from geo_service.domain.role import Role
from geo_service.errors import NotReady
from geo_service.flows.examine_rider_keys import key_findings, unknown_months
from geo_service.flows.examine_workspace import examine
from geo_service.flows.import_traces import import_traces
from geo_service.flows.loading import LoadOptions
from geo_service.flows.manage_keys import add_key
from geo_service.flows.wiring import Workspace
from geo_service.store.rider_key_files import make_key

CHANGE = datetime(2026, 9, 30, 16, tzinfo=UTC)


def test_a_missing_key_is_a_fault_until_later_names_are_used(workspace: Workspace) -> None:
    assert key_findings(workspace) == []
    assert not workspace.settings.rider_key_file.exists()
    rotate(workspace, "2026-09", "2026-10")
    assert key_findings(workspace) == []
    assert examine(workspace).names_change == ("2026-09", "2026-10")
    add_rides(workspace, [("Wang", CHANGE - timedelta(days=1))])
    file = workspace.settings.rider_key_file.with_name("rider.key.2026-09")
    file.unlink()
    (finding,) = key_findings(workspace)
    assert (finding.where, finding.harmless) == (str(file), False)
    assert "no such trip can be taken" in finding.remedy
    assert not examine(workspace).sound
    add_rides(workspace, [("Wang", CHANGE)])
    (finding,) = key_findings(workspace)
    assert finding.harmless
    assert "nobody can tell whose they are" in finding.remedy
    assert examine(workspace).sound
    # The trips of that time gone, its key is missed by nobody.
    workspace.lake.remove(["Wang-0929T160000"])
    assert workspace.lake.trips() == 1
    assert key_findings(workspace) == []


def test_another_accounts_key_is_a_fault(empty: Workspace) -> None:
    rotate(empty, "2026-10")
    base = empty.settings.rider_key_file
    base.write_text("ab" * 32)
    (finding,) = key_findings(empty)
    assert (finding.where, finding.harmless) == (str(base), False)
    base.unlink()
    (finding,) = key_findings(empty)
    assert "not here" in finding.what
    assert not base.exists()


def test_keys_that_only_lie_there_are_named(empty: Workspace) -> None:
    rotate(empty, "2026-10")
    base = empty.settings.rider_key_file
    make_key(base.with_name("rider.key.2027-01"))
    assert unknown_months(empty) == ["2027-01"]


@pytest.mark.parametrize("how", ["a key is made", "trips are loaded"])
def test_from_the_first_named_rider_on_the_riders_key_is_known(
    empty: Workspace, now: datetime, tmp_path: Path, how: str
) -> None:
    assert key_findings(empty) == []
    file = tmp_path / "t.csv"
    file.write_text("trip_id,rider_id,t,lon,lat\nt,Wang,2026-10-01T08:00:00Z,112.141,32.04\n")
    doings = {
        "a key is made": lambda: add_key(empty, Role.RIDER, None, now, rider="Wang"),
        "trips are loaded": lambda: import_traces(empty, [file], LoadOptions(), now),
    }
    doings[how]()
    base = empty.settings.rider_key_file
    right = base.read_text()
    base.write_text("ab" * 32)
    (finding,) = key_findings(empty)
    assert (finding.where, finding.harmless) == (str(base), False)
    for do in doings.values():
        with pytest.raises(NotReady, match="another one than this workspace's"):
            do()
    base.unlink()
    (finding,) = key_findings(empty)
    assert "not here" in finding.what
    for do in doings.values():
        with pytest.raises(NotReady, match="not here"):
            do()
    assert not base.exists()
    base.write_text(right)
    assert key_findings(empty) == []
    for do in doings.values():
        do()
