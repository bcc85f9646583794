"""What every door of ``/ogc`` does first: who asks, in which format, and from where."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from geo_service.domain.role import Role
from geo_service.domain.visibility import Viewer
from geo_service.features.selection import Box
from geo_service.flows.check_keys import refusing_by_key
from geo_service.flows.collections.catalogue import find_collection
from geo_service.flows.collections.collection import Collection
from geo_service.flows.collections.kept import Kept
from geo_service.geometry.reference_systems import ReferenceSystem, reference_systems
from geo_service.store.keys import Key
from geo_service.web.answers import JSON, NOT_KEPT, json_answer, page_answer
from geo_service.web.auth import key_of, viewer_of
from geo_service.web.ogc.addresses import Addresses
from geo_service.web.ogc.formats import Told, format_of, read_format
from geo_service.web.pages import write_page
from geo_service.web.parameters import LONGEST_NAME
from geo_service.web.problems import BadParameters, Fault
from geo_service.web.service import Service, service_of

VARIES = {**NOT_KEPT, "Vary": "Accept, Authorization, Cookie"}


@dataclass(frozen=True, slots=True)
class Asking:
    """Who asks, from where, and in which format the answer goes out."""

    request: Request
    service: Service
    viewer: Viewer
    addresses: Addresses
    told: Told
    key: Key | None = None
    """The one that is shown."""

    @staticmethod
    def of(request: Request) -> "Asking":
        """Look at a request, but not yet at its parameters.

        Raises
        ------
        NoKey
            If it shows a key that is not valid.
        """
        service = service_of(request)
        key = key_of(service, request, cookie=True)
        told = format_of(request)
        return Asking(request, service, viewer_of(key), Addresses.of(request), told, key)

    def find(self, name: str) -> Collection:
        """Return the collection of a name.

        Raises
        ------
        NotFound
            If there is none.
        NoKey
            If it is for analysts, and no key is shown.
        NotAllowed
            If it is for analysts, and the key is of another role.
        """
        with refusing_by_key(self.key, Role.ANALYST):
            return find_collection(name, self.viewer)

    async def collection(self, name: str) -> Kept:
        """Return a collection as it stands now.

        Raises
        ------
        NotFound, NotAllowed, NotReady
            As ``flows/collections/kept.py`` says.
        """
        kept = self.service.collections.current_if_read(name, self.viewer)
        if kept is None:
            kept = await run_in_threadpool(self.service.collections.current, name, self.viewer)
        return kept

    def answer(self, template: str, document: dict[str, Any], **more: object) -> Response:
        """Answer with a document in the format that is asked for."""
        if self.told is Told.JSON:
            return json_answer(document, media_type=JSON, headers=VARIES)
        return self.page(template, document=document, **more)

    def page(self, template: str, **content: object) -> Response:
        """Answer with a page for people."""
        page = write_page(
            f"ogc/{template}", addresses=self.addresses, viewer=self.viewer, **content
        )
        answer = page_answer(page)
        answer.headers.update(VARIES)
        return answer


def read_only_format(pairs: Iterable[tuple[str, str]]) -> None:
    """Read the parameters of a document that takes none but ``f``.

    Raises
    ------
    BadParameters
        Naming each that is unknown or wrong.
    """
    faults: dict[str, str] = {}
    given = set[str]()
    for name, text in pairs:
        if name != "f":
            faults[name[:LONGEST_NAME]] = "There is no such parameter. Known: f."
        elif name in given:
            faults[name] = "It is given more than once."
        else:
            given.add(name)
            try:
                read_format(text)
            except ValueError as wrong:
                faults[name] = str(wrong)
    if faults:
        raise BadParameters([Fault(name, detail) for name, detail in faults.items()])


def systems_of(around: Box | None) -> tuple[ReferenceSystem, ...]:
    """Return the reference systems that features of a city can be asked for in.

    Parameters
    ----------
    around : tuple of float or None
        West, south, east, north of the city, WGS-84; None: it is not known where it is.
    """
    if around is None:
        return reference_systems(None, None)
    west, south, east, north = around
    middle = (west + ((east - west) % 360) / 2 + 180) % 360 - 180
    return reference_systems(middle, (south + north) / 2)
