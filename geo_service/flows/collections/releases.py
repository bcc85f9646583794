"""The collection of releases: what everybody may know of trips, a feature for a cell and period."""

from collections.abc import Hashable

from geo_service.domain.release import Release
from geo_service.export.dictionary import RELEASED
from geo_service.export.frames import cell_shapes
from geo_service.features.columns import Features, Field, Kind, Row
from geo_service.features.meridian import cut_at_meridian
from geo_service.flows.collections.collection import Collection, Shape, Sight
from geo_service.flows.collections.described import fields_of
from geo_service.flows.wiring import Workspace
from geo_service.store import releases as stored_releases
from geo_service.store.database import Connection

FIELDS = (
    Field("period", Kind.TEXT, "The calendar month in the city's time zone, as 2026-02."),
    Field("since", Kind.MOMENT, "When the period begins."),
    Field("until", Kind.MOMENT, "When it has ended; not itself within."),
    *fields_of(RELEASED, "cell"),
    Field("resolution", Kind.INTEGER, "H3's resolution of the cell."),
    *fields_of(RELEASED, "trips", "riders"),
)


def release_rows(release: Release) -> list[Row]:
    """Make the features of one period; a release never changes. Raises nothing."""
    shapes = cut_at_meridian(cell_shapes([row.cell for row in release.rows]))
    period = (release.period, release.since, release.until)
    return [
        (
            f"{release.period}.{row.cell}",
            shape,
            (*period, row.cell, release.resolution, row.trips, row.riders),
        )
        for row, shape in zip(release.rows, shapes, strict=True)
    ]


def read_releases(workspace: Workspace, _: Sight) -> Features:
    """Read all cells of all periods. Raises nothing of its own."""
    with workspace.database.reading() as connection:
        periods = stored_releases.periods(connection)
        held = [stored_releases.read(connection, period) for period in periods]
    return Features.of(
        FIELDS, [row for release in held if release for row in release_rows(release)]
    )


def _periods(connection: Connection) -> Hashable:
    """Name what has been released; a release never changes."""
    return tuple(stored_releases.periods(connection))


RELEASES = Collection(
    name="releases",
    title="Released cells",
    description="How much was ridden where, by months: H3 cells that enough riders were in, "
    "counts rounded down, the ends of trips left out. Built once and never changed.",
    shape=Shape.POLYGON,
    id_name="id",
    fields=FIELDS,
    read=read_releases,
    version=_periods,
    begins="since",
    ends="until",
)
