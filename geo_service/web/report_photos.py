"""The photos of the report page's form: those it sends, and those that are held from before."""

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from starlette.requests import Request

from geo_service.errors import RefusedFields
from geo_service.flows.keep_photo import prepare_photo, preview_photo
from geo_service.flows.report_issue import MOST_PHOTOS
from geo_service.web.forms import Form
from geo_service.web.held_photos import HeldPhoto
from geo_service.web.problems import Fault, WrongParameters
from geo_service.web.rate_limits import address_of
from geo_service.web.report_form import PHOTO, Typed
from geo_service.web.service import Service

HELD, DROP = "held", "drop"
"""The form's fields: a photo held from before, and one that is taken out."""
MANY = "many"
"""What the fault of too many photos is called; of one that is lost: as the field."""


@dataclass(frozen=True, slots=True)
class FormPhotos:
    """All photos of a form, in the order in which they were chosen."""

    held: tuple[tuple[str, HeldPhoto], ...] = ()
    """By what they are found again."""
    fresh: tuple[bytes, ...] = ()
    lost: bool = False
    """Whether one that had been held is held no longer."""
    stray: bool = False
    """Whether a file came in a field that takes none."""

    def to_send(self) -> list[bytes]:
        """Return what the report shows.

        Raises
        ------
        WrongParameters
            If there are too many, or one of them is gone: nobody's report shall lose a photo
            without a word.
        """
        if self.stray:
            raise WrongParameters([Fault(PHOTO, f"Send photos in the field {PHOTO}.")])
        if self.lost:
            raise WrongParameters([Fault(HELD, "Choose the photos once more.")])
        photos = [*(photo.data for _, photo in self.held), *self.fresh]
        if len(photos) > MOST_PHOTOS:
            raise WrongParameters([Fault(MANY, f"Send at most {MOST_PHOTOS} photos.")])
        return photos


@dataclass(frozen=True, slots=True)
class Picture:
    """A photo that is held, as the form shows it."""

    token: str
    preview: str
    """As an address that holds the picture itself."""


def photos_of(service: Service, form: Form, typed: Typed, now: datetime) -> FormPhotos:
    """Gather a form's photos; those that it takes out are left out. Raises nothing."""
    dropped = set(typed.texts.get(DROP, ()))
    wanted = [token for token in typed.texts.get(HELD, ()) if token not in dropped]
    held = [(token, service.held_photos.find(token, now)) for token in dict.fromkeys(wanted)]
    fresh = tuple(data for name, data in form.files if name == PHOTO)
    return FormPhotos(
        held=tuple((token, photo) for token, photo in held if photo is not None),
        fresh=fresh,
        lost=any(photo is None for _, photo in held),
        stray=len(fresh) < len(form.files) or bool(typed.one(PHOTO)),
    )


def hold_photos(
    service: Service, request: Request, photos: FormPhotos, now: datetime
) -> tuple[Sequence[Picture], str]:
    """Hold a form's photos until it is sent again, as browsers forget which were chosen.

    Each that is drawn for it is counted, as reports are: no report has to come of it.

    Returns
    -------
    sequence of Picture, str
        Those that are held now, at most as many as a report may have; and the name of the fault
        if one can't be, blank if all are.

    Raises
    ------
    TooMany
        If too many photos came from this address.
    """
    shown = [Picture(token, _address(photo.preview)) for token, photo in photos.held]
    fault = PHOTO if photos.stray else ""
    for data in photos.fresh:
        if len(shown) >= MOST_PHOTOS:
            return shown, MANY
        service.limits.count_preview(request)
        try:
            # As it is kept once it is sent: of a tenth of the bytes, and drawn again in a moment.
            photo = prepare_photo(service.workspace, data).data
            preview = preview_photo(service.workspace, photo)
        except RefusedFields:
            fault = PHOTO
            continue
        token = service.held_photos.keep(HeldPhoto(photo, preview), now, address_of(request))
        shown.append(Picture(token, _address(preview)))
    return shown, fault


def _address(preview: bytes) -> str:
    return f"data:image/jpeg;base64,{base64.b64encode(preview).decode()}"
