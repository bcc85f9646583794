"""Releases in the database: written once, never changed."""

from datetime import datetime

from sqlalchemy import Connection, insert, select

from geo_service.domain.release import Release, ReleasedCell
from geo_service.errors import WrongUsage
from geo_service.store.city import count_change
from geo_service.store.schema import release_cells, releases


def check_free(connection: Connection, period: str, since: datetime, until: datetime) -> None:
    """Refuse a period that has been released before, wholly or in part.

    Parameters
    ----------
    connection : Connection
    period : str
        As it is to be called.
    since, until : datetime
        Its moments, ``[since, until)``; the calendar may have been another one before.

    Raises
    ------
    WrongUsage
        If a released period shares a moment with it, or bears its name.
    """
    shares = (releases.c.since < until) & (since < releases.c.until)
    taken = select(releases.c.period).where(shares | (releases.c.period == period))
    known = connection.scalars(taken.order_by(releases.c.since)).first()
    if known is not None:
        raise WrongUsage(
            f"{known} has been released already, and a release is never changed.",
            where=f"release {period}",
            remedy="Release another period.",
        )


def check_size(connection: Connection, release: Release) -> None:
    """Refuse cells of another size than those of releases before.

    Raises
    ------
    WrongUsage
        If they are: one laid over the other would tell of their difference.
    """
    sizes = sorted(connection.scalars(select(releases.c.resolution).distinct()))
    if sizes and release.resolution not in sizes:
        raise WrongUsage(
            f"Cells have been released at resolution {sizes[0]}, these are of "
            f"{release.resolution}.",
            where=f"release {release.period}",
            remedy=f"Set GEO_SERVICE_RELEASE_RESOLUTION={sizes[0]}.",
        )


def write(connection: Connection, release: Release) -> None:
    """Keep a release for good.

    Raises
    ------
    WrongUsage
        If its period has been released before, wholly or in part, or its cells are of another
        size than those of releases before.
    """
    check_free(connection, release.period, release.since, release.until)
    check_size(connection, release)
    connection.execute(
        insert(releases),
        {
            "period": release.period,
            "since": release.since,
            "until": release.until,
            "resolution": release.resolution,
        },
    )
    count_change(connection)
    cells = [
        {"period": release.period, "cell": row.cell, "trips": row.trips, "riders": row.riders}
        for row in release.rows
    ]
    if cells:
        connection.execute(insert(release_cells), cells)


def read(connection: Connection, period: str) -> Release | None:
    """Return a release, its cells in order of their names; None if there is none."""
    head = connection.execute(select(releases).where(releases.c.period == period)).one_or_none()
    if head is None:
        return None
    cells = select(release_cells.c.cell, release_cells.c.trips, release_cells.c.riders)
    rows = connection.execute(cells.where(release_cells.c.period == period))
    return Release(
        period=head.period,
        since=head.since,
        until=head.until,
        resolution=head.resolution,
        rows=tuple(sorted((ReleasedCell(*row) for row in rows), key=lambda row: row.cell)),
    )


def periods(connection: Connection) -> list[str]:
    """Name the periods that have been released, oldest first."""
    return list(connection.scalars(select(releases.c.period).order_by(releases.c.since)))
