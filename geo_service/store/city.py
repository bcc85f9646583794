"""What there is one of in a workspace: its calendar, its streets' version, its count of changes."""

from sqlalchemy import Connection, select, update

from geo_service.domain.opening import Calendar
from geo_service.store.schema import city

RAISE = update(city).values(changes=city.c.changes + 1).returning(city.c.changes)


def read_calendar(connection: Connection) -> Calendar:
    """Return the city's time zone and country; until they are written, the usual ones."""
    usual = Calendar()
    row = connection.execute(select(city.c.time_zone, city.c.country)).one()
    return Calendar(
        time_zone=row.time_zone or usual.time_zone, country=row.country or usual.country
    )


def write_calendar(connection: Connection, calendar: Calendar) -> None:
    """Keep the city's time zone and country."""
    connection.execute(update(city).values(time_zone=calendar.time_zone, country=calendar.country))
    count_change(connection)


def read_title(connection: Connection) -> str:
    """Return what the city's pages are headed with; blank until it is written."""
    return connection.scalar(select(city.c.title)) or ""


def read_note(connection: Connection) -> str:
    """Return the remark under the title; blank until it is written."""
    return connection.scalar(select(city.c.note)) or ""


def write_title(connection: Connection, title: str, note: str = "") -> None:
    """Keep what the city's pages are headed with, and the remark under it."""
    connection.execute(update(city).values(title=title, note=note))
    count_change(connection)


def read_streets_version(connection: Connection) -> str | None:
    """Name the version of the compiled streets in use; None before any were loaded."""
    return connection.scalar(select(city.c.streets_version))


def write_streets_version(connection: Connection, version: str) -> None:
    """Take a version of the compiled streets into use."""
    connection.execute(update(city).values(streets_version=version))
    count_change(connection)


def changes(connection: Connection) -> int:
    """Return a number that differs whenever something that is kept in caches has changed.

    Facilities, their states, issues, areas, streets, the calendar, and the tables of categories,
    deadlines and offers raise it, once a write.
    """
    return int(connection.scalars(select(city.c.changes)).one())


def count_change(connection: Connection) -> int:
    """Raise the number that ``changes`` returns, and return it as it is now.

    From here to the commit whoever else raises it waits, so that numbers are committed in order.
    Who writes facilities or issues notes it (``store/change_journal.py``), and it is raised last.
    """
    return int(connection.scalars(RAISE).one())
