from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from geo_service.domain.offer import Offer
from geo_service.ingest.offers import read_offers


@pytest.fixture(scope="module")
def offers(demo_data: Path) -> list[Offer]:
    batch = read_offers(demo_data / "offers.csv")
    assert (batch.refusals, batch.warnings) == ((), ())
    return list(batch.records)


def test_there_are_twenty_cheap_and_dear_ones(offers: list[Offer]) -> None:
    assert len(offers) == 20
    points = [offer.points for offer in offers]
    assert (min(points), max(points)) == (5, 200)
    assert points == sorted(points)
    assert all(offer.name and offer.name_en and offer.provider for offer in offers)


def test_stations_are_those_of_the_demo_and_shops_give_something_too(
    offers: list[Offer], read_demo: Callable[[str], dict[str, Any]]
) -> None:
    features = read_demo("facilities")["features"]
    places = {feature["properties"]["id"]: feature["properties"] for feature in features}
    at_stations = [offer for offer in offers if offer.facility_id]
    assert 0 < len(at_stations) < len(offers)
    for offer in at_stations:
        place = places[offer.facility_id]
        assert offer.provider == f"{place['operator']} {place['operator_en']}"


def test_some_are_few_and_some_end_after_years(offers: list[Offer]) -> None:
    assert any(offer.stock is None for offer in offers)
    assert any(offer.stock for offer in offers)
    ends = [offer.until for offer in offers if offer.until is not None]
    assert ends
    assert min(ends) > datetime(2030, 1, 1, tzinfo=UTC)
