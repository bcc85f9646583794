"""Which collections there are, who may see them, and their features."""

from collections.abc import Mapping
from types import MappingProxyType

from geo_service.domain.visibility import Viewer
from geo_service.errors import NotAllowed, NotFound
from geo_service.features.columns import Features
from geo_service.flows.collections.areas import AREAS
from geo_service.flows.collections.collection import Collection, Sight
from geo_service.flows.collections.exposures import CELL_EXPOSURE, STREET_EXPOSURE
from geo_service.flows.collections.facilities import FACILITIES
from geo_service.flows.collections.issues import ISSUES
from geo_service.flows.collections.releases import RELEASES
from geo_service.flows.wiring import Workspace

COLLECTIONS: Mapping[str, Collection] = MappingProxyType(
    {one.name: one for one in (FACILITIES, ISSUES, AREAS, RELEASES, STREET_EXPOSURE, CELL_EXPOSURE)}
)
"""Those for everybody first."""


def collections_for(viewer: Viewer) -> tuple[Collection, ...]:
    """List the collections that somebody may see. Raises nothing."""
    return tuple(one for one in COLLECTIONS.values() if one.is_seen_by(viewer))


def find_collection(name: str, viewer: Viewer) -> Collection:
    """Return a collection.

    Parameters
    ----------
    name : str
        As it is known.
    viewer : Viewer
        Who asks.

    Raises
    ------
    NotFound
        If there is none of this name.
    NotAllowed
        If it is for analysts, and who asks is none.
    """
    found = COLLECTIONS.get(name)
    if found is None:
        known = ", ".join(one.name for one in collections_for(viewer))
        raise NotFound("There is no such collection.", remedy=f"There are: {known}.")
    if not found.is_seen_by(viewer):
        raise NotAllowed(
            "This collection is for analysts.", remedy="Send a key with the role analyst or admin."
        )
    return found


def read_features(
    workspace: Workspace, name: str, viewer: Viewer, *, trusted: bool = False
) -> Features:
    """Read all features of a collection that somebody may see.

    Parameters
    ----------
    workspace : Workspace
        Opened.
    name : str
        Of the collection.
    viewer : Viewer
        Who asks; the public is given approved issues only.
    trusted : bool
        Whether who asks may read the workspace itself, as on the command line.

    Returns
    -------
    Features
        In order of their ids, WGS-84, longitude first; nothing in them depends on the clock.

    Raises
    ------
    NotFound
        If there is no such collection.
    NotAllowed
        If it is for analysts, and who asks is none.
    NotReady
        If it needs streets, and none have been loaded.
    """
    return find_collection(name, viewer).read(workspace, Sight(viewer, trusted))
