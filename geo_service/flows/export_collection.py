"""A collection's features into a file, whole or not at all."""

from pathlib import Path

from geo_service.export.feature_files import check_format, write_features
from geo_service.export.whole_file import whole_file
from geo_service.flows.collections.collection import Collection, Sight
from geo_service.flows.wiring import Workspace


def export_collection(
    workspace: Workspace, collection: Collection, sight: Sight, path: Path
) -> int:
    """Write all features that somebody may see.

    Parameters
    ----------
    workspace : Workspace
        Opened.
    collection : Collection
        That he may see it at all is decided before.
    sight : Sight
        By whose rights.
    path : Path
        Its ending says the format; what was there stays until the new file is whole.

    Returns
    -------
    int
        How many features were written.

    Raises
    ------
    WrongUsage
        If the ending is not known, or the format can't hold such shapes.
    NotReady
        If streets are needed, and none have been loaded.
    """
    check_format(path.suffix.lower(), collection.layer, str(path))
    features = collection.read(workspace, sight)
    with whole_file(path) as unfinished:
        write_features(features, collection.layer, unfinished)
    return len(features)
