"""Pages opened in headless Chromium, with everything they ask for and say written down."""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Dialog, Page, sync_playwright

LOOPBACK = {"127.0.0.1", "localhost", "::1"}
ARGUMENTS = (
    "--no-sandbox",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
Open = Callable[..., "Opened"]
ViolationsOf = Callable[[Page], list[str]]


@dataclass
class Opened:
    """A page and what it did."""

    page: Page
    asked: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)
    dialogs: list[str] = field(default_factory=list)

    @property
    def outside(self) -> list[str]:
        """What it asked of hosts other than this machine."""
        return [
            url
            for url in self.asked
            if urlsplit(url).scheme not in ("file", "data", "blob", "about")
            and urlsplit(url).hostname not in LOOPBACK
        ]

    def _answer(self, dialog: Dialog) -> None:
        self.dialogs.append(dialog.message)
        dialog.dismiss()

    def watch(self) -> None:
        """Write down requests, errors and dialogs."""
        self.page.on("request", lambda request: self.asked.append(request.url))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on(
            "console",
            lambda said: self.complaints.append(said.text) if said.type == "error" else None,
        )
        self.page.on("dialog", self._answer)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """Return headless Chromium, or skip, saying so.

    For one file of tests only: its driver keeps an event loop running, beside which tests that run
    one of their own can't.
    """
    path = shutil.which("chromium")
    if path is None:
        pytest.skip("chromium is not installed")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(ARGUMENTS))
        yield browser
        browser.close()


@pytest.fixture
def open_page(chromium: Browser, tmp_path: Path) -> Iterator[Open]:
    """Return a function that opens HTML, or an address, in a window of its own."""
    contexts = []

    def opener(
        html: str | None = None,
        *,
        address: str = "",
        width: int = 1440,
        height: int = 900,
        until: str = "[data-map=ready]",
    ) -> Opened:
        context = chromium.new_context(viewport={"width": width, "height": height})
        contexts.append(context)
        opened = Opened(context.new_page())
        opened.watch()
        if html is not None:
            path = tmp_path / f"page-{len(contexts)}.html"
            path.write_text(html, encoding="utf-8")
            address = path.as_uri()
        opened.page.goto(address)
        if until:
            opened.page.wait_for_selector(until, state="attached", timeout=20_000)
        return opened

    yield opener
    for context in contexts:
        context.close()


@pytest.fixture(scope="session")
def violations_of() -> ViolationsOf:
    """Return a function that lists what a page, as it stands, does against accessibility.

    Each entry is a rule of axe-core and the first places that break it; an empty list is wanted.
    """
    axe = Axe()

    def list_violations(page: Page) -> list[str]:
        found = axe.run(page).response
        # A page on which no rule applied was not looked at.
        assert found["passes"]
        return [
            f"{rule['id']}: {rule['help']}: {[node['html'][:200] for node in rule['nodes'][:3]]}"
            for rule in found["violations"]
        ]

    return list_violations
