"""Whether the database itself is whole."""

from geo_service.store.database import Database
from geo_service.store.lake_check import Finding

SOUND = "ok"


def database_faults(database: Database) -> list[Finding]:
    """Have SQLite look through its pages and references; other databases look after themselves.

    Raises
    ------
    NotReady
        If the database can't be read.
    """
    if database.file is None:
        return []
    with database.reading() as connection:
        said = connection.exec_driver_sql("PRAGMA quick_check").scalars().all()
        whats = [f"The database is damaged: {line}." for line in said if line != SOUND]
        # In damaged pages no references can be followed.
        astray = [] if whats else connection.exec_driver_sql("PRAGMA foreign_key_check").all()
    tables = sorted({str(row[0]) for row in astray})
    whats += [f"Rows of the table {table} name others that are not there." for table in tables]
    return [Finding(what, str(database.file), "Restore a backup.") for what in whats]
