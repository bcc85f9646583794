from datetime import UTC, datetime

import pytest
from sqlalchemy.exc import IntegrityError

from geo_service.domain.release import Release, ReleasedCell
from geo_service.errors import WrongUsage
from geo_service.store import releases
from geo_service.store.database import Database

MARCH, APRIL, MAY, JUNE = (datetime(2024, month, 1, tzinfo=UTC) for month in (3, 4, 5, 6))
CELLS = (ReleasedCell("8941aaaaaabffff", 40, 20), ReleasedCell("8941aaaaaaf3fff", 10, 10))


def release(period: str, since: datetime, until: datetime) -> Release:
    return Release(period, since, until, 9, CELLS)


def test_releases_come_back_as_they_were(database: Database) -> None:
    empty = Release("2024-03", MARCH, APRIL, 9, ())
    with database.writing() as connection:
        releases.write(connection, release("2024-04", APRIL, MAY))
        releases.write(connection, empty)
    with database.reading() as connection:
        assert releases.read(connection, "2024-04") == release("2024-04", APRIL, MAY)
        assert releases.read(connection, "2024-03") == empty
        assert releases.periods(connection) == ["2024-03", "2024-04"]
        assert releases.read(connection, "2024-05") is None


@pytest.mark.parametrize(
    ("period", "since", "until"),
    [
        ("2024-04", APRIL, MAY),
        ("another name", APRIL, MAY),
        ("its beginning", MARCH, datetime(2024, 4, 1, 0, 0, 1, tzinfo=UTC)),
        ("its end", datetime(2024, 4, 30, 23, 59, 59, tzinfo=UTC), JUNE),
        ("a part", datetime(2024, 4, 10, tzinfo=UTC), datetime(2024, 4, 11, tzinfo=UTC)),
        ("more", MARCH, JUNE),
    ],
)
def test_a_period_is_released_once(
    database: Database, period: str, since: datetime, until: datetime
) -> None:
    with database.writing() as connection:
        releases.write(connection, release("2024-04", APRIL, MAY))
    with (
        pytest.raises(WrongUsage, match="2024-04 has been released already"),
        database.writing() as connection,
    ):
        releases.write(connection, release(period, since, until))
    with database.reading() as connection:
        assert releases.periods(connection) == ["2024-04"]


def test_neighbouring_periods_do_not_overlap(database: Database) -> None:
    with database.writing() as connection:
        releases.write(connection, release("2024-04", APRIL, MAY))
        releases.write(connection, release("2024-03", MARCH, APRIL))
        releases.write(connection, release("2024-05", MAY, JUNE))
        assert releases.periods(connection) == ["2024-03", "2024-04", "2024-05"]


def test_cells_of_all_releases_are_of_one_size(database: Database) -> None:
    with database.writing() as connection:
        releases.write(connection, release("2024-04", APRIL, MAY))
    with (
        pytest.raises(WrongUsage, match=r"at resolution 9, these are of 8.*RESOLUTION=9"),
        database.writing() as connection,
    ):
        releases.write(connection, Release("2024-05", MAY, JUNE, 8, CELLS))
    with database.reading() as connection:
        assert releases.periods(connection) == ["2024-04"]


def test_a_release_that_fails_midway_leaves_nothing(database: Database) -> None:
    twice = Release("2024-04", APRIL, MAY, 9, (CELLS[0], CELLS[0]))
    with pytest.raises(IntegrityError), database.writing() as connection:
        releases.write(connection, twice)
    with database.writing() as connection:
        assert releases.periods(connection) == []
        releases.write(connection, release("2024-04", APRIL, MAY))
