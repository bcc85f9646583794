from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from threading import Barrier

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from geo_service.store.credit_schema import teams
from geo_service.store.database import Database
from geo_service.store.insert_once import insert_once
from geo_service.store.schema import keys

WRITERS = 8


def test_the_first_row_stays(database: Database) -> None:
    with database.writing() as connection:
        for name, added in (("one", True), ("two", False)):
            row = {"team_id": "t", "name": name, "name_en": ""}
            assert insert_once(connection, teams, row) is added
        assert connection.scalars(select(teams.c.name)).all() == ["one"]


def test_what_lacks_a_value_is_refused_not_passed_over(database: Database) -> None:
    with pytest.raises(IntegrityError), database.writing() as connection:
        insert_once(connection, keys, {"key_id": "k", "added_at": datetime.now(UTC)})


def test_of_writers_at_the_same_time_one_adds(database: Database) -> None:
    ready = Barrier(WRITERS)

    def write(name: str) -> bool:
        ready.wait()
        with database.writing() as connection:
            return insert_once(connection, teams, {"team_id": "t", "name": name, "name_en": ""})

    with ThreadPoolExecutor(WRITERS) as pool:
        added = list(pool.map(write, map(str, range(WRITERS))))
    assert sum(added) == 1
