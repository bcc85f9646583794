"""Whose eyes a photo is for: everybody's once staff have approved it and its issue."""

from dataclasses import dataclass

from geo_service.errors import NotFound
from geo_service.flows.check_keys import is_rider, is_staff
from geo_service.flows.wiring import Workspace
from geo_service.store import cases as stored_cases
from geo_service.store import issues as stored_issues
from geo_service.store import photos as stored_photos
from geo_service.store.keys import Key


@dataclass(frozen=True, slots=True)
class ShownPhoto:
    """A photo that may be seen by who asked."""

    data: bytes
    """A JPEG file."""
    is_public: bool
    """Whether everybody may see it just now."""


def show_photo(workspace: Workspace, photo_id: str, key: Key | None) -> ShownPhoto:
    """Give out a photo.

    Until everybody may see it, staff of its area, administrators and the rider who sent it do.

    Parameters
    ----------
    workspace : Workspace
    photo_id : str
        As somebody asks for it.
    key : Key or None
        Of who asks.

    Raises
    ------
    NotFound
        If there is no such photo, or not for who asks: the words are the same.
    NotReady
        If its file can't be read.
    """
    with workspace.database.reading() as connection:
        photo = stored_photos.find(connection, photo_id)
        issue = None if photo is None else stored_issues.find(connection, photo.issue_id)
        area_id = "" if photo is None else stored_cases.area_of(connection, photo.issue_id)
    data = None
    is_public = False
    if photo is not None and issue is not None:
        is_public = photo.approved and issue.approved
        if is_public or is_staff(key, area_id) or is_rider(key, photo.rider):
            data = workspace.photos.read(photo_id)
    if data is None:
        raise NotFound("There is no photo with this id.")
    return ShownPhoto(data, is_public)
