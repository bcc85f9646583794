import pytest
from sqlalchemy import select

from geo_service.store.database import Database
from geo_service.store.schema import releases
from geo_service.store.upsert import AT_ONCE, Written, find_rows, upsert

NAMES = [f"{number:05d}" for number in range(AT_ONCE * 2 + 1)]


def rows(names: list[str], resolution: int) -> list[dict[str, object]]:
    return [
        {"period": name, "since": None, "until": None, "resolution": resolution} for name in names
    ]


@pytest.fixture(autouse=True)
def _without_rules(monkeypatch: pytest.MonkeyPatch) -> None:
    """Times play no part here: keep zero for each."""
    for name in ("since", "until"):
        monkeypatch.setattr(type(releases.c[name].type), "process_bind_param", lambda *_: 0)


def test_rows_are_added_and_replaced_by_id(database: Database) -> None:
    with database.writing() as connection:
        assert upsert(connection, releases, rows(NAMES, 7)) == Written(added=len(NAMES))
        assert upsert(connection, releases, rows([*NAMES[5:], "new"], 8)) == Written(
            added=1, replaced=len(NAMES) - 5
        )
        kept = dict(connection.execute(select(releases.c.period, releases.c.resolution)).all())
    assert kept == {**dict.fromkeys(NAMES[:5], 7), **dict.fromkeys([*NAMES[5:], "new"], 8)}


def test_replace_makes_what_is_given_the_whole_truth(database: Database) -> None:
    with database.writing() as connection:
        upsert(connection, releases, rows(["a", "b", "c"], 7))
        assert upsert(connection, releases, rows(["c", "d"], 8), replace=True) == Written(1, 1, 2)
        assert set(connection.scalars(select(releases.c.period))) == {"c", "d"}
        assert upsert(connection, releases, [], replace=True) == Written(removed=2)
        assert connection.scalars(select(releases.c.period)).all() == []


def test_of_two_with_the_same_id_the_later_one_stays(database: Database) -> None:
    with database.writing() as connection:
        assert upsert(connection, releases, rows(["a"], 7) + rows(["a"], 8)) == Written(added=1)
        assert connection.scalars(select(releases.c.resolution)).all() == [8]


def test_rows_are_found_by_any_number_of_ids(database: Database) -> None:
    with database.writing() as connection:
        upsert(connection, releases, rows(NAMES, 7))
        column = releases.c.period
        wanted = [*NAMES[1:], "none"]
        found = [row[0] for row in find_rows(connection, select(column), column, wanted)]
        assert sorted(found) == NAMES[1:]
        assert list(find_rows(connection, select(column), column, [])) == []


def test_counts_add_up() -> None:
    assert Written(1, 2, 3) + Written(10, 20, 30) == Written(11, 22, 33)
