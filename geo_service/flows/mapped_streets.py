"""Compiled streets opened by memory map; to another process only where they lie is told."""

from dataclasses import dataclass
from typing import Any

from geo_service.store.networks import NetworkStore
from geo_service.streets.prepared import Streets
from geo_service.streets.profile import Profile


@dataclass(frozen=True, eq=False)
class MappedStreets(Streets):
    """Streets of a version on the disk."""

    lie: tuple[NetworkStore, str, Profile]
    """What ``open_streets`` takes."""

    def __reduce__(self) -> tuple[Any, ...]:
        return open_streets, self.lie


def open_streets(store: NetworkStore, version: str, profile: Profile) -> MappedStreets:
    """Open streets by memory map.

    Parameters
    ----------
    store : NetworkStore
        Has all versions.
    version : str
        Its name.
    profile : Profile
        Whose network.

    Raises
    ------
    NotReady
        If the version is not there or is damaged.
    """
    return MappedStreets(
        store.open(version, profile),
        store.open_grid(version, profile),
        store.open_eliminations(version, profile),
        (store, version, profile),
    )
