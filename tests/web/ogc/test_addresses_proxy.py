from collections.abc import Iterator

import httpx
import pytest

OUTSIDE = {"Host": "maps.example.org", "X-Forwarded-Proto": "https"}
PATHS = ("", "/conformance", "/collections", "/collections/facilities/items?limit=1")


def leads(told: object) -> Iterator[str]:
    """Give each address in a document."""
    if isinstance(told, dict):
        for name, value in told.items():
            if name in {"href", "$id"} and isinstance(value, str):
                yield value
            yield from leads(value)
    if isinstance(told, list):
        for one in told:
            yield from leads(one)


@pytest.mark.parametrize(
    "path", [*PATHS, "/collections/issues/queryables", "/collections/areas/schema"]
)
def test_links_lead_to_the_host_that_was_asked_for(city_door: httpx.Client, path: str) -> None:
    """A proxy of this machine says which host and which scheme its own client asked for."""
    found = list(leads(city_door.get(f"/ogc{path}", headers=OUTSIDE).json()))
    assert found
    assert all(one.startswith("https://maps.example.org/") for one in found)


def test_the_description_names_the_host_that_was_asked_for(city_door: httpx.Client) -> None:
    told = city_door.get("/ogc/api", headers=OUTSIDE).json()
    assert told["servers"] == [{"url": "https://maps.example.org/ogc"}]


def test_a_page_leads_on_to_where_it_was_asked_for(city_door: httpx.Client) -> None:
    page = city_door.get("/ogc/collections/facilities/items?limit=2", headers=OUTSIDE).json()
    (following,) = [one["href"] for one in page["links"] if one["rel"] == "next"]
    path = following.removeprefix("https://maps.example.org")
    assert city_door.get(path).json()["numberReturned"] == 2
    link = city_door.get("/ogc/collections/facilities/items", headers=OUTSIDE).headers["link"]
    assert link.startswith("<https://maps.example.org/ogc/collections/facilities/queryables>;")
