import httpx


def test_anybody_may_have_the_streets_and_keep_them(door: httpx.Client) -> None:
    answer = door.get("/basemap.json")
    assert answer.status_code == 200
    told = answer.json()
    (south, west), (north, east) = told["corners"]
    assert south < 32.034 < north
    assert west < 112.134 < east
    assert sum(group["lines"]["lines"] for group in told["streets"]["groups"]) > 0
    held = {"If-None-Match": answer.headers["etag"]}
    assert door.get("/basemap.json", headers=held).status_code == 304


def test_a_card_tells_the_map_where_it_is_and_whence_was_asked(door: httpx.Client) -> None:
    page = door.get("/?lat=32.0341&lon=112.1341&kind=charging_cabinet", headers={}).text
    assert 'data-lat="32.034100" data-lon="112.134100"' in page
    assert 'data-id="cabinet-fresh" data-kind="charging_cabinet" data-lat="32.0' in page


def test_a_position_of_another_datum_is_put_right_for_the_map(door: httpx.Client) -> None:
    page = door.get("/?lat=32.0341&lon=112.1341&datum=gcj02").text
    assert 'data-lat="32.034100"' not in page
    assert 'name="lat" value="32.034100"' in page
