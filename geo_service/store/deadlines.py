"""How long each stage of an issue may take, in the database."""

from sqlalchemy import Connection, bindparam, delete, insert, select

from geo_service.domain.category import Deadlines
from geo_service.domain.lifecycle import Stage
from geo_service.store import city
from geo_service.store.case_schema import deadlines
from geo_service.store.upsert import Written

_SAME = (deadlines.c.category == bindparam("of"), deadlines.c.stage == bindparam("at"))


def write(connection: Connection, hours: Deadlines, *, replace: bool = False) -> Written:
    """Write deadlines by category and stage.

    Parameters
    ----------
    connection : Connection
        Of ``Database.writing``.
    hours : mapping of tuple of str and Stage to float
        Hours that a category (``*``: all others) may stay in a stage.
    replace : bool
        Whether deadlines that are not given are removed.
    """
    known = read(connection).keys()
    going = known if replace else known & hours.keys()
    if going:
        connection.execute(
            delete(deadlines).where(*_SAME),
            [{"of": category, "at": stage} for category, stage in going],
        )
    rows = [
        {"category": category, "stage": stage, "hours": allowed}
        for (category, stage), allowed in hours.items()
    ]
    if rows:
        connection.execute(insert(deadlines), rows)
    city.count_change(connection)
    replaced = len(known & hours.keys())
    return Written(len(rows) - replaced, replaced, len(going) - replaced)


def read(connection: Connection) -> Deadlines:
    """Return all deadlines: hours by category and stage."""
    rows = connection.execute(select(*deadlines.c))
    return {(category, Stage(stage)): hours for category, stage, hours in rows}
