"""An outside base map: where its tiles are asked for, whose they are, in which datum drawn.

OpenStreetMap's are drawn in WGS-84, Tianditu's in CGCS2000, which is the same to some centimetres,
Amap's in GCJ-02; those are moved in the browser, tile by tile (``static/gcj_tiles.js``).
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from geo_service.geometry.datum import Datum
from geo_service.maps.escape import as_entities
from geo_service.settings import Basemap, Settings


@dataclass(frozen=True, slots=True)
class BaseTiles:
    """A base map in tiles of 256 pixels, numbered as all web maps do."""

    addresses: tuple[str, ...]
    """Of its layers from the ground up, with ``{z}``, ``{x}``, ``{y}``, and maybe ``{s}``."""
    subdomains: str
    """What ``{s}`` may be, a character each; tiles are asked of all in turn."""
    credit: str
    """Whose it is, as HTML."""
    most_zoom: int
    """There are no tiles beyond this; these are drawn larger then."""
    datum: Datum = Datum.WGS84

    @property
    def hosts(self) -> tuple[str, ...]:
        """Every scheme and host that tiles are asked of, as a page's policy names them."""
        addresses = (
            address.replace("{s}", letter)
            for address in self.addresses
            for letter in self.subdomains
        )
        parts = map(urlsplit, addresses)
        return tuple(dict.fromkeys(f"{part.scheme}://{part.netloc}" for part in parts))

    def as_values(self) -> dict[str, object]:
        """Return what the maps' script lays the tiles by."""
        return {
            "addresses": list(self.addresses),
            "subdomains": self.subdomains,
            "credit": self.credit,
            "most_zoom": self.most_zoom,
            "gcj02": self.datum is Datum.GCJ02,
        }


def base_tiles(settings: Settings) -> BaseTiles | None:
    """Return the base map of the settings; None: the workspace's own streets.

    Parameters
    ----------
    settings : Settings
        As they were read, so that nothing is missing.
    """
    chosen = _PROVIDERS.get(settings.basemap)
    if chosen is None:
        return None
    if settings.basemap_url:
        return replace(chosen, addresses=(settings.basemap_url,))
    keyed = (address.replace("{key}", settings.tianditu_key) for address in chosen.addresses)
    return replace(chosen, addresses=tuple(keyed))


def _credit(text: str, address: str, after: str = "") -> str:
    link = f'<a href="{address}" rel="noreferrer">{as_entities(text)}</a>'
    return f"© {link}{as_entities(after)}"


def _tianditu(layer: str) -> str:
    return (
        f"https://t{{s}}.tianditu.gov.cn/{layer}_w/wmts?SERVICE=WMTS&REQUEST=GetTile&VERSION=1.0.0"
        f"&LAYER={layer}&STYLE=default&TILEMATRIXSET=w&FORMAT=tiles"
        "&TILEMATRIX={z}&TILEROW={y}&TILECOL={x}&tk={key}"
    )


_AMAP = "https://webrd0{s}.is.autonavi.com/appmaptile"
_PROVIDERS: Mapping[Basemap, BaseTiles] = {
    Basemap.OSM: BaseTiles(
        ("https://tile.openstreetmap.org/{z}/{x}/{y}.png",),
        "abc",
        _credit("OpenStreetMap", "https://www.openstreetmap.org/copyright", " contributors"),
        19,
    ),
    Basemap.AMAP: BaseTiles(
        (_AMAP + "?lang=zh_cn&size=1&scale=1&style=8&x={x}&y={y}&z={z}",),
        "1234",
        _credit("高德地图 AutoNavi", "https://www.amap.com/"),
        18,
        Datum.GCJ02,
    ),
    Basemap.TIANDITU: BaseTiles(
        (_tianditu("vec"), _tianditu("cva")),
        "01234567",
        _credit("国家地理信息公共服务平台 天地图", "https://www.tianditu.gov.cn/"),
        18,
    ),
}
