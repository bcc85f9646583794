"""The planner's map of a large city in a browser: when it is usable, and what its longest task is.

Run it with ``scripts/bench planner_map``; writes ``planner_map.md`` beside this file.
"""

import os
import shutil
import statistics
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from figures import keep_table, tell
from http_load import resident_mb
from large_city import DAYS, FACILITIES, ISSUES, TRIPS_A_DAY, build_large_city
from own_process import free_port, served
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from geo_service.domain.role import Role
from geo_service.flows.manage_keys import add_key
from geo_service.flows.wiring import open_workspace
from geo_service.settings import Settings

RUNS = 5
SIZE = {"width": 1440, "height": 900}
READY = "[data-map=ready]"
SHOWN, OTHERS = "passes", ("streets", "rate", "blind_spots")
"""Of layers that cover the ground: what the page opens with, and others."""
LONG_MS = 200
PAUSE_MS = 500
ZOOMS = (12.5, 14, 15.5, 17, 18.5, 17, 15.5, 14, 12.5, 11)
"""From the whole city down to a few streets, and up again."""
PICTURES = Path(__file__).parents[1] / "browser" / "screenshots"
WATCH = """
window.longTasks = [];
new PerformanceObserver((list) => {
    for (const task of list.getEntries()) longTasks.push(task.duration);
}).observe({ type: "longtask", buffered: true });
new MutationObserver(() => {
    if (document.documentElement.dataset.map === "ready") window.usableAt ||= performance.now();
}).observe(document, { attributes: true, subtree: true });
"""
LOADED = """() => {
    const [page] = performance.getEntriesByType("navigation");
    const asked = performance.getEntriesByType("resource");
    const data = asked.filter(({ name }) => name.includes("/parts/"));
    const [paint] = performance.getEntriesByName("first-contentful-paint");
    return {
        page: page.decodedBodySize / 1e6,
        data: data.reduce((sum, one) => sum + one.decodedBodySize, 0) / 1e6,
        painted: paint.startTime / 1e3,
        usable: usableAt / 1e3,
        longest: Math.max(0, ...longTasks),
    };
}"""
FIGURES = {
    "page": "size of the page",
    "data": "what it asks for before it is usable",
    "painted": "first paint",
    "usable": "usable",
    "longest": "longest task until then",
}


def main() -> None:
    """Build the city, serve it, and look at it."""
    with TemporaryDirectory() as kept:
        # A city that is built already saves a minute or two while one works on the page.
        folder = Path(os.environ.get("LARGE_CITY", kept))
        if not (folder / "geo_service.sqlite").exists():
            build_large_city(folder).close()
        settings = Settings(workspace=folder, rider_key_file=folder / "rider.key")
        with open_workspace(settings) as workspace:
            _, key = add_key(workspace, Role.ANALYST, None, datetime.now(UTC))
        port = free_port()
        environ = {
            "GEO_SERVICE_WORKSPACE": str(folder),
            "GEO_SERVICE_RIDER_KEY_FILE": str(settings.rider_key_file),
            "GEO_SERVICE_UPKEEP_S": "0",
        }
        command = [sys.executable, "-m", "geo_service", "serve", "--port", str(port)]
        with served(command, port, environ) as process, sync_playwright() as playwright:
            browser = playwright.chromium.launch(
                executable_path=shutil.which("chromium"), args=["--no-sandbox"]
            )
            _look(browser, f"http://127.0.0.1:{port}", key)
            tell("memory of the server after that", resident_mb(process), "MB")
            browser.close()
    keep_table(
        "planner_map",
        f"The planner's map of Porto: {FACILITIES:,} facilities, {ISSUES:,} issues, "
        f"{DAYS * TRIPS_A_DAY:,} trips; two cores, Chromium at 1440 x 900",
    )


def _look(browser: Browser, address: str, key: str) -> None:
    context = browser.new_context(viewport=SIZE)
    context.add_init_script(WATCH)
    start = time.perf_counter()
    _open(context, f"{address}/planner?key={key}").close()
    tell("first look after a start, the server draws", time.perf_counter() - start, "s")
    seen = []
    for _ in range(RUNS):
        page = _open(context, f"{address}/planner")
        seen.append(page.evaluate(LOADED))
        page.close()
    for name, unit in (("page", "MB"), ("data", "MB"), ("painted", "s"), ("usable", "s"),
                       ("longest", "ms")):  # fmt: skip
        figure = f"{FIGURES[name]}, median of {RUNS}"
        tell(figure, statistics.median(one[name] for one in seen), unit)
    page = _open(context, f"{address}/planner")
    page.evaluate(
        "window.start = { centre: map_page.getCenter(), zoom: map_page.getZoom() }; undefined"
    )
    PICTURES.mkdir(exist_ok=True)
    shown = SHOWN
    for layer in (SHOWN, *OTHERS):
        if layer != shown:
            _tick(page, shown)
            _tick(page, layer)
            shown = layer
        tasks = _move_about(page)
        with_layer = f"panning and zooming, with {layer}"
        tell(f"longest task while {with_layer}", max(tasks, default=0), "ms")
        tell(
            f"tasks of more than {LONG_MS} ms while {with_layer}",
            sum(task > LONG_MS for task in tasks),
            "",
        )
        page.screenshot(path=f"{PICTURES}/planner-map-{layer}.png")
    context.close()


def _open(context: BrowserContext, address: str) -> Page:
    page = context.new_page()
    page.goto(address, timeout=600_000)
    page.wait_for_selector(READY, state="attached", timeout=600_000)
    return page


def _tick(page: Page, layer: str) -> None:
    """Switch a layer on or off, and wait until it has been drawn."""
    page.locator(f"[data-layer={layer}]").click()
    page.wait_for_load_state("networkidle")
    page.wait_for_timeout(PAUSE_MS)


def _move_about(page: Page) -> list[float]:
    """Pan and zoom as a hand does, and return the long tasks of that, in milliseconds."""
    page.evaluate("() => { map_page.setView(start.centre, start.zoom, {animate: false}); }")
    page.wait_for_timeout(PAUSE_MS)
    page.evaluate("longTasks.length = 0")
    middle = SIZE["width"] * 0.6, SIZE["height"] * 0.5
    page.mouse.move(*middle)
    for zoom in ZOOMS:
        turn = -160 * (zoom - page.evaluate("map_page.getZoom()"))
        page.mouse.wheel(0, turn)
        page.wait_for_timeout(PAUSE_MS)
        for east, south in ((-260, -90), (240, 160)):
            page.mouse.move(*middle)
            page.mouse.down()
            page.mouse.move(middle[0] + east, middle[1] + south, steps=12)
            page.mouse.up()
            page.wait_for_timeout(PAUSE_MS)
    return [float(task) for task in page.evaluate("longTasks")]


if __name__ == "__main__":
    main()
