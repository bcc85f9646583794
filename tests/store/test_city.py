from geo_service.domain.opening import Calendar
from geo_service.store import city
from geo_service.store.database import Database


def test_a_city_has_the_usual_calendar_until_another_is_written(database: Database) -> None:
    with database.writing() as connection:
        assert city.read_calendar(connection) == Calendar("Asia/Shanghai", "CN")
        city.write_calendar(connection, Calendar("Europe/Lisbon", "PT"))
    with database.reading() as connection:
        assert city.read_calendar(connection) == Calendar("Europe/Lisbon", "PT")


def test_the_streets_version_is_the_one_last_written(database: Database) -> None:
    with database.writing() as connection:
        assert city.read_streets_version(connection) is None
        city.write_streets_version(connection, "one")
        city.write_streets_version(connection, "two")
    with database.reading() as connection:
        assert city.read_streets_version(connection) == "two"


def test_each_write_changes_the_count(database: Database) -> None:
    with database.writing() as connection:
        before = city.changes(connection)
        city.write_calendar(connection, Calendar())
        city.write_streets_version(connection, "one")
        assert city.changes(connection) == before + 2
        assert city.count_change(connection) == before + 3 == city.changes(connection)


def test_the_title_and_its_note_are_kept_together(database: Database) -> None:
    with database.writing() as connection:
        assert (city.read_title(connection), city.read_note(connection)) == ("", "")
        city.write_title(connection, "襄阳 Xiangyang", "示意 illustrative")
        assert city.read_title(connection) == "襄阳 Xiangyang"
        assert city.read_note(connection) == "示意 illustrative"
        city.write_title(connection, "Another")
        assert city.read_note(connection) == ""
