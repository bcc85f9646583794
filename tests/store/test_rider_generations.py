from datetime import UTC, datetime

from geo_service.domain.rider_names import ALWAYS, Generation
from geo_service.store import rider_generations
from geo_service.store.database import Database


def test_generations_come_in_order_of_time(database: Database) -> None:
    with database.reading() as connection:
        assert rider_generations.read_all(connection) == []
    later = Generation("2027-03", datetime(2027, 2, 28, 16, tzinfo=UTC), "m3")
    known = [
        Generation("", ALWAYS, "m0"),
        Generation("2027-01", datetime(2026, 12, 31, 16, tzinfo=UTC), "m1"),
        later,
    ]
    with database.writing() as connection:
        for one in (later, *known[:2]):
            rider_generations.add(connection, one)
    with database.reading() as connection:
        assert rider_generations.read_all(connection) == known
