"""OpenStreetMap files by their names: which they are, and how each is packed."""

from pathlib import Path

import osmium

from geo_service.errors import UnreadableFile

OSM_ENDINGS = (".osm", ".osm.bz2", ".osm.gz", ".osm.pbf", ".pbf")
"""In small letters; a name may have capitals."""


def osm_file(path: Path) -> osmium.io.File:
    """Name a file to osmium together with its packing, which osmium sees in small letters only.

    Parameters
    ----------
    path : Path
        Ends in one of `OSM_ENDINGS`, in small or capital letters.

    Returns
    -------
    osmium.io.File
        Not opened yet; raises nothing.
    """
    name = path.name.lower()
    packing = next(ending for ending in OSM_ENDINGS if name.endswith(ending))
    return osmium.io.File(path, packing.removeprefix("."))


def unreadable_osm(path: Path, problem: Exception) -> UnreadableFile:
    """Say in a user's words what osmium found wrong with a file; raises nothing."""
    if "too long" in str(problem):
        return UnreadableFile(
            f"It holds a text longer than OpenStreetMap allows ({problem}).",
            where=path.name,
            remedy="Shorten the texts of its tags to 255 characters.",
        )
    return UnreadableFile(
        f"This is not a whole OpenStreetMap file ({problem}).",
        where=path.name,
        remedy="Get the file again; it may have been cut off on the way.",
    )
