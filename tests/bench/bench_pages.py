"""Pages: how soon a rider sees the page and an answer, what each page weighs, Lighthouse's word.

Run it with ``scripts/bench pages``, or ``scripts/bench pages answer`` for one part; the whole
writes ``pages.md`` beside this file. Needs Chromium, and Lighthouse for its part. Page and server
share the machine, so that the network's own time comes on top, and the server takes processor
time from the browser.
"""

import os
import random
import shutil
import statistics
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import lighthouse
from figures import begin_section, keep_table, tell
from own_process import free_port, served
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from geo_service.domain.role import Role
from geo_service.flows.build_demo import build_demo
from geo_service.flows.manage_keys import add_key
from geo_service.flows.wiring import open_workspace
from geo_service.settings import Settings

RUNS = 20
AUDITS = 3
SLOWER = (1, 4)
"""Times the processor is slowed down: as it is, and as a cheap phone's."""
PHONE = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True}
MIDDLE = (32.04, 112.14)
FIRST_PAINT = """
() => new Promise((done) => new PerformanceObserver((list) => {
  const [paint] = list.getEntriesByName("first-contentful-paint");
  if (paint) done(paint.startTime);
}).observe({ type: "paint", buffered: true }))
"""
KEPT = "() => navigator.serviceWorker.ready.then(() => true)"
# From when the finger leaves the glass to the first moment after the answer has been painted.
WATCH = """
() => {
  window.answered = new Promise((done) => {
    let pressed = 0;
    const press = ({ timeStamp }) => (pressed = timeStamp);
    addEventListener("click", press, { capture: true, once: true });
    new MutationObserver((changes, watching) => {
      const added = changes.flatMap(({ addedNodes }) => [...addedNodes]);
      if (!added.some(({ id }) => id === "answer")) return;
      watching.disconnect();
      requestAnimationFrame(() => {
        const { port1, port2 } = new MessageChannel();
        port1.onmessage = () => done(performance.now() - pressed);
        port2.postMessage(null);
      });
    }).observe(document.getElementById("ask"), { childList: true, subtree: true });
  });
}
"""


@dataclass(frozen=True)
class City:
    """The served demo district, the keys to it, and a browser."""

    address: str
    planner_key: str
    staff_key: str
    browser: Browser

    @contextmanager
    def phone(self, *, slower: int = 1, **more: object) -> Iterator[tuple[BrowserContext, Page]]:
        """Open a phone's browser that has never been here."""
        with self.browser.new_context(**{**PHONE, "locale": "zh-CN", **more}) as context:
            page = context.new_page()
            devtools = context.new_cdp_session(page)
            devtools.send("Emulation.setCPUThrottlingRate", {"rate": slower})
            yield context, page


def bench_first_paint(city: City) -> None:
    """Open the rider's page for the first time, and again once the phone keeps it."""
    begin_section("First paint of the rider's page (asked: at most 1,000 ms)")
    for slower in SLOWER:
        cold, warm = [], []
        for _ in range(RUNS):
            with city.phone(slower=slower) as (_context, page):
                page.goto(city.address)
                cold.append(page.evaluate(FIRST_PAINT))
        with city.phone(slower=slower) as (_context, page):
            page.goto(city.address)
            page.evaluate(KEPT)
            for _ in range(RUNS):
                page.goto(city.address)
                warm.append(page.evaluate(FIRST_PAINT))
        _tell_spread("first visit", cold, slower)
        _tell_spread("later visits", warm, slower)


def bench_answer(city: City) -> None:
    """Ask for the nearest from ever another place, with the button and with a kind's chip."""
    begin_section("From the tap to the answer on the screen (asked: at most 300 ms)")
    chance = random.Random(7)  # noqa: S311 - places to stand, no secrets
    for slower in SLOWER:
        found, chosen = [], []
        with city.phone(slower=slower, permissions=["geolocation"]) as (context, page):
            page.goto(city.address)
            chips = page.locator(".tile")
            for run in range(RUNS):
                lat, lon = (at + chance.uniform(-0.004, 0.004) for at in MIDDLE)
                context.set_geolocation({"latitude": lat, "longitude": lon})
                found.append(_answered(page, page.locator("#find").tap))
                chosen.append(_answered(page, chips.nth(run % chips.count()).tap))
        _tell_spread("find nearest, position and all", found, slower)
        _tell_spread("a kind is chosen", chosen, slower)


def _answered(page: Page, tap: Callable[[], None]) -> float:
    page.evaluate(WATCH)
    tap()
    milliseconds = float(page.evaluate("() => window.answered"))
    page.wait_for_selector("#find:not([aria-busy=true])")
    return milliseconds


def _tell_spread(what: str, milliseconds: list[float], slower: int) -> None:
    on = f", processor {slower} times slower" if slower > 1 else ""
    tell(f"{what}{on}, median", statistics.median(milliseconds), "ms", runs=len(milliseconds))
    tell(f"{what}{on}, longest", max(milliseconds), "ms")


def bench_weight(city: City) -> None:
    """Count what each page asks for when nothing of it is kept."""
    begin_section("What is asked for when nothing is kept yet")
    pages = {
        "rider's page": "/",
        "report": "/report",
        "planner's map, public": "/planner",
        "planner's map, with a key": f"/planner?key={city.planner_key}",
        "staff's list": "/desk",
    }
    for name, path in pages.items():
        sizes = _weigh(city, path)
        tell(f"{name}, on the wire", sum(sizes) / 1000, "kB")
        tell(f"{name}, asked for", len(sizes), "requests")


def _weigh(city: City, path: str) -> list[float]:
    """Open a page with nothing kept, and return the bytes of each thing that came."""
    sizes: list[float] = []
    with city.phone(service_workers="block") as (context, page):
        if path == "/desk":
            page.goto(f"{city.address}/key?next=/desk")
            page.locator("#key").fill(city.staff_key)
            page.locator("main .do").click()
            page.wait_for_url(f"{city.address}/desk")
        devtools = context.new_cdp_session(page)
        devtools.on("Network.loadingFinished", lambda end: sizes.append(end["encodedDataLength"]))
        devtools.send("Network.enable")
        devtools.send("Network.setCacheDisabled", {"cacheDisabled": True})
        page.goto(f"{city.address}{path}", wait_until="networkidle")
    return sizes


def bench_lighthouse(city: City) -> None:
    """Let Lighthouse suppose its slow phone on a slow network."""
    missing = lighthouse.what_is_missing()
    if missing:
        sys.stderr.write(f"{missing} is not installed: nothing is said by Lighthouse.\n")
        return
    begin_section("The rider's page on the slow phone and network that Lighthouse supposes")
    audits = [lighthouse.audit(f"{city.address}/", "performance") for _ in range(AUDITS)]
    scores = [audit.scores["performance"] for audit in audits]
    tell(
        "performance, median (asked: at least 95)", statistics.median(scores), "of 100", runs=AUDITS
    )
    paints = [audit.first_paint_ms for audit in audits]
    tell("first paint as supposed, median", statistics.median(paints), "ms", runs=AUDITS)


# A further part is a function of the city here, which begins a section of its own.
PARTS: Mapping[str, Callable[[City], None]] = {
    "paint": bench_first_paint,
    "answer": bench_answer,
    "weight": bench_weight,
    "lighthouse": bench_lighthouse,
}


@contextmanager
def open_city() -> Iterator[City]:
    """Serve the demo district in a process of its own, and start the browser."""
    with TemporaryDirectory() as folder, sync_playwright() as playwright:
        now = datetime.now(UTC)
        settings = Settings(workspace=Path(folder), rider_key_file=Path(folder) / "rider.key")
        planner_key = build_demo(settings, now, say=lambda _: None)
        with open_workspace(settings) as workspace:
            staff_key = add_key(workspace, Role.STAFF, None, now)[1]
        port = free_port()
        environ = {
            "GEO_SERVICE_WORKSPACE": folder,
            "GEO_SERVICE_RIDER_KEY_FILE": str(settings.rider_key_file),
        }
        command = [sys.executable, "-m", "geo_service", "serve", "--port", str(port)]
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox"]
        )
        with served(command, port, environ), browser:
            city = City(f"http://127.0.0.1:{port}", planner_key, staff_key, browser)
            with city.phone() as (_context, page):
                page.goto(city.address)  # the first answer of all is not what is measured
            yield city


def main() -> None:
    """Print the figures."""
    parts = sys.argv[1:] or [*PARTS]
    # Whoever else works on the machine is in every figure below.
    tell("processes that wanted a processor before it began", os.getloadavg()[0], "")
    with open_city() as city:
        for part in parts:
            PARTS[part](city)
    if parts == [*PARTS]:
        keep_table("pages", "Pages in Chromium, 390 x 844, on 2 cores that the server shares")


if __name__ == "__main__":
    main()
