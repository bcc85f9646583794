"""Somebody at a phone or a desk, who goes from page to page and is looked at where they stop."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any, Literal

import pytest
from PIL import Image, ImageDraw
from playwright.sync_api import Browser, Locator, Page, Route, expect

# Pictures of every stop, to be looked at; git leaves them out.
SCREENSHOTS = Path(__file__).resolve().parents[1] / "screenshots"
NOON = datetime(2026, 11, 18, 4, 0, tzinfo=UTC)
# The server's clock stands at noon; a phone's goes on, and must not be ahead of it.
PHONE_TIME = datetime(2026, 11, 18, 3, 55, tzinfo=UTC)
PATIENCE_MS = 20_000
# A phone in the street speaks Chinese here, a desk English: each story is told in both.
DEVICES: dict[str, dict[str, Any]] = {
    "phone": {
        "viewport": {"width": 390, "height": 844},
        "is_mobile": True,
        "has_touch": True,
        "locale": "zh-CN",
    },
    "desktop": {"viewport": {"width": 1440, "height": 900}, "locale": "en-GB"},
}
Scheme = Literal["light", "dark"]
Visit = Callable[..., "Visitor"]


@dataclass
class Visitor:
    """Somebody with a browser; their taps are counted, their stops looked at."""

    who: str
    device: str
    page: Page
    address: str
    violations_of: Callable[[Page], list[str]]
    now: datetime = NOON
    taps: int = 0
    stops: int = 0
    outside: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    @property
    def on_phone(self) -> bool:
        return self.device == "phone"

    def open(self, path: str) -> None:
        """Type an address, or follow a link that somebody sent."""
        self.page.goto(self.address + path)

    def press(self, wanted: Locator | str) -> None:
        """Tap, or click at a desk."""
        found = self.page.locator(wanted) if isinstance(wanted, str) else wanted
        self.taps += 1
        if self.on_phone:
            found.tap()
        else:
            found.click()

    def stop(
        self, name: str, *, schemes: Sequence[Scheme] = ("light",), whole: bool = False
    ) -> None:
        """Look at the page as it stands: nobody is shut out, nothing hangs over, a picture."""
        self.stops += 1
        for scheme in schemes:
            self.page.emulate_media(color_scheme=scheme)
            assert self.violations_of(self.page) == [], (name, scheme)
            dark = "-dark" if scheme == "dark" else ""
            self.page.screenshot(
                path=SCREENSHOTS / f"{self.who}-{self.device}-{self.stops}-{name}{dark}.png",
                full_page=whole,
            )
        self.page.emulate_media(color_scheme="light")
        width = DEVICES[self.device]["viewport"]["width"]
        assert self.page.evaluate("document.documentElement.scrollWidth") <= width, name

    def watch(self) -> None:
        """Refuse all that is not our own server's, and write down what goes wrong."""

        def only_ours(route: Route) -> None:
            if route.request.url.startswith(f"{self.address}/"):
                route.continue_()
            else:
                self.outside.append(route.request.url)
                route.abort()

        self.page.context.route(re.compile(r"^(?!data:|blob:)"), only_ours)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on(
            "console",
            lambda said: (
                self.complaints.append(said.text) if said.type in {"error", "warning"} else None
            ),
        )


@pytest.fixture(params=[*DEVICES])
def visit(
    request: pytest.FixtureRequest,
    chromium: Browser,
    demo: tuple[str, str],
    violations_of: Callable[[Page], list[str]],
) -> Iterator[Visit]:
    """Return a function that sits somebody down, on a phone and then at a desk.

    At the end nothing may have been asked of other hosts, and nothing may have gone wrong.
    """
    device, visitors = request.param, []

    def sit_down(who: str, **options: object) -> Visitor:
        SCREENSHOTS.mkdir(exist_ok=True)
        for old in SCREENSHOTS.glob(f"{who}-{device}-*.png"):
            old.unlink()
        context = chromium.new_context(**{**DEVICES[device], **options})
        context.set_default_timeout(PATIENCE_MS)
        visitor = Visitor(who, device, context.new_page(), demo[0], violations_of)
        visitor.page.clock.install(time=PHONE_TIME)
        visitor.watch()
        visitors.append(visitor)
        return visitor

    expect.set_options(timeout=PATIENCE_MS)
    yield sit_down
    expect.set_options(timeout=None)
    for visitor in visitors:
        visitor.page.context.close()
        assert visitor.outside == []
        assert visitor.complaints == []


@pytest.fixture(scope="session")
def street_photo() -> bytes:
    """Return a photo of a flooded street, drawn."""
    drawn = Image.new("RGB", (1600, 1200), "#9fb0bb")
    pen = ImageDraw.Draw(drawn)
    pen.polygon([(500, 520), (1100, 520), (1600, 1200), (0, 1200)], fill="#5b656b")
    for top in range(560, 1200, 160):
        pen.rectangle((785, top, 815, top + 80), fill="#e8e6df")
    pen.ellipse((420, 800, 1240, 1060), fill="#7fb2d6", outline="#6799bd", width=12)
    held = BytesIO()
    drawn.save(held, "JPEG")
    return held.getvalue()
