from collections.abc import Callable

import httpx

from geo_service.flows.wiring import open_workspace
from geo_service.settings import Settings

Bearer = Callable[[str], dict[str, str]]
TwoRiders = list[dict[str, str]]
Report = Callable[..., str]


def test_everybody_sees_less_than_the_reporter_and_the_reporter_less_than_staff(
    governed_door: httpx.Client, bearer: Bearer, two_riders: TwoRiders, report: Report
) -> None:
    issue_id = report(two_riders[0])
    governed_door.post(
        f"/issues/{issue_id}/moves", json={"to": "filed", "why": "内部"}, headers=bearer("staff")
    )
    public = governed_door.get(f"/issues/{issue_id}")
    own = governed_door.get(f"/issues/{issue_id}", headers=two_riders[0])
    other = governed_door.get(f"/issues/{issue_id}", headers=two_riders[1])
    staff = governed_door.get(f"/issues/{issue_id}", headers=bearer("staff"))
    assert public.json() == other.json()
    assert "内部" not in public.text
    assert "next" not in public.json()["properties"]
    assert "内部" in own.text
    assert own.json()["properties"]["next"] == []
    assert "key-" not in own.text
    assert staff.json()["properties"]["next"] == ["dispatched", "rejected", "merged"]
    assert set(staff.json()["properties"]["asked"]) >= {"asked"}


def test_no_answer_names_a_rider(
    governed_door: httpx.Client,
    own_settings: Settings,
    bearer: Bearer,
    two_riders: TwoRiders,
    report: Report,
) -> None:
    issue_id = report(two_riders[0])
    governed_door.put(
        f"/issues/{issue_id}/approved", json={"approved": True}, headers=bearer("staff")
    )
    governed_door.post(f"/issues/{issue_id}/supporters", headers=two_riders[1])
    with open_workspace(own_settings) as workspace, workspace.database.reading() as connection:
        names = connection.exec_driver_sql("SELECT rider FROM keys WHERE rider <> ''").scalars()
        pseudonyms = set(names)
    assert len(pseudonyms) >= 2
    for headers in ({}, *two_riders, bearer("staff"), bearer("analyst")):
        for path in (
            f"/issues/{issue_id}",
            "/issues/near?service_code=standing_water&lat=32.0352&long=112.1372",
        ):
            told = governed_door.get(path, headers=headers).text
            assert not any(name in told for name in pseudonyms)


def test_an_issue_that_one_may_not_see_is_named_nowhere_beside_it(
    governed_door: httpx.Client, bearer: Bearer, two_riders: TwoRiders, report: Report
) -> None:
    first = report(two_riders[0])
    second = report(two_riders[1], description="也积水")
    done = governed_door.post(
        f"/issues/{second}/moves",
        json={"to": "merged", "merged_into": first},
        headers=bearer("staff"),
    )
    assert done.json()["properties"]["merged_into"] == first
    for issue_id, other in ((first, second), (second, first)):
        governed_door.put(
            f"/issues/{issue_id}/approved", json={"approved": True}, headers=bearer("staff")
        )
        for headers in ({}, two_riders[0], two_riders[1]):
            sees_other = governed_door.get(f"/issues/{other}", headers=headers).status_code == 200
            told = governed_door.get(f"/issues/{issue_id}", headers=headers)
            assert told.status_code == 200
            assert (other in told.text) is sees_other
        assert other in governed_door.get(f"/issues/{issue_id}", headers=bearer("staff")).text
        governed_door.put(
            f"/issues/{issue_id}/approved", json={"approved": False}, headers=bearer("staff")
        )
