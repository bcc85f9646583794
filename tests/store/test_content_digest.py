"""Equal rows are equal content in any order; anything else is other content."""

from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import create_engine, text

from geo_service.store.content_digest import digest_of_all, tables_content
from geo_service.store.database import Database

VALUE = st.one_of(
    st.none(),
    st.integers(-(2**63), 2**63 - 1),
    st.floats(allow_nan=False),
    st.text(st.characters(codec="utf-8"), max_size=4),
    st.binary(max_size=4),
)
ROWS = st.lists(st.tuples(VALUE, VALUE), max_size=4)


def content_of(rows: list[tuple[object, object]]) -> list[tuple[str, int, bytes]]:
    engine = create_engine("sqlite://")
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE t (a, b)"))
        for a, b in rows:
            connection.execute(text("INSERT INTO t VALUES (:a, :b)"), {"a": a, "b": b})
        content = [tuple(each) for each in tables_content(connection)]
    engine.dispose()
    return content


def typed(rows: list[tuple[object, object]]) -> list[str]:
    """Tell rows apart as SQLite does: 1 is not 1.0, and text is not bytes."""
    return sorted(repr(row) for row in rows)


@given(ROWS, ROWS, st.randoms())
def test_rows_alone_decide(
    one: list[tuple[object, object]], other: list[tuple[object, object]], chance: object
) -> None:
    shuffled = sorted(one, key=lambda _: chance.random())  # type: ignore[attr-defined]
    assert content_of(shuffled) == content_of(one)
    assert (content_of(one) == content_of(other)) == (typed(one) == typed(other))


@given(VALUE, VALUE)
def test_in_which_column_a_value_is_matters(a: object, b: object) -> None:
    assert (content_of([(a, b)]) == content_of([(b, a)])) == (repr(a) == repr(b))


@given(st.lists(st.binary(min_size=32, max_size=32), max_size=5), st.randoms())
def test_digests_come_in_any_order_but_not_twice(digests: list[bytes], chance: object) -> None:
    shuffled = sorted(digests, key=lambda _: chance.random())  # type: ignore[attr-defined]
    assert digest_of_all(shuffled) == digest_of_all(digests)
    assert digest_of_all([*digests, b"\0" * 32]) != digest_of_all(digests)


def test_where_trips_lie_is_left_out_and_every_other_table_is_in(
    sqlite_database: Database,
) -> None:
    database = sqlite_database

    def told() -> dict[str, tuple[int, bytes]]:
        with database.reading() as connection:
            return {name: (rows, digest) for name, rows, digest in tables_content(connection)}

    def write(statement: str) -> None:
        with database.writing() as connection:
            connection.exec_driver_sql(statement)

    write("INSERT INTO trace_files (file_id, name, day) VALUES (1, 'a', 0), (2, 'b', 0)")
    write("INSERT INTO trips VALUES ('t', 'r', 1, 0, 2, 0, 1, x'00', 1, 1, 1, 1)")
    before = told()
    write("UPDATE trips SET file_id = 2, first_row = 7")
    write("DELETE FROM trace_files WHERE file_id = 1")
    assert told() == before
    write("UPDATE trips SET fixes = 3")
    assert {name for name in before if told()[name] != before[name]} == {"trips"}
    assert {"city", "alembic_version", "keys", "team_members"} <= before.keys()


def test_it_is_the_same_tomorrow() -> None:
    """A backup of today is proven by a program of next year."""
    content = content_of([("积水\u2028", b"\0\xff"), (1.5, None), (-7, "")])
    assert [(name, rows, digest.hex()) for name, rows, digest in content] == [
        ("t", 3, "e9e99d0d767add82cfa325ae06df304586f585a3a22942a7fd9548c8d690c14c"),
    ]


def test_an_empty_table_is_not_no_table() -> None:
    assert [each[:2] for each in content_of([])] == [("t", 0)]
