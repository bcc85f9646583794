"""The GBFS feeds, kept until something they may tell of changed or they are a minute old.

A trip that comes in changes nothing: were the feeds made anew, their ``last_updated`` would tell
everybody at which second riders send trips.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Lock

from geo_service.export import gbfs
from geo_service.flows.list_cabinets import Cabinets, list_cabinets
from geo_service.flows.wiring import Workspace
from geo_service.store import city
from geo_service.store.change_watch import ChangeWatch
from geo_service.web.answers import json_answer

TTL_S = 60
"""Readers are told to ask again after so long; a change is told at once to who asks sooner."""


@dataclass(frozen=True, slots=True)
class Feeds:
    """What all feeds tell, of one moment."""

    made_at: datetime
    until: datetime
    """They hold before this moment, as long as nothing changes."""
    texts: Mapping[str, bytes]
    """By the feed's name, those that are the same under any address."""


@dataclass(frozen=True, slots=True)
class _Kept:
    """The feeds, and as of which state of the database they hold."""

    stamp: int
    openings: int
    changes: int
    feeds: Feeds

    def holds(self, now: datetime) -> bool:
        """Say whether a moment is of those the feeds were made for."""
        return self.feeds.made_at <= now < self.feeds.until


class KeptGbfs:
    """The feeds of one process; they are made once, and others wait for them."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._watch = ChangeWatch(workspace.database)
        self._lock = Lock()
        self._kept: _Kept | None = None

    def feeds(self, now: datetime) -> Feeds:
        """Return the feeds as they are at a moment.

        Parameters
        ----------
        now : datetime
            With a zone.

        Raises
        ------
        NotReady
            If the database can't be read.
        """
        with self._lock:
            # Taken before reading: what is committed meanwhile shows the next time.
            stamp, openings, kept = self._watch.stamp(), self._watch.openings, self._kept
            if kept is None or kept.stamp != stamp or not kept.holds(now):
                with self._workspace.database.reading() as connection:
                    changes = city.changes(connection)
                same = kept is not None and (kept.openings, kept.changes) == (openings, changes)
                feeds = kept.feeds if kept and same and kept.holds(now) else self._make(now)
                kept = self._kept = _Kept(stamp, openings, changes, feeds)
            return kept.feeds

    def _make(self, now: datetime) -> Feeds:
        listed = list_cabinets(self._workspace, now)
        system = self._system(listed)
        data = {
            "system_information": gbfs.system_information(system),
            "vehicle_types": gbfs.vehicle_types(system),
            "station_information": gbfs.station_information(one for one, _ in listed.cabinets),
            "station_status": gbfs.station_status(listed.cabinets),
        }
        until = now + timedelta(seconds=TTL_S)
        if listed.until is not None:
            until = min(until, listed.until)
        texts = {name: feed_text(one, now) for name, one in data.items()}
        return Feeds(now, until, texts)

    def _system(self, listed: Cabinets) -> gbfs.System:
        settings = self._workspace.settings
        return gbfs.System(
            settings.gbfs_system_id,
            listed.title,
            settings.gbfs_contact,
            listed.time_zone,
            settings.gbfs_licence,
            settings.gbfs_range_m,
        )


def feed_text(data: gbfs.Data, made_at: datetime) -> bytes:
    """Write a feed as it goes out."""
    return bytes(json_answer(gbfs.feed(data, made_at, TTL_S)).body)
