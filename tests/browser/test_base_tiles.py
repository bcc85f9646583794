"""An outside base map: each place lies under its own mark, and own streets stand in for it.

A server on this machine draws tiles with discs at known places, where their provider's datum has
them; in screenshots the discs are found again and compared with where the map puts the places.
"""

import http.server
import io
import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image
from playwright.sync_api import Browser, BrowserContext, Page, expect
from scipy import ndimage

from geo_service.domain.opening import Calendar
from geo_service.flows.load_facilities import load_facilities
from geo_service.flows.load_streets import load_streets
from geo_service.flows.loading import LoadOptions
from geo_service.flows.start_workspace import start_workspace
from geo_service.geometry.datum import Datum, convert
from geo_service.maps.assets import Assets
from geo_service.maps.base_tiles import base_tiles
from geo_service.maps.content import MapContent
from geo_service.maps.page import draw, render
from geo_service.settings import Basemap, Settings

pytestmark = pytest.mark.browser

SIDE = 256
APART = 89
"""Pixels between discs of a zoom; no part of a tile's side, so that they lie all over tiles."""
RADIUS = 5.0
EQUATOR_M = 40_075_016.7
BOX = (72.004, 0.8293, 137.8347, 55.8271)
NOON = datetime(2026, 11, 18, 4, 31, tzinfo=UTC)
PHONE = {"width": 390, "height": 844}
GONE = "The outside base map can't be loaded"
LOADED = """() => {
  const all = (name) => [...document.querySelectorAll(`.gm-base-tiles .leaflet-tile${name}`)];
  const whole = (tile) => getComputedStyle(tile).opacity === "1";
  const levels = all("-container").filter((level) => level.children.length);
  return levels.length === 1 && all("").length === all("-loaded").length && all("").every(whole);
}"""
OWN_STREETS = "canvas.leaflet-tile-loaded:not(.gm-base-tiles *)"
Floats = NDArray[np.float64]


# --- tiles ----------------------------------------------------------------------------------------


def to_pixels(lon: Floats, lat: Floats, zoom: int) -> tuple[Floats, Floats]:
    world = SIDE * 2**zoom
    north = np.arcsinh(np.tan(np.radians(lat)))
    return (lon / 360 + 0.5) * world, (0.5 - north / (2 * np.pi)) * world


def to_degrees(x: Floats, y: Floats, zoom: int) -> tuple[Floats, Floats]:
    world = SIDE * 2**zoom
    lat = np.degrees(np.arctan(np.sinh(np.pi * (1 - 2 * y / world))))
    return (x / world - 0.5) * 360, lat


def metres_a_pixel(lat: float, zoom: float) -> float:
    return float(EQUATOR_M * np.cos(np.radians(lat)) / (SIDE * 2**zoom))


def places_between(
    left: float, top: float, right: float, bottom: float, zoom: int
) -> tuple[Floats, Floats]:
    """Return longitude and latitude, WGS-84, of the discs in a part of a zoom's world."""
    across = np.arange(np.ceil(left / APART), right / APART) * APART
    down = np.arange(np.ceil(top / APART), bottom / APART) * APART
    x, y = (grid.ravel() for grid in np.meshgrid(across, down))
    return to_degrees(x, y, zoom)


@cache
def draw_tile(datum: Datum, x: int, y: int, zoom: int) -> bytes:
    """Draw the discs that lie in a tile once they are brought to its datum."""
    left, top = x * SIDE, y * SIDE
    around = 2000 / metres_a_pixel(0.0, zoom) * 2 + 2 * RADIUS
    places = places_between(
        left - around, top - around, left + SIDE + around, top + SIDE + around, zoom
    )
    at_x, at_y = to_pixels(*convert(*places, source=Datum.WGS84, target=datum), zoom)
    at = np.column_stack((at_x - left, at_y - top))
    cover = np.zeros((SIDE, SIDE))
    # Most of what is brought from around lies outside.
    for px, py in at[(np.abs(at - SIDE / 2) < SIDE / 2 + RADIUS + 2).all(axis=1)]:
        rows, columns = (
            np.arange(max(0, int(at - RADIUS) - 1), min(SIDE, int(at + RADIUS) + 2))
            for at in (py, px)
        )
        away = np.hypot(columns[None, :] + 0.5 - px, rows[:, None] + 0.5 - py)
        cover[np.ix_(rows, columns)] += np.clip(RADIUS + 0.5 - away, 0, 1)
    # A frame, so that whoever looks sees where the provider's tiles meet.
    ground = np.full((SIDE, SIDE, 3), 236.0)
    ground[0], ground[:, 0] = 222.0, 222.0
    colours = ground + cover[:, :, None] * (np.array([255.0, 0.0, 0.0]) - ground)
    held = io.BytesIO()
    Image.fromarray(np.rint(colours).astype(np.uint8), "RGB").save(held, "PNG")
    return held.getvalue()


@dataclass
class Tiles:
    """The server of tiles, which can fail, or say nothing."""

    origin: str = ""
    broken: bool = False
    answering: threading.Event = field(default_factory=threading.Event)
    asked: list[tuple[str, str | None]] = field(default_factory=list)

    def address(self, datum: Datum) -> str:
        return f"{self.origin}/{datum}/{{z}}/{{x}}/{{y}}.png"


@pytest.fixture(scope="module")
def tile_server() -> Iterator[Tiles]:
    tiles = Tiles()

    class Door(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            tiles.asked.append((self.path, self.headers["Referer"]))
            tiles.answering.wait(60)
            if tiles.broken:
                self.send_error(503)
                return
            datum, zoom, x, y = self.path.removesuffix(".png").strip("/").split("/")
            body = draw_tile(Datum(datum), int(x), int(y), int(zoom))
            self.send_response(200)
            self.send_header("Content-Type", "image/png")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Door) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        tiles.origin = f"http://127.0.0.1:{server.server_address[1]}"
        yield tiles
        tiles.answering.set()
        server.shutdown()
        thread.join()


@pytest.fixture
def tiles(tile_server: Tiles) -> Tiles:
    tile_server.broken = False
    tile_server.answering.set()
    tile_server.asked.clear()
    return tile_server


def page_over(content: MapContent, tiles: Tiles, basemap: Basemap = Basemap.AMAP) -> str:
    datum = Datum.GCJ02 if basemap is Basemap.AMAP else Datum.WGS84
    settings = Settings(basemap=basemap, basemap_url=tiles.address(datum))
    return render(draw(content, ("facilities",), assets=Assets(), tiles=base_tiles(settings)))


# --- where places lie -----------------------------------------------------------------------------

BARE = """#gm-panel, .leaflet-control-container, .leaflet-marker-pane, .leaflet-shadow-pane,
.leaflet-overlay-pane { display: none !important } .gm-base-tiles { filter: none !important }"""


def look_at(page: Page, lon: float, lat: float, zoom: float) -> None:
    page.evaluate(f"geoMap.map.setView([{lat}, {lon}], {zoom}, {{ animate: false }})")
    page.wait_for_function(LOADED, timeout=30_000)


def discs_seen(page: Page) -> Floats:
    """Return x and y of the middles of the discs in the window, shape (n, 2)."""
    shot = np.asarray(Image.open(io.BytesIO(page.screenshot())).convert("RGB"), dtype=np.float64)
    redness = np.clip((shot[:, :, 0] - shot[:, :, 2]) / 255 - 0.05, 0, 1)
    labels, count = ndimage.label(redness > 0, structure=np.ones((3, 3)))
    rows = np.arange(1, count + 1)
    middles = np.array(ndimage.center_of_mass(redness, labels, rows)).reshape(-1, 2)
    sharp = page.evaluate("window.devicePixelRatio")
    return np.asarray((middles[:, ::-1] + 0.5) / sharp)


def places_shown(page: Page, zoom: int) -> tuple[Floats, Floats]:
    """Return the places whose discs are whole in the window, and x and y where the map has them."""
    bounds = page.evaluate(
        "() => { const view = geoMap.map.getBounds();"
        "return [view.getWest(), view.getNorth(), view.getEast(), view.getSouth()]; }"
    )
    corners = to_pixels(np.array(bounds[::2]), np.array(bounds[1::2]), zoom)
    lon, lat = places_between(corners[0][0], corners[1][0], corners[0][1], corners[1][1], zoom)
    at = page.evaluate(
        """(places) => places.map(([lon, lat]) => {
            const { map } = geoMap;
            const at = map.project([lat, lon]).subtract(map.getPixelOrigin());
            const { x, y } = map.layerPointToContainerPoint(at);
            return [x, y];
        })""",
        np.column_stack((lon, lat)).tolist(),
    )
    at = np.array(at, dtype=np.float64)
    size = page.viewport_size
    assert size is not None
    room = 3 * RADIUS
    whole = ((at > room) & (at < np.array([size["width"], size["height"]]) - room)).all(axis=1)
    return np.column_stack((lon, lat))[whole], at[whole]


def farthest_px(discs: Floats, at: Floats) -> Floats:
    """Return how far each place is from the nearest disc."""
    return np.hypot(*(discs[None, :, :] - at[:, None, :]).transpose(2, 0, 1)).min(axis=1)


PLACES = [
    pytest.param(112.14, 32.04, 1, id="Xiangyang"),
    pytest.param(112.14, 32.04, 2, id="Xiangyang on a sharp screen"),
    pytest.param(105.0, 35.0, 1, id="where the series has its cusp"),
    pytest.param(87.6, 43.8, 1, id="Urumqi"),
    pytest.param(109.5, 18.25, 1, id="Sanya"),
]


@pytest.mark.parametrize(("lon", "lat", "sharp"), PLACES)
def test_places_lie_on_their_discs_in_every_zoom_and_after_panning(
    chromium: Browser, handled: MapContent, tiles: Tiles, tmp_path: Path,
    lon: float, lat: float, sharp: int,
) -> None:  # fmt: skip
    path = tmp_path / "page.html"
    path.write_text(page_over(handled, tiles), encoding="utf-8")
    zooms = (12, 15, 17, 19) if sharp == 1 else (17,)
    size = {"width": 700, "height": 500}
    with chromium.new_context(viewport=size, device_scale_factor=sharp) as context:
        page = context.new_page()
        page.goto(path.as_uri())
        page.add_style_tag(content=BARE)
        for zoom in zooms:
            look_at(page, lon, lat, zoom)
            for pan in ((0, 0), (431, 377)):
                page.evaluate(f"geoMap.map.panBy({list(pan)}, {{ animate: false }})")
                page.wait_for_function(LOADED, timeout=30_000)
                # There are no tiles of zoom 19: those of 18 are drawn larger.
                _, at = places_shown(page, min(zoom, 18))
                discs = discs_seen(page)
                away = farthest_px(discs, at)
                assert len(at) >= 6
                assert away.max() < 0.3, (zoom, pan)
                if zoom >= 15:
                    assert away.max() * metres_a_pixel(lat, zoom) < 1.0, (zoom, pan)
                # Nothing is drawn twice.
                assert len(discs) <= (size["width"] / APART + 1) * (size["height"] / APART + 1)


@pytest.mark.parametrize("basemap", [Basemap.OSM, Basemap.TIANDITU])
def test_tiles_in_our_own_datum_are_not_moved(
    open_page: Callable, handled: MapContent, tiles: Tiles, basemap: Basemap
) -> None:
    page = open_page(page_over(handled, tiles, basemap)).page
    page.add_style_tag(content=BARE)
    for zoom in (12, 17):
        look_at(page, 112.14, 32.04, zoom)
        _, at = places_shown(page, zoom)
        assert farthest_px(discs_seen(page), at).max() < 0.6


@pytest.mark.parametrize(
    ("lon", "lat"),
    [(BOX[0], 39.47), (BOX[2], 45.3), (110.0, BOX[1]), (110.0, BOX[3]), (BOX[0], BOX[1])],
)
@pytest.mark.parametrize("zoom", [9, 13, 16])
def test_shift_ends_at_chinas_edge_and_nowhere_else(
    open_page: Callable, handled: MapContent, tiles: Tiles, lon: float, lat: float, zoom: int
) -> None:
    page = open_page(page_over(handled, tiles), width=700, height=500).page
    page.add_style_tag(content=BARE)
    look_at(page, lon, lat, zoom)
    places, at = places_shown(page, zoom)
    edges = page.evaluate(
        """([west, south, east, north]) => [[south, west], [north, east]].map((corner) => {
            const { x, y } = geoMap.map.latLngToContainerPoint(corner);
            return [x, y];
        })""",
        BOX,
    )
    off_edge = np.abs(at[:, None, :] - np.array(edges)[None]).min(axis=(1, 2)) > RADIUS + 2
    inside = (places > BOX[:2]).all(axis=1) & (places < BOX[2:]).all(axis=1)
    assert (off_edge & inside).any()
    assert (off_edge & ~inside).any()
    assert farthest_px(discs_seen(page), at)[off_edge].max() < 0.4


def test_browsers_formula_is_that_of_the_house(
    open_page: Callable, handled: MapContent, tiles: Tiles
) -> None:
    page = open_page(page_over(handled, tiles)).page
    random = np.random.default_rng(5)
    lon = np.concatenate([random.uniform(BOX[0], BOX[2], 4000), [105.0, BOX[0], BOX[2]]])
    lat = np.concatenate([random.uniform(BOX[1], BOX[3], 4000), [35.0, BOX[1], BOX[3]]])
    places = np.column_stack((lon, lat))
    got = page.evaluate("(all) => all.map((one) => gcjTiles.displaced(...one))", places.tolist())
    want = np.column_stack(convert(lon, lat, source=Datum.WGS84, target=Datum.GCJ02))
    assert np.abs(np.array(got) - want).max() * 111_320 < 0.01
    around = np.column_stack((random.uniform(60, 150, 4000), random.uniform(-10, 65, 4000)))
    there = page.evaluate("(all) => all.map((one) => gcjTiles.inside(...one))", around.tolist())
    moved = np.column_stack(convert(*around.T, source=Datum.WGS84, target=Datum.GCJ02)) != around
    assert (moved.any(axis=1) == np.array(there)).all()


PIECES = """(all) => JSON.stringify(all.map((coords) => gcjTiles.pieces(coords).map((piece) => {
  const back = gcjTiles.placing(piece).inverse();
  const steps = [0, 0.25, 0.5, 0.75, 1];
  return steps.flatMap((i) => steps.map((j) => {
    const ours = { x: piece.x0 + i * piece.width, y: piece.y0 + j * piece.height };
    const theirs = back.transformPoint(ours);
    return [ours, theirs].flatMap((at) => [256 * coords.x + at.x, 256 * coords.y + at.y]);
  }));
})))"""
"""As text, since a hundred thousand numbers handed over one by one take most of the test's time."""


def test_pieces_are_right_to_a_metre_or_a_sixth_of_a_pixel(
    open_page: Callable, handled: MapContent, tiles: Tiles
) -> None:
    page = open_page(page_over(handled, tiles)).page
    random = np.random.default_rng(6)
    for zoom in range(3, 19):
        x, y = to_pixels(random.uniform(72, 138, 25), random.uniform(1, 56, 25), zoom)
        coords = np.unique(np.column_stack((x, y)) // SIDE, axis=0).astype(int)
        asked = [{"x": int(x), "y": int(y), "z": zoom} for x, y in coords]
        found = json.loads(page.evaluate(PIECES, asked))
        points = np.array([point for tile in found for piece in tile for point in piece])
        lon, lat = to_degrees(points[:, 0], points[:, 1], zoom)
        # Pieces end at whole pixels, and so half a pixel from the edge.
        edges = to_pixels(np.array(BOX[::2]), np.array(BOX[1::2]), zoom)
        near = [abs(points[:, row % 2] - edge) < 1 for row in (0, 1) for edge in edges[row]]
        clear = ~np.any(near, axis=0)
        lon, lat, points = lon[clear], lat[clear], points[clear]
        exact = to_pixels(*convert(lon, lat, source=Datum.WGS84, target=Datum.GCJ02), zoom)
        wrong = np.hypot(points[:, 2] - exact[0], points[:, 3] - exact[1])
        metres = wrong * EQUATOR_M * np.cos(np.radians(lat)) / (SIDE * 2**zoom)
        assert len(points) > 100
        assert wrong.max() < 1 / 6, zoom
        assert zoom < 12 or metres.max() < 1.0, zoom


# --- what stands in for it ------------------------------------------------------------------------


def test_base_map_is_credited_and_own_streets_are_not_drawn(
    open_page: Callable, handled: MapContent, tiles: Tiles, violations_of: Callable
) -> None:
    opened = open_page(page_over(handled, tiles))
    page = opened.page
    page.wait_for_function(LOADED)
    credit = page.locator(".leaflet-control-attribution")
    expect(credit).to_have_text("© 高德地图 AutoNavi")
    expect(credit.locator("a")).to_have_attribute("rel", "noreferrer")
    expect(page.locator(OWN_STREETS)).to_have_count(0)
    expect(page.locator(".gm-gone")).to_be_hidden()
    # Streets are found by name all the same.
    assert page.evaluate("geoMap.streetNames.length") > 0
    assert opened.complaints == []
    assert violations_of(page) == []


def test_own_streets_stand_in_for_tiles_that_fail(
    open_page: Callable, handled: MapContent, tiles: Tiles, violations_of: Callable
) -> None:
    for basemap in (Basemap.AMAP, Basemap.OSM):
        tiles.broken = True
        page = open_page(page_over(handled, tiles, basemap)).page
        expect(page.locator(".gm-gone")).to_contain_text(GONE)
        expect(page.locator(".leaflet-control-attribution")).to_contain_text("this workspace")
        expect(page.locator(".leaflet-control-attribution")).not_to_contain_text("©")
        expect(page.locator(OWN_STREETS).first).to_be_attached()
        expect(page.locator(".gm-base-tiles")).to_have_count(0)
        assert violations_of(page) == []
        # With the network the base map comes back.
        tiles.broken = False
        page.evaluate("window.dispatchEvent(new Event('online'))")
        page.wait_for_function(LOADED)
        expect(page.locator(OWN_STREETS)).to_have_count(0)
        expect(page.locator(".gm-gone")).to_be_hidden()
        expect(page.locator(".leaflet-control-attribution")).to_contain_text("©")


def test_own_streets_stand_in_when_tiles_fail_later(
    open_page: Callable, handled: MapContent, tiles: Tiles
) -> None:
    page = open_page(page_over(handled, tiles)).page
    page.wait_for_function(LOADED)
    tiles.broken = True
    page.evaluate("geoMap.map.panBy([900, 0], { animate: false })")
    expect(page.locator(".gm-gone")).to_contain_text(GONE)
    expect(page.locator(OWN_STREETS).first).to_be_attached()


def test_host_that_says_nothing_is_not_waited_for_long(
    chromium: Browser, handled: MapContent, tiles: Tiles, tmp_path: Path
) -> None:
    tiles.answering.clear()
    path = tmp_path / "page.html"
    path.write_text(page_over(handled, tiles), encoding="utf-8")
    with chromium.new_context() as context:
        page = context.new_page()
        page.clock.install(time=NOON)
        # Time stands still but for what is said here.
        page.clock.pause_at(NOON + timedelta(seconds=1))
        page.goto(path.as_uri(), wait_until="commit")
        page.wait_for_function("() => typeof geoMap === 'object' && geoMap.map")
        page.clock.run_for(9_000)
        expect(page.locator(".gm-gone")).to_be_hidden()
        page.clock.run_for(2_000)
        expect(page.locator(".gm-gone")).to_contain_text(GONE)
        # Whoever goes on looking around gets it back once it is there.
        tiles.answering.set()
        pan = "geoMap.map.panBy([9, 0], { animate: false })"
        page.clock.run_for(28_000)
        page.evaluate(pan)
        # Had it been asked again, it would have answered before this.
        later = tiles.address(Datum.GCJ02).format(z=18, x=212_680, y=106_297)
        page.evaluate(
            "src => new Promise((onload) => Object.assign(new Image(), { onload, src }))", later
        )
        expect(page.locator(OWN_STREETS).first).to_be_attached()
        expect(page.locator(".gm-base-tiles")).to_have_count(0)
        page.clock.run_for(2_000)
        page.evaluate(pan)
        page.clock.resume()
        expect(page.locator(".gm-base-tiles .leaflet-tile-loaded").first).to_be_attached()
        expect(page.locator(OWN_STREETS)).to_have_count(0)
        expect(page.locator(".gm-gone")).to_be_hidden()


# --- as it is served ------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def city(
    tile_server: Tiles, demo_data: Path, tmp_path_factory: pytest.TempPathFactory, serve: Callable
) -> Iterator[str]:
    """Serve the demo's streets and facilities over tiles in GCJ-02."""
    settings = Settings(
        workspace=tmp_path_factory.mktemp("tiles") / "workspace",
        basemap=Basemap.AMAP,
        basemap_url=tile_server.address(Datum.GCJ02),
    )
    with start_workspace(settings, Calendar()) as workspace:
        load_streets(workspace, [demo_data / "streets.geojson"])
        load_facilities(workspace, [demo_data / "facilities.geojson"], LoadOptions(), NOON)
    with serve(settings, NOON) as address:
        httpx.get(f"{address}/health/live", timeout=300).raise_for_status()
        yield address


@pytest.fixture
def phone(chromium: Browser) -> Iterator[BrowserContext]:
    context = chromium.new_context(viewport=PHONE, locale="zh-CN", has_touch=True)
    yield context
    context.close()


def open_rider_map(context: BrowserContext, city: str) -> tuple[Page, list[str]]:
    page = context.new_page()
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda said: complaints.append(said.text))
    page.goto(f"{city}/?lat=32.0385&lon=112.1435&open_at=now")
    page.locator(".card .on-map").first.tap()
    expect(page.locator(".map-place")).to_be_visible()
    return page, complaints


def test_planners_map_shows_tiles_and_tells_their_server_its_site_and_no_more(
    open_page: Callable, city: str, tiles: Tiles
) -> None:
    opened = open_page(address=f"{city}/planner?day=1")
    opened.page.wait_for_function(LOADED)
    assert opened.complaints == []
    assert {urlsplit(url).netloc for url in opened.asked if "data:" not in url} == {
        urlsplit(city).netloc, urlsplit(tiles.origin).netloc,
    }  # fmt: skip
    assert tiles.asked
    assert {referer for _, referer in tiles.asked} == {f"{city}/"}


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_riders_map_shows_tiles(
    phone: BrowserContext, city: str, tiles: Tiles, violations_of: Callable, scheme: str
) -> None:
    page, complaints = open_rider_map(phone, city)
    page.emulate_media(color_scheme=scheme)
    page.wait_for_function(LOADED)
    expect(page.locator("#map .leaflet-control-attribution")).to_have_text("© 高德地图 AutoNavi")
    expect(page.locator(OWN_STREETS)).to_have_count(0)
    assert {referer for _, referer in tiles.asked} == {f"{city}/"}
    assert violations_of(page) == []
    assert complaints == []


def test_rider_without_the_outside_host_has_a_map(
    phone: BrowserContext, city: str, tiles: Tiles, violations_of: Callable
) -> None:
    tiles.broken = True
    page, _ = open_rider_map(phone, city)
    expect(page.locator(".gm-gone")).to_contain_text(GONE)
    expect(page.locator(OWN_STREETS).first).to_be_attached()
    assert violations_of(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


@pytest.mark.parametrize("path", ["/", "/planner"])
def test_no_other_host_may_send_a_picture(phone: BrowserContext, city: str, path: str) -> None:
    page = phone.new_page()
    page.goto(city + path)
    refused = page.evaluate(
        """() => new Promise((done) => {
            document.addEventListener("securitypolicyviolation", (told) => done(told.blockedURI));
            new Image().src = "http://127.0.0.1:9/1/1/1.png";
        })"""
    )
    assert refused == "http://127.0.0.1:9/1/1/1.png"
