from datetime import UTC, datetime, timedelta

from rotating import add_rides, rotate

from geo_service.flows.examine_rider_keys import key_findings, unknown_months
from geo_service.flows.examine_workspace import examine
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
