from datetime import datetime, timedelta

import pytest

from geo_service.errors import WrongUsage
from geo_service.flows.wiring import open_workspace
from geo_service.settings import Settings
from geo_service.store import issues as stored_issues
from geo_service.web.drawn_pages import DrawnPages


def test_page_is_kept_for_its_minute(own_settings: Settings, now: datetime) -> None:
    with open_workspace(own_settings) as workspace:
        pages = DrawnPages(workspace)
        first = pages.page(None, now)
        assert pages.page(None, now + timedelta(seconds=59)) is first
        assert pages.page(None, now + timedelta(seconds=60)) is not first
        assert pages.page(["issues"], now) != first


def test_page_is_drawn_anew_when_the_workspace_has_changed(
    own_settings: Settings, now: datetime
) -> None:
    with open_workspace(own_settings) as workspace:
        pages = DrawnPages(workspace)
        first = pages.page(None, now)
        with workspace.database.writing() as connection:
            stored_issues.write(connection, [], replace=True)
        assert pages.page(None, now) != first


def test_public_never_gets_another_layer(settings: Settings, now: datetime) -> None:
    with open_workspace(settings) as workspace:
        pages = DrawnPages(workspace)
        for layer in ("passes", "exposure", "rate", "streets"):
            with pytest.raises(WrongUsage):
                pages.page([layer], now)
