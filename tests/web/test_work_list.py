from collections.abc import Callable

import httpx

Bearer = Callable[[str], dict[str, str]]
TwoRiders = list[dict[str, str]]
Report = Callable[..., str]


def test_the_work_list_is_in_order_of_deadlines_and_comes_in_pages(
    governed_door: httpx.Client, bearer: Bearer, two_riders: TwoRiders, report: Report
) -> None:
    mine = {report(two_riders[0], description=f"第 {number} 个") for number in range(7)}
    seen: list[str] = []
    after = ""
    while True:
        page = governed_door.get(
            "/issues", params={"limit": 3, "after": after}, headers=bearer("staff")
        ).json()
        seen += [feature["id"] for feature in page["features"]]
        if page["next"] is None:
            break
        after = page["next"]
    assert len(seen) == len(set(seen)) == 12
    assert mine < set(seen)
    collected = governed_door.get("/issues", params={"stage": "collected"}, headers=bearer("staff"))
    # The city's own issue that nobody approved is collected as well.
    assert {feature["id"] for feature in collected.json()["features"]} == mine | {"issue-5"}
    for name in ("analyst", "rider", "operator"):
        assert governed_door.get("/issues", headers=bearer(name)).status_code == 403
    assert governed_door.get("/issues").status_code == 401
    wrong = governed_door.get(
        "/issues", params={"after": "x", "stage": "odd"}, headers=bearer("staff")
    )
    assert wrong.status_code == 422
