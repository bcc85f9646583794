"""Which riders were erased, and what of it is still to be done, in the database."""

import json
from collections.abc import Collection
from datetime import datetime

from sqlalchemy import Connection, insert, select, update

from geo_service.domain.erasure import Erasure
from geo_service.store.privacy_schema import erasures


def begin(connection: Connection, erasure: Erasure, photos_left: Collection[str]) -> Erasure:
    """Write down that a rider's erasure has begun, in the transaction that erases the rows.

    Parameters
    ----------
    connection : Connection
        Of ``Database.writing``.
    erasure : Erasure
        Of whom, and when it was asked for.
    photos_left : collection of str
        Photos whose files are to go.

    Returns
    -------
    Erasure
        The one that goes on: an earlier one of the same rider that is not finished, else this.
    """
    going_on = [begun for begun in unfinished(connection) if begun.mark == erasure.mark]
    going_on += [done for done in finished(connection) if done == erasure]
    if going_on:
        left = {*photos_left, *photos_of(connection, going_on[0])}
        _set(connection, going_on[0], done_at=None, photos_left=json.dumps(sorted(left)))
        return going_on[0]
    row = {
        "mark": erasure.mark,
        "asked_at": erasure.asked_at,
        "photos_left": json.dumps(sorted(photos_left)),
    }
    connection.execute(insert(erasures), row)
    return erasure


def note_done(connection: Connection, erasure: Erasure, now: datetime) -> None:
    """Write down an erasure of somebody of whom nothing is here; raises nothing of its own."""
    row = {"mark": erasure.mark, "asked_at": erasure.asked_at, "done_at": now}
    connection.execute(insert(erasures), row)


def forget_photos(connection: Connection, erasure: Erasure) -> None:
    """Forget which photos' files were to go, once they have gone; raises nothing of its own."""
    _set(connection, erasure, done_at=None, photos_left="[]")


def finish(connection: Connection, erasure: Erasure, now: datetime) -> None:
    """Write down that nothing is left to be done; raises nothing of its own."""
    _set(connection, erasure, done_at=now)


def photos_of(connection: Connection, erasure: Erasure) -> list[str]:
    """Return the photos whose files may still be there."""
    found = select(erasures.c.photos_left).where(
        erasures.c.mark == erasure.mark, erasures.c.asked_at == erasure.asked_at
    )
    return list(json.loads(connection.scalar(found) or "[]"))


def known(connection: Connection) -> frozenset[Erasure]:
    """Return all erasures, those too that are not finished."""
    return frozenset([*finished(connection), *unfinished(connection)])


def unfinished(connection: Connection) -> list[Erasure]:
    """Return the erasures that were begun and not finished, oldest first."""
    return _read(connection, done=False)


def finished(connection: Connection) -> list[Erasure]:
    """Return the erasures that are done, oldest first."""
    return _read(connection, done=True)


def _read(connection: Connection, *, done: bool) -> list[Erasure]:
    state = erasures.c.done_at.is_not(None) if done else erasures.c.done_at.is_(None)
    asked = select(erasures.c.mark, erasures.c.asked_at).where(state)
    ordered = asked.order_by(erasures.c.asked_at, erasures.c.mark)
    return [Erasure(*row) for row in connection.execute(ordered)]


def _set(connection: Connection, erasure: Erasure, **values: object) -> None:
    is_it = (erasures.c.mark == erasure.mark) & (erasures.c.asked_at == erasure.asked_at)
    connection.execute(update(erasures).where(is_it).values(**values))
