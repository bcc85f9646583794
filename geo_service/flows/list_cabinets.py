"""The charging cabinets of a city, and what each hands out and takes in at a moment."""

from dataclasses import dataclass
from datetime import datetime

from geo_service.domain.battery_exchange import Exchange, exchange_at
from geo_service.domain.facility import Facility, Kind
from geo_service.domain.opening import Openings
from geo_service.domain.standing import standing_at
from geo_service.flows.wiring import Workspace
from geo_service.store import city
from geo_service.store import facilities as stored_facilities


@dataclass(frozen=True, slots=True)
class Cabinets:
    """All cabinets of a city at a moment."""

    title: str
    """The city's; blank until it is written."""
    time_zone: str
    cabinets: tuple[tuple[Facility, Exchange], ...]
    """In order of id."""
    until: datetime | None
    """From then on one may stand otherwise even if nothing is reported; None: there is none."""


def list_cabinets(workspace: Workspace, now: datetime) -> Cabinets:
    """List the charging cabinets, whether streets have been loaded or not.

    Parameters
    ----------
    workspace : Workspace
        Whose facilities.
    now : datetime
        With a zone; so they stand at this moment.

    Raises
    ------
    NotReady
        If the database can't be read.
    """
    with workspace.database.reading() as connection:
        found = stored_facilities.read_kind(connection, Kind.CHARGING_CABINET)
        calendar = city.read_calendar(connection)
        title = city.read_title(connection)
    openings, stale_after_s = Openings(calendar), workspace.settings.stale_after_s
    standings = [standing_at(cabinet, now, openings, stale_after_s) for cabinet in found]
    exchanges = (
        exchange_at(cabinet, now, is_open=standing.opening.open, stale_after_s=stale_after_s)
        for cabinet, standing in zip(found, standings, strict=True)
    )
    return Cabinets(
        title=title,
        time_zone=calendar.time_zone,
        cabinets=tuple(zip(found, exchanges, strict=True)),
        until=min((standing.until for standing in standings), default=None),
    )
