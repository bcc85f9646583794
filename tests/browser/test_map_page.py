"""The map in a browser: layers, cards, legend, phone, and no outside host."""

import http.server
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from urllib.parse import urlsplit

import folium
import numpy as np
import pytest
from playwright.sync_api import Page

from geo_service.domain.facility import Facility
from geo_service.domain.issue import Issue
from geo_service.domain.opening import Opening
from geo_service.domain.release import Release, ReleasedCell
from geo_service.domain.usable import Usable
from geo_service.errors import NotFound
from geo_service.maps.assets import Assets, read_asset
from geo_service.maps.content import FacilityOnMap, HoursOnMap, MapContent
from geo_service.maps.page import LAYERS, PLANNER_LAYERS, draw, render
from geo_service.overlay.blind_spots import BlindSpots
from geo_service.overlay.cells import cell_names, cell_of
from geo_service.overlay.exposure import Exposure
from geo_service.overlay.hotspots import HotSpots
from geo_service.overlay.pass_counts import PassCounts
from geo_service.overlay.slot_exposure import SlotExposure
from geo_service.streets.network import Network
from geo_service.streets.profile import Profile

pytestmark = pytest.mark.browser

NOW = datetime(2026, 10, 1, 4, 0, tzinfo=UTC)
SIDE = 5
STEP = 0.002
SHOWN = tuple(name for name in LAYERS if name != "catchments")
"""The layers of these pages; catchments have a file of their own."""


def district(west: float = 112.14, south: float = 32.04) -> MapContent:
    """Return a chequerboard with a facility and an issue in every block."""
    at = np.arange(SIDE) * STEP
    ends = [
        *(((west, south + y), (west + at[-1], south + y)) for y in at),
        *(((west + x, south), (west + x, south + at[-1])) for x in at),
    ]
    lon, lat = np.array(ends, dtype=np.float64).reshape(-1, 2).T
    lon = (lon + 180) % 360 - 180
    edges = len(ends)
    zero, flags = np.zeros(edges, dtype=np.int64), np.ones(edges, dtype=np.bool_)
    node, long_mm = np.arange(2 * edges), zero + 900_000
    network = Network(
        Profile.EBIKE, lon, lat, node[::2], node[1::2], flags, flags, long_mm, zero + 1,
        np.arange(edges + 1) * 2, lon, lat, np.tile([0, 900_000], edges),
        np.arange(edges), zero - 1, zero - 1, zero + 1, ("", "长虹路"), ("", "Changhong Road"),
        zero, ("primary",),
    )  # fmt: skip
    blocks = [((west + x + 180) % 360 - 180, south + y) for x in at[:-1] for y in at[:-1]]
    kinds = ("rest_station", "parking_point", "charging_cabinet", "water_point")
    facilities = [
        FacilityOnMap(
            Facility(f"f-{n}", kinds[n % 4], x + 0.0004, y + 0.0004, f"站{n}", f"Place {n}"),
            Opening(open=True, changes_at=None),
            tuple(Usable)[n % 3],
        )
        for n, (x, y) in enumerate(blocks)
    ]
    issues = [
        Issue(
            f"i-{n}", "standing_water", x + 0.0014, y + 0.0014, NOW - timedelta(days=3),
            closed_at=NOW - timedelta(days=1) if n % 4 == 0 else None,
        )
        for n, (x, y) in enumerate(blocks)
    ]  # fmt: skip
    count = np.arange(len(issues), dtype=np.int64) // 2
    moment, near = np.full(len(issues), 1_790_000_000_000_000), np.full(len(issues), 3.0)
    block_lon, block_lat = np.array(blocks).T
    cells = cell_names(np.unique(cell_of(block_lon, block_lat, 10)))
    public = cell_names(np.unique(cell_of(block_lon, block_lat, 9)))
    return MapContent(
        title="示例商圈 Sample district",
        now=NOW,
        facilities=facilities,
        issues=issues,
        network=network,
        issue_passes=PassCounts(count, count, moment, moment, near, moment, count),
        cells=figures(cells),
        hours=HoursOnMap(week(cells), NOW - timedelta(days=9), NOW),
        rate_cells=figures(cells),
        rate_hot=hot_spots(len(cells)),
        street_exposure=figures(tuple(f"{edge}/forward" for edge in range(edges))),
        street_edge=np.arange(edges, dtype=np.int64),
        blind=BlindSpots(np.array([0, 7]), np.full(2, 900.0), np.array([1, 0])),
        release=Release(
            "2026-09", NOW, NOW, 9, tuple(ReleasedCell(cell, 20, 10) for cell in public)
        ),
    )


def figures(keys: tuple[str, ...]) -> Exposure:
    row = np.arange(1, len(keys) + 1, dtype=np.int64)
    trips = row * 20
    rate = 1000.0 * (row % 3) / trips
    return Exposure(keys, trips, row, row * 90.0, row % 3, row, rate, rate / 2, rate * 2)


def week(keys: tuple[str, ...]) -> SlotExposure:
    """Say that all trips are ridden on Wednesdays at eight."""
    place = np.repeat(np.array([int(key, 16) for key in keys]), 4)
    slot = np.tile([0, 9, 75, 84], len(keys))
    trips = np.repeat(np.arange(1, len(keys) + 1), 4)
    return SlotExposure(place, slot, trips, trips, trips * 9.0, trips)


def hot_spots(cells: int) -> HotSpots:
    """Say that the first two cells are hot."""
    row = np.arange(cells)
    return HotSpots(row / 3, np.where(row < 2, 0.01, 0.6), row < 2)


@pytest.fixture(scope="module")
def whole_page() -> str:
    """Return a page with every layer, all in one file."""
    return render(draw(district(), SHOWN, assets=Assets()))


def painted(page: Page, pane: str) -> int:
    """Count the pixels that are not clear on a pane's canvases."""
    return page.evaluate(
        """pane => [...document.querySelectorAll(`.leaflet-${pane}-pane canvas`)]
            .map(canvas => canvas.width ? canvas.getContext("2d")
                .getImageData(0, 0, canvas.width, canvas.height).data : [])
            .reduce((sum, data) => sum + data.filter((_, at) => at % 4 === 3 && data[at]).length, 0)
        """,
        pane,
    )


def wait_painted(page: Page, pane: str, *, wanted: bool = True) -> None:
    page.wait_for_function(
        """([pane, wanted]) => wanted ===
            [...document.querySelectorAll(`.leaflet-${pane}-pane canvas`)].some(canvas =>
                canvas.width && canvas.getContext("2d")
                    .getImageData(0, 0, canvas.width, canvas.height)
                    .data.some((value, at) => at % 4 === 3 && value))
        """,
        arg=[pane, wanted],
    )


def wait_picture(page: Page, *, wanted: bool = True) -> None:
    page.wait_for_function(
        """wanted => wanted === [...document.querySelectorAll(".leaflet-heat-pane img")]
            .some(picture => picture.complete && picture.naturalWidth > 0)""",
        arg=wanted,
    )


def tick(page: Page, layer: str, *, on: bool) -> None:
    page.locator(f"[data-layer={layer}]").set_checked(on)


def test_page_shows_streets_marks_heat_and_legend(open_page: Callable, whole_page: str) -> None:
    opened = open_page(whole_page)
    page = opened.page
    for pane in ("tile", "names"):
        wait_painted(page, pane)
        assert painted(page, pane) > 500
    wait_picture(page)
    blocks = (SIDE - 1) ** 2
    assert page.locator("#map_page .gm-mark.gm-square").count() == blocks
    assert page.locator("#map_page .gm-mark.gm-round.gm-hollow").count() == blocks / 4
    assert page.locator("#map_page .gm-mark.gm-round.gm-solid").count() == blocks * 3 / 4
    assert page.locator("h1").inner_text() == "示例商圈 Sample district"
    assert "came within 25 m" in page.locator(".gm-panel").inner_text()
    assert page.locator(".leaflet-control-scale-line").inner_text().endswith("m")
    assert opened.complaints == []
    assert opened.outside == []


def test_marks_have_a_sign_that_is_drawn(open_page: Callable, whole_page: str) -> None:
    page = open_page(whole_page).page
    boxes = page.evaluate(
        "() => [...document.querySelectorAll('#map_page .gm-mark use')].map(u => u.getBBox().width)"
    )
    assert len(boxes) == 2 * (SIDE - 1) ** 2
    assert min(boxes) > 0


@pytest.mark.parametrize(
    ("layer", "pane"),
    [("passes", "heat"), ("exposure", "heat"), ("issue_density", "heat"), ("rate", "ground"),
     ("streets", "ground"), ("blind_spots", "ground"), ("release", "ground"),
     ("hours", "ground")],
)  # fmt: skip
def test_each_layer_can_be_shown_and_hidden(
    open_page: Callable, whole_page: str, layer: str, pane: str
) -> None:
    opened = open_page(whole_page)
    page = opened.page
    wait = wait_picture if pane == "heat" else partial(wait_painted, pane=pane)
    for other in SHOWN:
        tick(page, other, on=False)
    wait(page, wanted=False)
    assert page.locator("#map_page .gm-mark").count() == 0
    tick(page, layer, on=True)
    wait(page)
    assert page.locator(".gm-layer:not(.gm-off) .gm-legend:visible").count() == 1
    tick(page, layer, on=False)
    wait(page, wanted=False)
    assert opened.complaints == []


@pytest.mark.parametrize(
    ("layer", "fact"),
    [
        ("rate", "Expected by its trips"),
        ("streets", "Distance ridden"),
        ("release", "≥ 20"),
        ("hours", "All days"),
    ],
)
def test_cells_and_streets_open_a_card(
    open_page: Callable, whole_page: str, layer: str, fact: str
) -> None:
    page = open_page(whole_page).page
    for other in SHOWN:
        tick(page, other, on=other == layer)
    wait_painted(page, "ground")
    at = page.evaluate(
        f"""async () => {{
            const seen = await geoMap.held.get(feature_group_{layer}).seen(map_page.getBounds());
            const place = L.geoJSON(seen[0].geometry).getBounds().getCenter();
            map_page.setView(place, 17, {{animate: false}});
            const point = map_page.latLngToContainerPoint(place);
            return [point.x, point.y];
        }}"""
    )
    page.mouse.click(*at)
    page.locator(".gm-card").wait_for()
    assert fact in page.locator(".gm-card").inner_text()


def test_hot_spots_have_an_outline_that_is_no_matter_of_colour(
    open_page: Callable, whole_page: str
) -> None:
    page = open_page(whole_page).page
    for other in SHOWN:
        tick(page, other, on=other == "rate")
    wait_painted(page, "ground")
    looks = page.evaluate(
        """() => feature_group_rate.getLayers()
            .map(({ options }) => [options.weight, options.color])"""
    )
    assert looks == [[1, "#ffffff"]] * (len(looks) - 2) + [[3, "#1c1f22"]] * 2
    legend = page.locator(".gm-layer:has([data-layer=rate])").inner_text()
    assert "More issues than its trips explain\n2" in legend
    assert "chance hardly explains it" in legend


def test_card_of_an_issue_tells_its_facts_beside_the_panel(
    open_page: Callable, whole_page: str
) -> None:
    page = open_page(whole_page).page
    page.evaluate("() => map_page.panBy([330, 0], {animate: false})")
    mark = page.locator("#map_page .leaflet-marker-icon:has(.gm-round)").first
    mark.dispatch_event("click")
    card = page.locator(".gm-card")
    card.wait_for()
    assert "积水" in card.inner_text()
    page.wait_for_function(
        """() => document.querySelector('.leaflet-popup').getBoundingClientRect().left
            >= document.getElementById('gm-panel').getBoundingClientRect().right"""
    )


def test_marks_have_names_for_those_who_do_not_see_them(
    open_page: Callable, whole_page: str
) -> None:
    page = open_page(whole_page).page
    titles = page.locator("#map_page .leaflet-marker-icon").evaluate_all(
        "marks => marks.map(mark => mark.title)"
    )
    assert "站3 Place 3" in titles
    assert "积水 Standing water" in titles


def test_far_out_marks_are_gathered(open_page: Callable, whole_page: str) -> None:
    page = open_page(whole_page).page
    page.evaluate("() => map_page.setZoom(11, {animate: false})")
    page.locator(".gm-gathered.gm-round").first.wait_for()
    numbers = page.locator(".gm-gathered b").all_inner_texts()
    assert sum(map(int, numbers)) == 2 * (SIDE - 1) ** 2


def test_on_a_phone_the_panel_lies_folded_at_the_bottom(
    open_page: Callable, whole_page: str
) -> None:
    page = open_page(whole_page, width=390, height=844).page
    panel = page.locator(".gm-panel").bounding_box()
    assert panel is not None
    assert panel["y"] > 844 / 2
    assert not page.locator(".gm-legend").first.is_visible()
    page.locator(".gm-fold").click()
    assert page.locator(".gm-legend").first.is_visible()
    assert page.locator(".gm-fold").get_attribute("aria-expanded") == "true"
    assert page.evaluate("() => document.documentElement.scrollWidth") == 390


def test_streets_on_both_sides_of_the_180th_meridian_join(open_page: Callable) -> None:
    elsewhere, content = district(west=170.0, south=-17), district(west=180 - 2 * STEP, south=-17)
    drawn = []
    for each in (elsewhere, content):
        opened = open_page(render(draw(each, PLANNER_LAYERS, assets=Assets())))
        page = opened.page
        wait_painted(page, "tile")
        drawn.append(painted(page, "tile"))
    assert drawn[1] == pytest.approx(drawn[0], rel=0.1)
    boxes = page.locator("#map_page .leaflet-marker-icon").evaluate_all(
        "marks => marks.map(mark => mark.getBoundingClientRect().x)"
    )
    assert max(boxes) - min(boxes) < 1440
    assert opened.complaints == []


@pytest.mark.parametrize("layers", [("facilities",), ("issues",), ("exposure",), ()])
def test_page_with_little_on_it_works_too(open_page: Callable, layers: tuple[str, ...]) -> None:
    opened = open_page(render(draw(district(), layers, assets=Assets())))
    assert opened.complaints == []


def test_page_with_nothing_to_show_says_so(open_page: Callable) -> None:
    empty = MapContent(title="空 Empty", now=NOW)
    opened = open_page(render(draw(empty, PLANNER_LAYERS, assets=Assets())))
    assert opened.page.get_by_text("no data yet").count() == len(PLANNER_LAYERS)
    assert opened.complaints == []


class _Server(http.server.BaseHTTPRequestHandler):
    """Serves a page and the assets, as the project's server does."""

    page = ""

    def do_GET(self) -> None:
        path = urlsplit(self.path).path
        try:
            asset = None if path == "/" else read_asset(path.removeprefix("/assets/"))
        except NotFound:
            self.send_error(404)
            return
        self.send_response(200)
        kind = asset.media_type if asset else "text/html; charset=utf-8"
        self.send_header("Content-Type", kind)
        self.end_headers()
        self.wfile.write((asset.text if asset else self.page).encode())

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def served() -> Iterator[str]:
    """Serve a page whose assets come from the server; return its address."""
    page = render(draw(district(), PLANNER_LAYERS, assets=Assets(embedded=False)))
    handler = type("Handler", (_Server,), {"page": page})
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        worker = threading.Thread(target=server.serve_forever)
        worker.start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()
        worker.join()


def test_served_page_works_with_assets_of_our_own_server(open_page: Callable, served: str) -> None:
    opened = open_page(address=served)
    wait_picture(opened.page)
    assert opened.page.locator("#map_page .gm-mark").count() > 0
    assert opened.complaints == []
    assert opened.outside == []
    assert {urlsplit(url).path for url in opened.asked if "/assets/" in url} >= {
        "/assets/leaflet.js",
        "/assets/page.js",
        "/assets/page.css",
    }


def test_what_an_analyst_adds_with_folium_works(open_page: Callable) -> None:
    drawn = draw(district(), ("facilities",), assets=Assets(stock=True))
    folium.Marker(
        [32.044, 112.144], popup="seen", icon=folium.Icon(color="red", icon="info-sign")
    ).add_to(drawn)
    folium.Marker([32.045, 112.145]).add_to(drawn)
    opened = open_page(render(drawn))
    opened.page.locator(".awesome-marker").last.dispatch_event("click")
    opened.page.get_by_text("seen").wait_for()
    pin = opened.page.locator("img.leaflet-marker-icon")
    assert pin.evaluate("image => image.naturalWidth") > 0
    assert opened.complaints == []
    assert opened.outside == []
