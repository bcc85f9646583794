from datetime import UTC, datetime, timedelta, timezone

from geo_service.domain.offer import Offer
from geo_service.store import city, offers
from geo_service.store.database import Database
from geo_service.store.upsert import Written

LATER = datetime(2027, 5, 1, 12, tzinfo=timezone(timedelta(hours=8)))
MEAL = Offer("meal", "热饭", "Hot meal", "工会", "station-1", 30, 100, LATER)
HAIRCUT = Offer("haircut", "理发", "Haircut", "理发店", "", 35)


def test_offers_come_back_as_they_were_in_order_of_id(database: Database) -> None:
    with database.writing() as connection:
        assert offers.write(connection, [MEAL, HAIRCUT]) == Written(added=2)
    with database.reading() as connection:
        assert offers.read_all(connection) == [HAIRCUT, MEAL]
        found = offers.find(connection, "meal")
        assert found == MEAL
        assert found.until is not None
        assert found.until.tzinfo is UTC
        assert offers.find(connection, "haircut") == HAIRCUT
        assert offers.find(connection, "none") is None


def test_writing_again_replaces_by_id_and_replace_removes_the_others(database: Database) -> None:
    sold_out = Offer("meal", "热饭", "Hot meal", "工会", "", 30, stock=0)
    with database.writing() as connection:
        offers.write(connection, [MEAL, HAIRCUT])
        assert offers.write(connection, [sold_out]) == Written(replaced=1)
        assert offers.read_all(connection) == [HAIRCUT, sold_out]
        assert offers.write(connection, [MEAL], replace=True) == Written(0, 1, 1)
        assert offers.read_all(connection) == [MEAL]


def test_writing_tells_caches(database: Database) -> None:
    with database.writing() as connection:
        before = city.changes(connection)
        offers.write(connection, [MEAL])
        assert city.changes(connection) == before + 1
