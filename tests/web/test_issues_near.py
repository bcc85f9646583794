from collections.abc import Callable

import httpx

Bearer = Callable[[str], dict[str, str]]
TwoRiders = list[dict[str, str]]
Report = Callable[..., str]


def test_open_issues_near_a_place_are_offered_nearest_first(
    governed_door: httpx.Client, bearer: Bearer, two_riders: TwoRiders, report: Report
) -> None:
    far = report(two_riders[0], lat="32.03535")
    near = report(two_riders[1], lat="32.03525")
    hidden = report(two_riders[0], description="hidden")
    beyond = report(two_riders[0], lat="32.0360")
    for issue_id in (far, near, beyond):
        governed_door.put(
            f"/issues/{issue_id}/approved", json={"approved": True}, headers=bearer("staff")
        )
    place = {"service_code": "standing_water", "lat": "32.0352", "long": "112.1372"}
    offered = governed_door.get("/issues/near", params=place).json()["features"]
    assert [feature["id"] for feature in offered] == [near, far]
    assert hidden not in str(offered)
    assert [round(feature["properties"]["distance_m"]) for feature in offered] == [6, 17]
    wrong = governed_door.get("/issues/near", params={**place, "service_code": "dragons"})
    assert wrong.status_code == 422
