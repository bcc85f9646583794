"""A damaged database is told, a whole one is not."""

import sqlite3
from pathlib import Path

from sqlalchemy import text

from geo_service.store.database import Database
from geo_service.store.database_check import database_faults


def test_a_whole_database_has_no_faults(database: Database) -> None:
    assert database_faults(database) == []


def test_rows_that_name_what_is_not_there_are_told(sqlite_database: Database) -> None:
    database = sqlite_database
    with database.writing() as connection:
        connection.execute(
            text("INSERT INTO facilities VALUES ('a','k',1,2,'','','','','','[]','[]','{}')")
        )
        connection.execute(text("INSERT INTO facility_states VALUES ('a',0,NULL,NULL,NULL,0)"))
    with database._engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA query_only = OFF")
        connection.exec_driver_sql("COMMIT")
        connection.exec_driver_sql("PRAGMA foreign_keys = OFF")
        connection.exec_driver_sql("DELETE FROM facilities")
    (finding,) = database_faults(database)
    assert finding.what == "Rows of the table facility_states name others that are not there."
    assert finding.where == str(database.file)


def test_a_page_overwritten_is_told(database_file: Path) -> None:
    with sqlite3.connect(database_file) as connection:
        connection.execute("INSERT INTO areas VALUES ('a', '', '', NULL, x'00', '{}')")
        connection.commit()
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        found = connection.execute("SELECT rootpage FROM sqlite_master WHERE name = 'areas'")
        begin = (found.fetchone()[0] - 1) * 4096
    connection.close()
    content = bytearray(database_file.read_bytes())
    content[begin + 4096 - 8 : begin + 4096] = b"\x55" * 8
    database_file.write_bytes(content)
    database = Database(f"sqlite:///{database_file}")
    faults = database_faults(database)
    database.close()
    assert faults
    assert all(fault.what.startswith("The database is damaged: ") for fault in faults)
