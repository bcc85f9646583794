import hashlib
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from geo_service.domain.role import Role
from geo_service.errors import WrongUsage
from geo_service.store import keys
from geo_service.store.database import Database
from geo_service.store.keys import Key

NOW = datetime(2024, 5, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.mark.parametrize("role", Role)
def test_a_token_opens_what_its_role_may(database: Database, role: Role) -> None:
    with database.writing() as connection:
        key_id, token = keys.add(connection, role, expires_at=None, now=NOW, note="for 王")
    with database.reading() as connection:
        found = keys.find(connection, token, NOW + 999 * DAY)
    assert found == Key(key_id, role, "for 王", NOW, None, None)


def test_tokens_are_long_random_and_easy_to_spot(database: Database) -> None:
    with database.writing() as connection:
        made = [keys.add(connection, Role.RIDER, expires_at=None, now=NOW) for _ in range(20)]
    tokens = {token for _, token in made}
    assert len(tokens) == len({key_id for key_id, _ in made}) == len(made)
    assert all(token.startswith("gs_") and len(token) == len("gs_") + 43 for token in tokens)


def test_the_database_holds_only_the_hash(tmp_path: Path) -> None:
    path = tmp_path / "city.sqlite"
    with closing(Database(f"sqlite:///{path}")) as database:
        database.migrate()
        with database.writing() as connection:
            _, token = keys.add(connection, Role.ADMIN, expires_at=None, now=NOW)
    content = path.read_bytes()
    assert token.encode() not in content
    assert token.removeprefix("gs_").encode() not in content
    assert hashlib.sha256(token.encode()).digest() in content


def test_a_key_may_name_an_operator(database: Database) -> None:
    with database.writing() as connection:
        _, named = keys.add(
            connection, Role.OPERATOR, expires_at=None, now=NOW, operator="铁塔 Tower & Co"
        )
        _, nameless = keys.add(connection, Role.OPERATOR, expires_at=None, now=NOW)
        operators = {
            token: key.operator
            for token in (named, nameless)
            if (key := keys.find(connection, token, NOW))
        }
        assert operators == {named: "铁塔 Tower & Co", nameless: ""}
        assert {key.operator for key in keys.read_all(connection)} == set(operators.values())


def test_a_key_may_be_a_riders(database: Database) -> None:
    with database.writing() as connection:
        key_id, token = keys.add(connection, Role.RIDER, expires_at=None, now=NOW, rider="0a1b")
        found = keys.find(connection, token, NOW)
        assert found == Key(key_id, Role.RIDER, "", NOW, None, None, operator="", rider="0a1b")
        assert keys.read_all(connection) == [found]


@pytest.mark.parametrize("token", ["", "gs_", "gs_wrong", "密", "\ud800"])
def test_other_tokens_open_nothing(database: Database, token: str) -> None:
    with database.writing() as connection:
        keys.add(connection, Role.ADMIN, expires_at=None, now=NOW)
        assert keys.find(connection, token, NOW) is None


def test_a_key_opens_nothing_from_its_expiry_on(database: Database) -> None:
    with database.writing() as connection:
        _, token = keys.add(connection, Role.STAFF, expires_at=NOW + DAY, now=NOW)
        last = NOW + DAY - timedelta(microseconds=1)
        assert keys.find(connection, token, last) is not None
        assert keys.find(connection, token, NOW + DAY) is None


def test_a_key_that_has_expired_is_not_made(database: Database) -> None:
    with (
        pytest.raises(WrongUsage, match="would have expired already, on 2024-05-01"),
        database.writing() as connection,
    ):
        keys.add(connection, Role.STAFF, expires_at=NOW, now=NOW)


def test_a_revoked_key_opens_nothing(database: Database) -> None:
    with database.writing() as connection:
        key_id, token = keys.add(connection, Role.STAFF, expires_at=None, now=NOW)
        _, other = keys.add(connection, Role.STAFF, expires_at=None, now=NOW)
        assert keys.revoke(connection, key_id, NOW + DAY)
        assert keys.find(connection, token, NOW + DAY) is None
        assert keys.find(connection, other, NOW + DAY) is not None


def test_a_key_is_revoked_once(database: Database) -> None:
    with database.writing() as connection:
        key_id, _ = keys.add(connection, Role.STAFF, expires_at=None, now=NOW)
        assert keys.revoke(connection, key_id, NOW + DAY)
        assert not keys.revoke(connection, key_id, NOW + 2 * DAY)
        assert not keys.revoke(connection, "none", NOW)
        assert [key.revoked_at for key in keys.read_all(connection)] == [NOW + DAY]


def test_all_keys_are_listed_oldest_first(database: Database) -> None:
    with database.writing() as connection:
        later, _ = keys.add(connection, Role.STAFF, expires_at=NOW + 2 * DAY, now=NOW + DAY)
        earlier, _ = keys.add(connection, Role.ADMIN, expires_at=None, now=NOW)
        listed = keys.read_all(connection)
    assert [key.key_id for key in listed] == [earlier, later]
    assert [key.expires_at for key in listed] == [None, NOW + 2 * DAY]


def test_a_staffs_key_may_be_of_areas_and_reaches_none_unasked(database: Database) -> None:
    with database.writing() as connection:
        _, token = keys.add(
            connection, Role.STAFF, expires_at=None, now=NOW, areas=["东/1", "b", "b"]
        )
        found = keys.find(connection, token, NOW)
        assert keys.read_all(connection) == [found]
    assert found is not None
    assert found.areas == {"东/1", "b"}
    # Until it is looked up which areas are there.
    assert not any(found.reaches(area_id) for area_id in ("b", ""))
    assert replace(found, reach=frozenset({"b"})).reaches("b")
    assert not replace(found, reach=frozenset({"b"})).reaches("")
    assert replace(found, areas=frozenset()).reaches("")
