"""The addresses of ``/ogc``, whole, so that a document that was kept still leads on."""

from collections.abc import Iterable
from urllib.parse import quote, urlencode

from starlette.requests import Request

from geo_service.web.answers import JSON

HTML = "text/html"
OPENAPI_30 = "application/vnd.oai.openapi+json;version=3.0"
SCHEMA = "application/schema+json"
QUERYABLES = "http://www.opengis.net/def/rel/ogc/1.0/queryables"


def link(href: str, rel: str, media_type: str, title: str) -> dict[str, str]:
    """Write where a document leads, as OGC API has it. Raises nothing."""
    return {"href": href, "rel": rel, "type": media_type, "title": title}


class Addresses:
    """The addresses at one server, as whoever asks reaches it.

    Parameters
    ----------
    base : str
        Where the app is mounted, without a slash at its end.
    """

    def __init__(self, base: str) -> None:
        self.base = base
        self.landing = f"{base}/ogc"

    @staticmethod
    def of(request: Request) -> "Addresses":
        """Return the addresses at the server that a request names. Raises nothing."""
        return Addresses(str(request.base_url).rstrip("/"))

    def at(self, *parts: str) -> str:
        """Return the address of a document below the landing page, of its parts unquoted."""
        return "/".join((self.landing, *(quote(part, safe="") for part in parts)))

    def collection(self, name: str) -> str:
        """Return the address of a collection."""
        return f"{self.landing}/collections/{quote(name, safe='')}"

    def queryables(self, name: str) -> str:
        """Return the address of what a collection's features can be asked by."""
        return self.at("collections", name, "queryables")

    def items(self, name: str, pairs: Iterable[tuple[str, str]] = ()) -> str:
        """Return the address of a page of a collection's features."""
        return with_query(f"{self.collection(name)}/items", pairs)

    def item(self, name: str, feature_id: str) -> str:
        """Return the address of one feature."""
        return self.at("collections", name, "items", feature_id)


def with_query(address: str, pairs: Iterable[tuple[str, str]]) -> str:
    """Put parameters behind an address, and behind those it has."""
    query = urlencode(list(pairs), safe=",:/")
    if not query:
        return address
    return f"{address}{'&' if '?' in address else '?'}{query}"


def both_formats(
    address: str, title: str, here: str, media_type: str = JSON
) -> list[dict[str, str]]:
    """Link a document with itself and with its other format.

    Parameters
    ----------
    address : str
        Of the document, without ``f``.
    title : str
    here : str
        The format in which the links are read: ``json`` or ``html``.
    media_type : str
        Of its JSON: GeoJSON for features.
    """
    pair = (("json", media_type, "JSON"), ("html", HTML, "HTML"))
    start = f"{address}{'&' if '?' in address else '?'}f="
    return [
        link(
            start + name,
            "self" if name == here else "alternate",
            kind,
            f"{title} as {word}",
        )
        for name, kind, word in pair
    ]
