"""The demo's district, served by processes of its own to whoever sends it traffic."""

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from own_process import free_port, served

from geo_service.domain.facility import Facility
from geo_service.domain.role import Role
from geo_service.flows.build_demo import build_demo
from geo_service.flows.manage_keys import add_key
from geo_service.flows.wiring import open_workspace
from geo_service.settings import Settings
from geo_service.store import facilities as stored_facilities

GRID, APART = 15, 0.001
"""So many cabinets in a row, so many degrees apart."""


class ServedDemo(NamedTuple):
    """A demo district that is served."""

    process: int
    """That of the command; of several workers it is the one that starts them."""
    port: int
    key: str
    """Of staff."""
    cabinets: Sequence[str]
    """The ids of the facilities whose state is reported."""


@contextmanager
def served_demo(*options: str, database_url: str = "", cabinets: int = 1) -> Iterator[ServedDemo]:
    """Serve the demo until the block ends; senders may report as often as they like.

    Parameters
    ----------
    options : str
        More words of the command, such as ``--workers``, ``4``.
    database_url : str
        Of an empty database; blank: SQLite's file in the workspace.
    cabinets : int
        So many report: the demo's own, and others like it around it.
    """
    with TemporaryDirectory() as folder:
        settings = Settings(
            workspace=Path(folder) / "city",
            rider_key_file=Path(folder) / "key",
            database_url=database_url,
        )
        build_demo(settings, datetime.now(UTC), say=lambda _: None)
        with open_workspace(settings) as workspace:
            _, key = add_key(workspace, Role.STAFF, None, datetime.now(UTC))
            with workspace.database.writing() as connection:
                own = stored_facilities.read_kind(connection, "charging_cabinet")
                stored_facilities.write(connection, _like(own[0], cabinets - len(own)))
                reporting = stored_facilities.read_kind(connection, "charging_cabinet")
        port = free_port()
        environ = {
            "GEO_SERVICE_WORKSPACE": str(settings.workspace),
            "GEO_SERVICE_RIDER_KEY_FILE": str(settings.rider_key_file),
            "GEO_SERVICE_DATABASE_URL": database_url,
            "GEO_SERVICE_REPORTS_PER_HOUR": "0",
        }
        command = [sys.executable, "-m", "geo_service", "serve", "--port", str(port), *options]
        with served(command, port, environ) as process:
            yield ServedDemo(process, port, key, [one.facility_id for one in reporting])


def _like(cabinet: Facility, count: int) -> list[Facility]:
    """Make cabinets like one, on a grid around it."""
    return [
        replace(
            cabinet,
            facility_id=f"{cabinet.facility_id}-{number}",
            lon=cabinet.lon + (number % GRID - GRID / 2) * APART,
            lat=cabinet.lat + (number // GRID - GRID / 2) * APART,
        )
        for number in range(count)
    ]
