from urllib.parse import parse_qs, urlsplit

import pytest

from geo_service.geometry.datum import Datum
from geo_service.maps.base_tiles import BaseTiles, base_tiles
from geo_service.settings import Basemap, Settings

KEY = "0a1b2c"


def of(basemap: Basemap, **others: str) -> BaseTiles:
    tiles = base_tiles(Settings(basemap=basemap, **others))
    assert tiles is not None
    return tiles


def test_own_streets_need_no_tiles() -> None:
    assert base_tiles(Settings()) is None


@pytest.mark.parametrize(
    ("basemap", "datum", "hosts", "credit"),
    [
        (
            Basemap.OSM,
            Datum.WGS84,
            ["https://tile.openstreetmap.org"],
            ">OpenStreetMap</a>&#32;contributors",
        ),
        (
            Basemap.AMAP,
            Datum.GCJ02,
            [f"https://webrd0{n}.is.autonavi.com" for n in (1, 2, 3, 4)],
            ">高德地图&#32;AutoNavi</a>",
        ),
        (
            Basemap.TIANDITU,
            Datum.WGS84,
            [f"https://t{n}.tianditu.gov.cn" for n in range(8)],
            ">国家地理信息公共服务平台&#32;天地图</a>",
        ),
    ],
)
def test_provider_is_asked_and_credited_as_it_wants(
    basemap: Basemap, datum: Datum, hosts: list[str], credit: str
) -> None:
    tiles = of(basemap, tianditu_key=KEY)
    assert tiles.datum is datum
    assert tiles.as_values()["gcj02"] is (datum is Datum.GCJ02)
    assert list(tiles.hosts) == hosts
    assert tiles.credit.startswith('© <a href="https://')
    assert credit in tiles.credit
    for address in tiles.addresses:
        assert all(part in address for part in ("{z}", "{x}", "{y}"))
        assert "{key}" not in address


def test_tianditu_is_asked_for_ground_and_then_for_names() -> None:
    asked = [
        parse_qs(urlsplit(address).query)
        for address in of(Basemap.TIANDITU, tianditu_key=KEY).addresses
    ]
    assert [one["LAYER"] for one in asked] == [["vec"], ["cva"]]
    for one in asked:
        assert one["tk"] == [KEY]
        assert (one["TILEMATRIX"], one["TILEROW"], one["TILECOL"]) == (["{z}"], ["{y}"], ["{x}"])


@pytest.mark.parametrize("basemap", [Basemap.OSM, Basemap.AMAP, Basemap.TIANDITU])
def test_own_server_stands_in_the_providers_place_and_keeps_its_datum_and_credit(
    basemap: Basemap,
) -> None:
    address = "http://t{s}.example:8080/{z}/{x}/{y}.png"
    stock = of(basemap, tianditu_key=KEY)
    ours = of(basemap, basemap_url=address)
    assert ours.addresses == (address,)
    assert (ours.datum, ours.credit) == (stock.datum, stock.credit)
    assert ours.hosts == tuple(f"http://t{s}.example:8080" for s in stock.subdomains)
    assert of(basemap, basemap_url="https://a.example/{z}/{x}/{y}").hosts == ("https://a.example",)
