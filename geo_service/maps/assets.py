"""Where a page's scripts and styles come from: the page itself, or our own server.

Leaflet and its companions are read from the wheel ``folium-offline``, which carries the text of
every script and style that folium knows by an outside address. Nothing is ever fetched.
"""

import hashlib
import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import folium
from branca.element import Element
from folium.plugins import MarkerCluster

from geo_service.errors import NotFound
from geo_service.maps.elements import Verbatim

_MEDIA_TYPES = {"js": "text/javascript; charset=utf-8", "css": "text/css; charset=utf-8"}
_LAYERS = (
    "mark_table.js",
    "mark_heaps.js",
    "marks.js",
    "cells.js",
    "catchments.js",
    "ridden_streets.js",
    "blind_spots.js",
    "hours.js",
)
_COMPANIONS = (
    "tools.css",
    "hours.css",
    "filters.js",
    "permalink.js",
    "search.js",
    "measure.js",
    "download.js",
    "print.js",
)
GROUND_SCRIPTS = (
    "page.js",
    "packed_lines.js",
    "street_tiles.js",
    "gcj_tiles.js",
    "base_tiles.js",
)
"""What opens a map and draws its ground, the city's own streets or tiles; they need Leaflet."""
_OURS = ("page.css", *GROUND_SCRIPTS, *_LAYERS, *_COMPANIONS)
_FROM_WHEEL = {
    # Leaflet guesses where its pins lie from a style sheet that is called leaflet.css.
    "map-base.css": dict(folium.Map.default_css)["leaflet_css"],
    "leaflet.js": dict(folium.Map.default_js)["leaflet"],
    "cluster.css": dict(MarkerCluster.default_css)["markerclustercss"],
    "cluster.js": dict(MarkerCluster.default_js)["markerclusterjs"],
}
_FOR_STOCK = {
    **{f"stock-{name}.css": url for name, url in folium.Map.default_css if name != "leaflet_css"},
    **{f"stock-{name}.js": url for name, url in folium.Map.default_js if name != "leaflet"},
}
_LEAFLET = ("map-base.css", "leaflet.js")
NAMES = (*_LEAFLET, "cluster.css", "cluster.js", *_OURS)
"""What every page needs, in the order in which it is needed."""
STOCK_NAMES = tuple(_FOR_STOCK)
"""What folium's own pop-ups and icons need besides."""


@dataclass(frozen=True, slots=True)
class Asset:
    """One script or style sheet."""

    name: str
    media_type: str
    text: str
    version: str
    """Changes with the text, so that a browser may keep a version forever."""


@dataclass(frozen=True, slots=True)
class Assets:
    """How a page comes by its scripts and styles."""

    embedded: bool = True
    """In the page, which is then one self-contained file; else by name from our own server."""
    prefix: str = "/assets/"
    """Where our server has them."""
    stock: bool = False
    """Also what folium's own pop-ups and icons need, for those who add some to the map."""

    def elements(self) -> list[tuple[str, Element]]:
        """Return name and element of all that goes into the page's head, in order."""
        stock = STOCK_NAMES if self.stock else ()
        names = (*_LEAFLET, *stock, *(name for name in NAMES if name not in _LEAFLET))
        return [(name, Verbatim(self._tag(read_asset(name)))) for name in names]

    def _tag(self, asset: Asset) -> str:
        is_style = asset.name.endswith(".css")
        if self.embedded:
            return f"<style>{asset.text}</style>" if is_style else f"<script>{asset.text}</script>"
        address = f"{self.prefix}{asset.name}?v={asset.version}"
        if is_style:
            return f'<link rel="stylesheet" href="{address}">'
        return f'<script src="{address}"></script>'


@cache
def read_asset(name: str) -> Asset:
    """Read a script or style sheet.

    Parameters
    ----------
    name : str
        One of ``NAMES`` or ``STOCK_NAMES``.

    Raises
    ------
    NotFound
        If there is none of that name.
    """
    if name in _OURS:
        text = (files("geo_service.maps") / "static" / name).read_text("utf-8")
    elif name in _FROM_WHEEL:
        text = _text_from_wheel(name, _FROM_WHEEL[name])
    elif name in _FOR_STOCK:
        text = _text_from_wheel(name, _FOR_STOCK[name])
    else:
        raise NotFound(f"There is no asset {name!r}.", where="assets")
    media_type = _MEDIA_TYPES[name.rpartition(".")[2]]
    return Asset(name, media_type, text, hashlib.sha256(text.encode()).hexdigest()[:12])


def _text_from_wheel(name: str, url: str) -> str:
    # The wheel's module holds 3.5 MB of text, so it is read only when a page is drawn.
    from offlinefolium.elements import _res as texts  # noqa: PLC0415

    text = re.sub(r"(?m)^\s*(//|/\*)#\s*sourceMappingURL=.*$", "", str(texts[url]))
    # Nothing inside a script or style may end it.
    text = re.sub(r"</(?=script|style)", r"<\\/", text, flags=re.IGNORECASE)
    return without_outside_addresses(text) if name.endswith(".css") else text


def without_outside_addresses(style: str) -> str:
    """Take out of a style sheet what would make a browser ask for a font, picture or sheet.

    What the sheet holds itself (``data:`` addresses) stays.
    """
    style = re.sub(r"@import[^;]*;", "", style)
    return re.sub(r"url\(\s*([\"']?)(?!data:|#|[\"'])[^)]*\)", "url(data:,)", style)
