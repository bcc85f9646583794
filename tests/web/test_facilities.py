import httpx


def test_one_facility_with_its_state(door: httpx.Client) -> None:
    answer = door.get("/facilities/cabinet-fresh")
    assert answer.headers["content-type"] == "application/geo+json"
    found = answer.json()
    assert found["type"] == "Feature"
    assert found["id"] == "cabinet-fresh"
    assert found["properties"]["state"]["charged"] == 2
    assert found["properties"]["state"]["observed_at"] == "2026-11-18T01:57:00Z"
    assert found["properties"]["opening_hours"] == "24/7"


def test_unknown_facility_is_not_found_and_not_repeated(door: httpx.Client) -> None:
    answer = door.get("/facilities/somebody-else")
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"
    assert "somebody" not in answer.text


def test_it_takes_no_parameters(door: httpx.Client) -> None:
    answer = door.get("/facilities/cabinet-fresh", params={"lat": "1"})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["detail"] == "There is no such parameter. Known: none."
