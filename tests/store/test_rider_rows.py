from geo_service.store import case_schema, credit_schema, privacy_schema  # noqa: F401
from geo_service.store.audit_schema import audit
from geo_service.store.rider_rows import GONE, NAMED, UNNAMED
from geo_service.store.schema import METADATA

NAMES = ("rider", "rider_id", "reporter", "who")


def test_no_column_that_names_riders_is_forgotten() -> None:
    """Whoever adds a table that names riders must say here what erasing one does to it."""
    named = {
        column
        for table in METADATA.tables.values()
        for column in table.columns
        if column.name in NAMES
    }
    # This one holds ids of keys: those of a rider are left out of it with the rider.
    named -= {audit.c.who}
    assert named == set(NAMED)
    handled = {*GONE.values(), *UNNAMED.values()}
    others = {f"{one.table.name}.{one.name}" for one in named - handled}
    # Trips go with their files, photos by whether staff have approved them.
    assert others == {"trips.rider_id", "photos.rider"}
