from datetime import UTC, datetime, timedelta, timezone

from hypothesis import given, settings
from hypothesis import strategies as st

from geo_service.domain.issue import Issue
from geo_service.store import city, issues
from geo_service.store.database import Database
from geo_service.store.upsert import Written

NOON = datetime(2024, 5, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)
# Fixed ones: where clocks are put back, an hour comes twice and equals nothing in another zone.
ZONES = st.integers(-14, 14).map(lambda hours: timezone(timedelta(hours=hours)))
MOMENTS = st.datetimes(
    datetime(1900, 1, 1),  # noqa: DTZ001 - hypothesis adds the zone
    datetime(2999, 1, 1),  # noqa: DTZ001
    timezones=ZONES,
)
WORDS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=8)
ISSUES = st.builds(
    Issue,
    issue_id=WORDS,
    category=WORDS,
    lon=st.floats(-180, 180),
    lat=st.floats(-90, 90),
    reported_at=MOMENTS,
    closed_at=st.none() | MOMENTS,
    description=WORDS,
    approved=st.booleans(),
    reopened=st.lists(st.tuples(MOMENTS, st.none() | MOMENTS), max_size=12).map(tuple),
    more=st.dictionaries(WORDS, WORDS),
    confirmed_at=st.none() | MOMENTS,
)


def issue(
    issue_id: str,
    *later: tuple[datetime, datetime | None],
    approved: bool = True,
    description: str = "",
) -> Issue:
    return Issue(
        issue_id,
        "pothole",
        112.14,
        32.04,
        NOON,
        closed_at=NOON + DAY if later else None,
        description=description,
        approved=approved,
        reopened=later,
    )


@settings(deadline=None, max_examples=50)  # each example writes to a disk
@given(records=st.lists(ISSUES, unique_by=lambda record: record.issue_id, max_size=20))
def test_issues_come_back_as_they_were(shared_database: Database, records: list[Issue]) -> None:
    with shared_database.writing() as connection:
        issues.write(connection, records, replace=True)
    with shared_database.reading() as connection:
        assert issues.read_all(connection) == sorted(records, key=lambda record: record.issue_id)
        for record in records:
            assert issues.find(connection, record.issue_id) == record


def test_times_come_back_in_utc(database: Database) -> None:
    with database.writing() as connection:
        issues.write(connection, [issue("a", (NOON + 2 * DAY, NOON + 3 * DAY))])
        found = issues.find(connection, "a")
    assert found is not None
    assert {moment.tzinfo for pair in found.open_intervals for moment in pair if moment} == {UTC}


def test_writing_again_replaces_the_whole_life(database: Database) -> None:
    reopened = issue("a", (NOON + 2 * DAY, NOON + 3 * DAY), (NOON + 4 * DAY, None))
    other = issue("b", (NOON + 2 * DAY, None))
    with database.writing() as connection:
        assert issues.write(connection, [reopened, other]) == Written(added=2)
        again = issue("a", (NOON + 2 * DAY, None))
        assert issues.write(connection, [again, issue("c")]) == Written(added=1, replaced=1)
        assert issues.read_all(connection) == [again, other, issue("c")]
        assert issues.write(connection, [issue("a")]) == Written(replaced=1)
        assert issues.find(connection, "a") == issue("a")


def test_of_two_with_the_same_id_the_later_one_stays(database: Database) -> None:
    first, second = issue("a", (NOON + 2 * DAY, None)), issue("a", description="later")
    with database.writing() as connection:
        assert issues.write(connection, [first, second]) == Written(added=1)
        assert issues.read_all(connection) == [second]


def test_replace_removes_the_others_and_their_intervals(database: Database) -> None:
    with database.writing() as connection:
        issues.write(connection, [issue("a", (NOON + 2 * DAY, None)), issue("b")])
        assert issues.write(connection, [issue("b")], replace=True) == Written(0, 1, 1)
        assert issues.read_all(connection) == [issue("b")]
        issues.write(connection, [issue("a")])
        assert issues.find(connection, "a") == issue("a")


def test_those_not_approved_can_be_left_out(database: Database) -> None:
    private = issue("a", (NOON + 2 * DAY, None), approved=False)
    public = issue("b", (NOON + 2 * DAY, None))
    with database.writing() as connection:
        issues.write(connection, [private, public])
        assert issues.read_all(connection) == [private, public]
        assert issues.read_all(connection, approved_only=True) == [public]


def test_an_issue_that_is_not_there(database: Database) -> None:
    with database.reading() as connection:
        assert issues.find(connection, "none") is None


def test_writing_tells_caches(database: Database) -> None:
    with database.writing() as connection:
        before = city.changes(connection)
        issues.write(connection, [issue("a")])
    with database.reading() as connection:
        assert city.changes(connection) == before + 1
