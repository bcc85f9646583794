"""Which generations of riders' names there are, in the database; never their secrets."""

from sqlalchemy import Connection, insert, select

from geo_service.domain.rider_names import ALWAYS, FIRST_MONTH, Generation
from geo_service.store.privacy_schema import rider_key_generations


def read_all(connection: Connection) -> list[Generation]:
    """Return all generations in order of time, the one before any rotation too.

    None: no rider was ever named here. Raises nothing of its own.
    """
    columns = rider_key_generations.c
    found = select(columns.month, columns.begins_at, columns.mark).order_by(columns.begins_at)
    return [Generation(*row) for row in connection.execute(found)]


def note_first(connection: Connection, mark: str) -> None:
    """Write down which key the riders' accounts have, unless that is known.

    Parameters
    ----------
    connection : Connection
        Of ``Database.writing``.
    mark : str
        Of the key, as ``mark_of_key`` tells it.
    """
    if not read_all(connection):
        add(connection, Generation(FIRST_MONTH, ALWAYS, mark))


def add(connection: Connection, generation: Generation) -> None:
    """Add one of which there is none yet; takes a connection of ``Database.writing``."""
    row = {
        "month": generation.month,
        "begins_at": generation.begins,
        "mark": generation.mark,
    }
    connection.execute(insert(rider_key_generations), row)
