from hypothesis import given, settings
from hypothesis import strategies as st

from geo_service.domain.lifecycle import Stage
from geo_service.store import city, deadlines
from geo_service.store.database import Database
from geo_service.store.upsert import Written

FILED = {("*", Stage.FILED): 12.0, ("water", Stage.FILED): 0.5}
HOURS = st.dictionaries(
    st.tuples(
        st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=8),
        st.sampled_from(Stage),
    ),
    st.floats(0.01, 1000),
    max_size=12,
)


@settings(deadline=None, max_examples=50)  # each example writes to a disk
@given(known=HOURS, given=HOURS)
def test_deadlines_are_merged_or_replaced_as_a_dictionary_would(
    shared_database: Database,
    known: dict[tuple[str, Stage], float],
    given: dict[tuple[str, Stage], float],
) -> None:
    both = len(known.keys() & given.keys())
    with shared_database.writing() as connection:
        deadlines.write(connection, known, replace=True)
        assert deadlines.read(connection) == known
        assert deadlines.write(connection, given) == Written(len(given) - both, both)
        assert deadlines.read(connection) == known | given
        deadlines.write(connection, known, replace=True)
        written = deadlines.write(connection, given, replace=True)
        assert written == Written(len(given) - both, both, len(known) - both)
    with shared_database.reading() as connection:
        assert deadlines.read(connection) == given


def test_stages_come_back_as_stages(database: Database) -> None:
    with database.writing() as connection:
        deadlines.write(connection, FILED)
        assert {type(stage) for _, stage in deadlines.read(connection)} == {Stage}


def test_writing_tells_caches(database: Database) -> None:
    with database.writing() as connection:
        before = city.changes(connection)
        deadlines.write(connection, FILED)
        assert city.changes(connection) == before + 1
