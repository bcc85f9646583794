import json
import re
from dataclasses import replace
from datetime import datetime, timedelta
from threading import Event, Semaphore, Thread

import pytest

from geo_service.domain.facility import State
from geo_service.domain.visibility import Viewer
from geo_service.errors import NotFound, WrongUsage
from geo_service.flows.wiring import Workspace, open_workspace
from geo_service.maps import elements
from geo_service.settings import Settings
from geo_service.store import facilities as stored_facilities
from geo_service.store import issues as stored_issues
from geo_service.web import drawn_pages
from geo_service.web.commons import Commons
from geo_service.web.drawn_pages import LATE, STALE, Drawn, DrawnPages
from geo_service.web.kept_parts import KEPT


def test_page_is_kept_for_its_minute(
    own_settings: Settings, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    # However long a busy machine takes: a page that is slow to draw is kept a while longer.
    monkeypatch.setattr(drawn_pages, "PATIENCE_S", 600.0)
    with open_workspace(own_settings) as workspace:
        pages = DrawnPages(workspace, Commons())
        first = pages.page(Viewer.PUBLIC, None, now)
        assert pages.page(Viewer.PUBLIC, None, now + timedelta(seconds=59)) is first
        assert pages.page(Viewer.PUBLIC, None, now + timedelta(seconds=60)) is not first
        assert pages.page(Viewer.PUBLIC, ["issues"], now) != first


def test_page_is_drawn_anew_when_the_workspace_has_changed(
    own_settings: Settings, now: datetime
) -> None:
    with open_workspace(own_settings) as workspace:
        pages = DrawnPages(workspace, Commons())
        first = pages.page(Viewer.PUBLIC, None, now)
        with workspace.database.writing() as connection:
            stored_issues.write(connection, [], replace=True)
        assert pages.page(Viewer.PUBLIC, None, now) != first


def test_public_never_gets_another_layer(settings: Settings, now: datetime) -> None:
    with open_workspace(settings) as workspace:
        pages = DrawnPages(workspace, Commons())
        for layer in ("passes", "exposure", "rate", "streets"):
            with pytest.raises(WrongUsage):
                pages.page(Viewer.PUBLIC, [layer], now)


def drawing_of(page: str) -> tuple[str, str]:
    """Return the drawing and the name of the first part that a page asks for."""
    found = re.search(r"/maps/parts/(\w+)/([\w-]+)", page)
    assert found is not None
    return found[1], found[2]


def test_parts_are_for_those_who_may_see_the_page(
    settings: Settings, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(elements, "_APART_FROM", 10)
    with open_workspace(settings) as workspace:
        pages = DrawnPages(workspace, Commons())
        of_all = drawing_of(pages.page(Viewer.PUBLIC, None, now))
        of_planners = drawing_of(pages.page(Viewer.ANALYST, None, now))
        assert json.loads(pages.part(Viewer.PUBLIC, *of_all))
        assert json.loads(pages.part(Viewer.ANALYST, *of_all))
        assert json.loads(pages.part(Viewer.ANALYST, *of_planners))
        with pytest.raises(NotFound):
            pages.part(Viewer.PUBLIC, *of_planners)
        with pytest.raises(NotFound):
            pages.part(Viewer.PUBLIC, of_all[0], "nothing")


def test_parts_of_the_last_drawings_are_kept(
    settings: Settings, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(elements, "_APART_FROM", 10)
    with open_workspace(settings) as workspace:
        pages = DrawnPages(workspace, Commons())
        first = drawing_of(pages.page(Viewer.PUBLIC, None, now))
        for minute in range(1, KEPT):
            pages.page(Viewer.PUBLIC, None, now + timedelta(minutes=minute))
        assert pages.part(Viewer.PUBLIC, *first)
        pages.page(Viewer.PUBLIC, None, now + timedelta(minutes=KEPT))
        with pytest.raises(NotFound, match="no longer kept"):
            pages.part(Viewer.PUBLIC, *first)


def test_who_would_wait_long_gets_the_last_map_while_a_newer_is_drawn(
    settings: Settings, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(drawn_pages, "PATIENCE_S", 0.0)
    drawn = Event()
    with open_workspace(settings) as workspace:
        pages = DrawnPages(workspace, Commons())
        draw = pages._draw

        def draw_and_tell(*asked: object) -> Drawn:
            try:
                return draw(*asked)  # type: ignore[arg-type] # passed on as they are
            finally:
                drawn.set()

        first = pages.page(Viewer.PUBLIC, None, now)
        monkeypatch.setattr(pages, "_draw", draw_and_tell)
        later = now + timedelta(minutes=1)
        assert pages.page(Viewer.PUBLIC, None, later) is first
        assert drawn.wait(timeout=30)
        shelf = pages._shelves[Viewer.PUBLIC, None]
        with shelf.drawing:
            assert pages.page(Viewer.PUBLIC, None, later) is not first


def test_a_map_that_is_too_old_is_waited_for(
    settings: Settings, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(drawn_pages, "PATIENCE_S", 0.0)
    with open_workspace(settings) as workspace:
        pages = DrawnPages(workspace, Commons())
        first = pages.page(Viewer.PUBLIC, None, now)
        assert pages.page(Viewer.PUBLIC, None, now + STALE) is not first


def test_everybody_waits_for_what_has_changed_however_long_it_takes(
    own_settings: Settings, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(drawn_pages, "PATIENCE_S", 0.0)
    with open_workspace(own_settings) as workspace:
        pages = DrawnPages(workspace, Commons())
        first = pages.page(Viewer.PUBLIC, None, now)
        with workspace.database.writing() as connection:
            stored_issues.write(connection, [], replace=True)
        assert pages.page(Viewer.PUBLIC, None, now) is not first


def report_state(workspace: Workspace, now: datetime) -> None:
    with workspace.database.writing() as connection:
        first = stored_facilities.read_all(connection)[0].facility_id
        assert stored_facilities.write_state(connection, first, State(now, free=1))


def test_states_alone_have_a_map_drawn_once_in_a_while(
    own_settings: Settings, now: datetime
) -> None:
    now = now.replace(second=0, microsecond=0)
    with open_workspace(own_settings) as workspace:
        pages = DrawnPages(workspace, Commons())
        first = pages.page(Viewer.PUBLIC, None, now)
        report_state(workspace, now)
        assert pages.page(Viewer.PUBLIC, None, now + LATE / 2) is first
        second = pages.page(Viewer.PUBLIC, None, now + LATE)
        assert second is not first
        assert pages.page(Viewer.PUBLIC, None, now + LATE * 2) is second


@pytest.mark.parametrize("shown", [True, False])
def test_an_issue_that_was_shown_is_taken_back_at_once(
    own_settings: Settings, now: datetime, *, shown: bool
) -> None:
    now = now.replace(second=0, microsecond=0)
    with open_workspace(own_settings) as workspace:
        with workspace.database.writing() as connection:
            issue = replace(stored_issues.read_all(connection)[0], approved=shown)
            stored_issues.write(connection, [issue])
        pages = DrawnPages(workspace, Commons())
        first = pages.page(Viewer.PUBLIC, None, now)
        with workspace.database.writing() as connection:
            stored_issues.write(connection, [replace(issue, approved=False)])
        again = pages.page(Viewer.PUBLIC, None, now + timedelta(seconds=1))
        assert (again is first) == (not shown)


def test_all_who_wait_take_the_map_that_was_begun_meanwhile(
    own_settings: Settings, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawings: list[Drawn] = []
    asked = Semaphore(0)

    def never_late(*_: object) -> bool:
        asked.release()
        return False

    monkeypatch.setattr(drawn_pages, "_may_be_late", never_late)
    with open_workspace(own_settings) as workspace:
        pages = DrawnPages(workspace, Commons())
        draw = pages._draw

        def draw_and_count(*asked: object) -> Drawn:
            drawings.append(draw(*asked))  # type: ignore[arg-type] # passed on as they are
            return drawings[-1]

        monkeypatch.setattr(pages, "_draw", draw_and_count)
        pages.page(Viewer.PUBLIC, None, now)
        got: list[str] = []
        waiting: list[Thread] = []
        with pages._shelves[Viewer.PUBLIC, None].drawing:
            for number in range(5):
                report_state(workspace, now + timedelta(seconds=number))
                one = Thread(target=lambda: got.append(pages.page(Viewer.PUBLIC, None, now)))
                one.start()
                waiting.append(one)
                assert asked.acquire(timeout=30)
        for one in waiting:
            one.join(30)
        assert len(set(got)) == 1
        assert len(drawings) == 2
