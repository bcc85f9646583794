"""Photos of issues: read, kept with an issue or dropped, and approved by staff."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, replace
from datetime import datetime

from geo_service.domain.photo import Photo, StoredFile, StoredPhoto
from geo_service.errors import GeoServiceError, NotFound, OutcomeUnknown
from geo_service.flows.check_keys import is_staff, outside_areas
from geo_service.flows.wiring import Workspace
from geo_service.ingest.photo import read_photo, read_position
from geo_service.store import cases as stored_cases
from geo_service.store import issues as stored_issues
from geo_service.store import photos as stored_photos
from geo_service.store.database import Connection
from geo_service.store.keys import Key

PREVIEW_PX = 240
NO_PHOTO = "There is no photo with this id."


def prepare_photo(workspace: Workspace, data: bytes) -> Photo:
    """Read what somebody sent as a picture; nothing is kept yet.

    Raises
    ------
    RefusedFields
        Naming ``media``, if it is no picture that can be taken.
    """
    settings = workspace.settings
    return read_photo(data, most_pixels=settings.photo_pixels, longest_side=settings.photo_side_px)


def preview_photo(workspace: Workspace, data: bytes) -> bytes:
    """Draw a small picture of a photo that is not sent yet, as a JPEG file.

    Raises
    ------
    RefusedFields
        Naming ``media``, if it is no picture that can be taken.
    """
    most = workspace.settings.photo_pixels
    return read_photo(data, most_pixels=most, longest_side=PREVIEW_PX).data


def hinted_position(photos: Sequence[bytes]) -> tuple[float, float] | None:
    """Return where the first photo that says so was taken: longitude, latitude, WGS-84.

    A hint for who has named no place; nothing of it is kept with the photo. Raises nothing.
    """
    return next((place for data in photos if (place := read_position(data)) is not None), None)


def store_photos(workspace: Workspace, photos: Sequence[Photo]) -> list[StoredFile]:
    """Write the files of photos, in their order, before the transaction that will name them.

    Raises
    ------
    NotReady
        If the disk refuses; then none was written.
    """
    return workspace.photos.write(photos)


@dataclass(frozen=True, slots=True)
class Files:
    """Files on the disk that no row names yet."""

    workspace: Workspace
    kept: list[StoredFile]
    """In the order of the photos."""

    def drop(self) -> None:
        """Remove those that no row names; what can't be made out stays, and is a leftover."""
        if not self.kept:
            return
        names = {file.photo_id for file in self.kept}
        # A commit may have gone through though its answer was lost.
        with suppress(GeoServiceError), self.workspace.database.reading() as connection:
            self.workspace.photos.remove(names - stored_photos.known_ids(connection, names))


@contextmanager
def stored_files(workspace: Workspace, photos: Sequence[Photo]) -> Iterator[Files]:
    """Have the files of photos on the disk while the block runs; if it fails they are dropped.

    The transaction that names them is begun and ended within the block.

    Yields
    ------
    Files
        To be noted, or dropped.

    Raises
    ------
    NotReady
        If the disk refuses.
    """
    files = Files(workspace, store_photos(workspace, photos))
    try:
        yield files
    except OutcomeUnknown:
        # They may be named a moment later; if they are not, they go when what is left is tidied up.
        raise
    except BaseException:
        files.drop()
        raise


def note_photos(
    connection: Connection,
    issue_id: str,
    files: Sequence[StoredFile],
    *,
    now: datetime,
    rider: str = "",
    approved: bool = False,
) -> None:
    """Say of files on the disk that they show an issue.

    Parameters
    ----------
    connection : Connection
        Of ``Database.writing``: they are the issue's when that is through.
    issue_id : str
        Of an issue that is there.
    files : sequence of StoredFile
        As `store_photos` gave them.
    now : datetime
        With a zone.
    rider : str
        The pseudonym of who sent them; blank: somebody without a rider's key.
    approved : bool
        Whether everybody may see them, once the issue is approved too.
    """
    stored_photos.add(
        connection,
        [
            StoredPhoto(
                **asdict(file), issue_id=issue_id, added_at=now, approved=approved, rider=rider
            )
            for file in files
        ],
    )


def approve_photo(workspace: Workspace, key: Key, photo_id: str, *, approved: bool) -> StoredPhoto:
    """Let everybody see a photo, as far as they see its issue, or no longer.

    Parameters
    ----------
    workspace : Workspace
        Opened for writing.
    key : Key
        Of staff.
    photo_id : str
        A known one.
    approved : bool
        Whether everybody may see it.

    Returns
    -------
    StoredPhoto
        As it is now.

    Raises
    ------
    NotAllowed
        If everybody may see it, and its issue lies outside the areas of the key.
    NotFound
        If there is no such photo, or it is hidden from the key.
    """
    with workspace.database.writing() as connection:
        known = stored_photos.find(connection, photo_id)
        if known is None:
            raise NotFound(NO_PHOTO)
        if not is_staff(key, stored_cases.area_of(connection, known.issue_id)):
            issue = stored_issues.find(connection, known.issue_id)
            is_public = known.approved and issue is not None and issue.approved
            raise outside_areas() if is_public else NotFound(NO_PHOTO)
        stored_photos.set_approved(connection, photo_id, approved=approved)
    return replace(known, approved=approved)
