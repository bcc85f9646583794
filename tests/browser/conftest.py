"""Pages opened in headless Chromium, with everything they ask for and say written down."""

import shutil
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import numpy as np
import pytest
import uvicorn
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Dialog, Page, sync_playwright

from geo_service.domain.facility import Facility
from geo_service.domain.issue import Issue
from geo_service.domain.lifecycle import Stage, is_over
from geo_service.domain.opening import Opening
from geo_service.domain.usable import Usable
from geo_service.flows.build_demo import build_demo
from geo_service.flows.wiring import open_workspace
from geo_service.maps.assets import Assets
from geo_service.maps.content import CaseOnMap, FacilityOnMap, MapContent
from geo_service.maps.page import draw, render
from geo_service.settings import Settings
from geo_service.streets.network import Network
from geo_service.streets.profile import Profile
from geo_service.web.app import make_served_app

NOON = datetime(2026, 11, 18, 4, 0, tzinfo=UTC)
LOOPBACK = {"127.0.0.1", "localhost", "::1"}
FAR_NAME = "far.example"
"""This machine by a name that browsers don't trust over plain http, as they do a loopback one."""
FOUND = f"MAP {FAR_NAME} 127.0.0.1, MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost"
ARGUMENTS = (
    "--no-sandbox",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # Whatever a page, its workers or the browser itself ask for: only this machine is found.
    f"--host-resolver-rules={FOUND}",
)
Open = Callable[..., "Opened"]
Serve = Callable[[Settings, datetime], AbstractContextManager[str]]
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
def serve() -> Serve:
    """Return a function that serves a workspace while a block runs, and gives its address.

    The clock stands at the moment given.
    """

    @contextmanager
    def serving(settings: Settings, now: datetime) -> Iterator[str]:
        with socket.socket() as listening:
            listening.bind(("127.0.0.1", 0))
            listening.listen(64)
            app = make_served_app(open_workspace(settings), clock=lambda: now)
            server = uvicorn.Server(uvicorn.Config(app, log_config=None, access_log=False))
            thread = threading.Thread(target=server.run, args=([listening],))
            thread.start()
            try:
                yield f"http://127.0.0.1:{listening.getsockname()[1]}"
            finally:
                server.should_exit = True
                thread.join()

    return serving


@pytest.fixture(scope="session")
def built_demo(tmp_path_factory: pytest.TempPathFactory) -> tuple[Settings, str]:
    """Build the demo district at noon of a Wednesday, to be copied; give a planner's key too."""
    folder = tmp_path_factory.mktemp("demo")
    settings = Settings(workspace=folder / "workspace", rider_key_file=folder / "rider.key")
    return settings, build_demo(settings, NOON, say=lambda _: None)


@pytest.fixture(scope="module")
def demo_settings(
    built_demo: tuple[Settings, str], tmp_path_factory: pytest.TempPathFactory
) -> Settings:
    """Return the settings of a copy of the demo, which the tests of a file may change."""
    built, _ = built_demo
    folder = tmp_path_factory.mktemp("copy") / "workspace"
    return replace(built, workspace=shutil.copytree(built.workspace, folder))


@pytest.fixture(scope="module")
def demo(
    built_demo: tuple[Settings, str], demo_settings: Settings, serve: Serve
) -> Iterator[tuple[str, str]]:
    """Serve the copy, at noon; return its address and the planner's key."""
    with serve(demo_settings, NOON) as address:
        yield address, built_demo[1]


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


@pytest.fixture(scope="session")
def handled() -> MapContent:
    """Return twelve issues in all stages and ages, three stations, and a street with a name.

    Issue n was reported 11 n days ago; two of them, dispatched and handled, are overdue.
    """
    now = datetime(2026, 10, 1, 4, 0, tzinfo=UTC)
    stages = [*Stage, Stage.HANDLING, Stage.COLLECTED]
    issues = [
        Issue(
            f"i-{n}", ("standing_water", "blocked_lane", "=lost dog")[n % 3],
            112.14 + 0.002 * (n % 4), 32.04 + 0.002 * (n // 4), now - timedelta(days=11 * n),
            closed_at=now if is_over(stage) else None, description=f'+第{n}处 <b>, "quoted" Road',
        )
        for n, stage in enumerate(stages)
    ]  # fmt: skip
    cases = {
        issue.issue_id: CaseOnMap(
            stage, "49SFR076454", "长虹路街道 Changhong", now, n in (2, 3), supporters=n
        )
        for n, (issue, stage) in enumerate(zip(issues, stages, strict=True))
    }
    facilities = [
        FacilityOnMap(
            Facility(
                f"f-{n}", "rest_station", 112.141 + 0.002 * n, 32.041, f"驿站{n}", f"Rest {n}"
            ),
            Opening(open=True, changes_at=None),
            Usable.YES,
        )
        for n in range(3)
    ]
    return MapContent(
        title="示例商圈 Sample district", now=now, issues=issues, cases=cases,
        facilities=facilities, network=_named_street(),
    )  # fmt: skip


def _named_street() -> Network:
    lon, lat = np.array([[112.138, 32.039], [112.15, 32.039]], dtype=np.float64).T
    zero, flag = np.zeros(1, dtype=np.int64), np.ones(1, dtype=np.bool_)
    return Network(
        Profile.EBIKE, lon, lat, zero, zero + 1, flag, flag, zero + 1_132_000, zero + 1,
        np.array([0, 2]), lon, lat, np.array([0, 1_132_000]), zero, zero - 1, zero - 1, zero + 1,
        ("", "长虹路"), ("", "Changhong Road"), zero, ("primary",),
    )  # fmt: skip


@pytest.fixture(scope="session")
def handled_page(handled: MapContent) -> str:
    """Return the page of these."""
    return render(draw(handled, ("facilities", "issues", "issue_density"), assets=Assets()))
