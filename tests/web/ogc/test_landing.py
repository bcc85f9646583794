import httpx
import pytest

HTML = {"Accept": "text/html"}


def test_the_landing_page_leads_everywhere(city_door: httpx.Client) -> None:
    landing = city_door.get("/ogc").json()
    links = {link["rel"]: link for link in landing["links"]}
    for rel in ("service-desc", "service-doc", "conformance", "data", "self", "alternate"):
        answer = city_door.get(links[rel]["href"])
        assert answer.status_code == 200
        kind = links[rel]["type"].partition(";")[0]
        assert answer.headers["content-type"].startswith(kind), rel


def test_what_is_conformed_to_is_named(city_door: httpx.Client) -> None:
    told = city_door.get("/ogc/conformance").json()["conformsTo"]
    assert "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/core" in told
    assert "http://www.opengis.net/spec/cql2/1.0/conf/cql2-text" in told
    assert len(set(told)) == len(told)


@pytest.mark.parametrize("path", ["", "/conformance"])
def test_there_are_pages_for_people(city_door: httpx.Client, path: str) -> None:
    page = city_door.get(f"/ogc{path}", headers=HTML)
    assert page.text.startswith("<!doctype html>")
    assert city_door.get(f"/ogc{path}?x=1").status_code == 400
