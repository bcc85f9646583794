"""Pages of features and single ones as GeoJSON, with the links of OGC API."""

import json
from collections.abc import Sequence
from datetime import datetime

from geo_service.export.features import iso
from geo_service.features.cursor import write_cursor
from geo_service.features.selection import Page
from geo_service.flows.collections.collection import Collection
from geo_service.web.answers import GEOJSON, JSON
from geo_service.web.ogc.addresses import HTML, Addresses, both_formats, link

Pairs = Sequence[tuple[str, str]]


def page_links(
    addresses: Addresses, collection: Collection, pairs: Pairs, page: Page, here: str
) -> list[dict[str, str]]:
    """Link a page with itself, its other format, the next page and its collection.

    Parameters
    ----------
    addresses : Addresses
    collection : Collection
    pairs : sequence of (name, text)
        The parameters it was asked with.
    page : Page
    here : str
        The format in which the links are read.
    """
    asked = [pair for pair in pairs if pair[0] != "f"]
    links = both_formats(addresses.items(collection.name, asked), collection.title, here, GEOJSON)
    if page.end is not None:
        on = [pair for pair in pairs if pair[0] != "cursor"]
        following = addresses.items(collection.name, [*on, ("cursor", write_cursor(page.end))])
        kind = HTML if here == "html" else GEOJSON
        links.append(link(following, "next", kind, "The next page"))
    links.append(link(addresses.collection(collection.name), "collection", JSON, collection.title))
    return links


def page_bytes(
    links: Sequence[dict[str, str]], page: Page, features: Sequence[bytes], now: datetime
) -> bytes:
    """Put features together as a FeatureCollection.

    Parameters
    ----------
    links : sequence of dict
    page : Page
    features : sequence of bytes
        Those of the page, written.
    now : datetime
        With a zone.
    """
    head = json.dumps(
        {
            "type": "FeatureCollection",
            "links": list(links),
            "timeStamp": iso(now),
            "numberMatched": page.matched,
            "numberReturned": len(page.rows),
        },
        ensure_ascii=False,
        separators=(",", ":"),
    )
    return b'%s,"features":[%s]}' % (head[:-1].encode(), b",".join(features))


def feature_bytes(
    addresses: Addresses, collection: Collection, feature_id: str, feature: bytes, here: str
) -> bytes:
    """Write one feature with its links.

    Parameters
    ----------
    addresses : Addresses
    collection : Collection
        To which it belongs.
    feature_id : str
    feature : bytes
        A GeoJSON Feature.
    here : str
        The format in which the links are read.
    """
    address = addresses.item(collection.name, feature_id)
    links = [
        *both_formats(address, "This feature", here, GEOJSON),
        link(addresses.collection(collection.name), "collection", JSON, collection.title),
    ]
    text = json.dumps(links, ensure_ascii=False, separators=(",", ":"))
    return b'%s,"links":%s}' % (feature[:-1], text.encode())
