"""A workspace's content as the same frames that files give."""

import os
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Self

import geopandas as gpd
import pandas as pd

from geo_service.analyst.streets import Streets
from geo_service.domain.trace import join_fixes
from geo_service.export import frames
from geo_service.flows import wiring
from geo_service.flows.look_at_trips import OverlayQuestion, partitions_of
from geo_service.settings import Settings
from geo_service.store import facilities as stored_facilities
from geo_service.store import issues as stored_issues
from geo_service.store import rider_generations
from geo_service.streets.profile import Profile


class Workspace:
    """One city's folder, opened for reading; close it, or use it in a ``with``."""

    def __init__(self, parts: wiring.Workspace) -> None:
        self._parts = parts

    @property
    def facilities(self) -> gpd.GeoDataFrame:
        """All facilities, as ``read_facilities`` gives them."""
        with self._parts.database.reading() as connection:
            return frames.facilities_frame(stored_facilities.read_all(connection))

    @property
    def issues(self) -> gpd.GeoDataFrame:
        """All issues, as ``read_issues`` gives them."""
        with self._parts.database.reading() as connection:
            return frames.issues_frame(stored_issues.read_all(connection))

    @property
    def time_zone(self) -> str:
        """The IANA name of the zone in which the city keeps its time."""
        return self._parts.calendar().time_zone

    @property
    def names_change_at(self) -> tuple[datetime, ...]:
        """The moments, UTC, from which on riders have other pseudonyms in traces; in order."""
        with self._parts.database.reading() as connection:
            return tuple(one.begins for one in rider_generations.read_all(connection)[1:])

    def traces(self, since: datetime | None = None, until: datetime | None = None) -> pd.DataFrame:
        """Return the fixes of the trips that start in ``[since, until)``; riders are pseudonyms.

        Whoever counts riders in them counts one twice who rode before and after a moment of
        ``names_change_at``: from then on the same rider has another pseudonym.
        """
        question = OverlayQuestion(since, until, counts_riders=False)
        days = partitions_of(self._parts, question)
        return frames.fixes_frame(join_fixes(list(days)))

    def streets(self, profile: str = "ebike") -> Streets:
        """Return the streets a profile may use, as ``read_streets`` gives them.

        Raises
        ------
        NotReady
            If no streets have been loaded.
        """
        opened = self._parts.streets(Profile(profile))
        return Streets(opened.network, opened.grid, opened.eliminations)

    def close(self) -> None:
        """Let go of the database."""
        self._parts.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def open_workspace(folder: str | Path) -> Workspace:
    """Open a workspace made by ``geo-service init`` or ``geo-service load``.

    Parameters
    ----------
    folder : path
        Holds one city.

    Raises
    ------
    NotReady
        If there is no workspace in it.
    """
    settings = replace(Settings.from_environ(os.environ), workspace=Path(folder))
    return Workspace(wiring.open_workspace(settings))
