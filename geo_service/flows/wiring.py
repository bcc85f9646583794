"""A workspace and its parts, built from settings: the one place that knows what is made of what."""

import logging
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self
from urllib.parse import quote

from geo_service.domain.erasure import mark_of_key
from geo_service.domain.opening import Calendar, check_calendar
from geo_service.domain.rider_names import Generation, Secret, TraceNames
from geo_service.errors import NotReady
from geo_service.flows.in_parallel import Threads, Workers
from geo_service.flows.kept_ground import KeptGround
from geo_service.flows.mapped_streets import open_streets
from geo_service.settings import Settings
from geo_service.store import city, rider_generations
from geo_service.store.database import Database
from geo_service.store.draft_folder import PRIVATE
from geo_service.store.kept_counts import KeptCounts
from geo_service.store.networks import NetworkStore
from geo_service.store.photo_files import PhotoFiles
from geo_service.store.rider_key_files import generation_file, make_key, read_key
from geo_service.store.trace_lake import TraceLake
from geo_service.store.workspace_files import DATABASE_FILE, PHOTOS, STREETS, TRACES
from geo_service.streets.prepared import Streets
from geo_service.streets.profile import Profile

LOG = logging.getLogger("geo_service.workspace")
PUT_BACK = "Put back the key that belongs to this workspace, and try again."


@dataclass(frozen=True, slots=True)
class Workspace:
    """One city's folder, opened: its database, trace lake, compiled streets and photos."""

    settings: Settings
    database: Database
    lake: TraceLake
    networks: NetworkStore
    kept_counts: KeptCounts
    kept_ground: KeptGround
    photos: PhotoFiles
    workers: Workers = field(default_factory=Threads)
    """Who reads and counts what the lake holds."""

    def close(self) -> None:
        """Let go of the database."""
        self.database.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def calendar(self) -> Calendar:
        """Return where the city keeps its time; another process may have changed it."""
        with self.database.reading() as connection:
            return city.read_calendar(connection)

    def streets_version(self) -> str:
        """Name the version of the streets in use.

        Raises
        ------
        NotReady
            If no streets have been loaded.
        """
        version = self.streets_version_if_any()
        if version is None:
            raise NotReady(
                "This workspace has no streets yet.",
                where=str(self.settings.workspace),
                remedy="Load them: geo-service load streets CITY.osm.pbf",
            )
        return version

    def streets_version_if_any(self) -> str | None:
        """Name the version of the streets in use, if streets have been loaded."""
        with self.database.reading() as connection:
            return city.read_streets_version(connection) or None

    def streets(self, profile: Profile) -> Streets:
        """Open the streets a profile uses, by memory map.

        Raises
        ------
        NotReady
            If no streets have been loaded.
        """
        return open_streets(self.networks, self.streets_version(), profile)

    def rider_key(self) -> bytes:
        """Return the secret behind the pseudonyms of riders' accounts, making it on first use.

        Raises
        ------
        NotReady
            If its file does not hold a whole key, or is gone although riders were named with it
            already; without it they would not be the same again.
        """
        path = self.settings.rider_key_file
        if not path.exists():
            if self._generations():
                raise NotReady("The riders' key is not here.", where=str(path), remedy=PUT_BACK)
            make_key(path)
        key = read_key(path)
        if key is None:
            raise NotReady(
                "The riders' key is damaged.", where=str(path), remedy="Restore it from a backup."
            )
        return key

    def proven_rider_key(self) -> bytes:
        """Return the same secret to whoever makes pseudonyms of names with it.

        Raises
        ------
        NotReady
            As `rider_key` does, and if it is another one than riders were named with before: the
            same riders would be others.
        """
        key = self.rider_key()
        known = self._generations()
        if known and mark_of_key(key) != known[0].mark:
            raise NotReady(
                "The riders' key is another one than this workspace's.",
                where=str(self.settings.rider_key_file),
                remedy=PUT_BACK,
            )
        return key

    def trace_names(self) -> TraceNames:
        """Return by which names riders' traces go, from which moment on.

        Raises
        ------
        NotReady
            If the names have changed at some time, and the key of the riders' accounts is
            missing, damaged, or another one than then.
        """
        later = self._generations()[1:]
        if not later:
            return TraceNames()
        self.proven_rider_key()
        base = self.settings.rider_key_file
        return TraceNames(tuple(later), tuple(_secret_of(one, base) for one in later))

    def _generations(self) -> list[Generation]:
        with self.database.reading() as connection:
            return rider_generations.read_all(connection)


def _secret_of(generation: Generation, base: Path) -> Secret:
    path = generation_file(base, generation.month)
    key = read_key(path)
    is_it = key is not None and mark_of_key(key) == generation.mark
    return Secret(key if is_it else None, str(path))


def make_workspace(settings: Settings, calendar: Calendar | None = None) -> Workspace:
    """Make the workspace if it is not there, for its owner alone, and open it.

    A folder that is there keeps its permissions.

    Parameters
    ----------
    settings : Settings
        Names the folder.
    calendar : Calendar, optional
        The city's time zone and holidays, written down; None keeps what the workspace has.

    Raises
    ------
    WrongUsage
        If the time zone or the country is not known.
    """
    if calendar is not None:
        check_calendar(calendar)
    settings.workspace.mkdir(mode=PRIVATE, parents=True, exist_ok=True)
    return _assemble(settings, calendar)


def is_workspace(settings: Settings) -> bool:
    """Say whether there is a workspace where the settings say."""
    return bool(settings.database_url) or (settings.workspace / DATABASE_FILE).exists()


def open_workspace(settings: Settings) -> Workspace:
    """Open a workspace that is there.

    Raises
    ------
    NotReady
        If the folder holds no workspace.
    """
    if not is_workspace(settings):
        raise NotReady(
            "There is no workspace here.",
            where=str(settings.workspace),
            remedy="Make one with 'geo-service init', or name another with --workspace.",
        )
    return _assemble(settings)


def address_in(folder: Path) -> str:
    """Return the address of a workspace's own database."""
    return f"sqlite:///{quote(str(folder / DATABASE_FILE))}"


def traces_address(settings: Settings) -> str:
    """Return the address of the place where the files of traces lie."""
    return settings.traces_url or str(settings.workspace / TRACES)


def _assemble(settings: Settings, calendar: Calendar | None = None) -> Workspace:
    database = Database(settings.database_url or address_in(settings.workspace))
    if database.read_only:
        LOG.warning(
            "%s: the disk is mounted read-only: all can be read, and nothing written. "
            "Start again once it can be written.",
            settings.workspace,
        )
    revision = database.migrate()
    if revision is not None:
        LOG.warning(
            "%s: the database was of an older program (revision %s) and is now of this one.",
            settings.workspace,
            revision,
        )
    if calendar is not None:
        with database.writing() as connection:
            city.write_calendar(connection, calendar)
    networks = NetworkStore(settings.workspace / STREETS)
    return Workspace(
        settings=settings,
        database=database,
        lake=TraceLake(traces_address(settings), database),
        networks=networks,
        kept_counts=KeptCounts(settings.workspace / "counts"),
        kept_ground=KeptGround(networks),
        photos=PhotoFiles(settings.workspace / PHOTOS),
    )
