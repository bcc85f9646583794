from datetime import datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from geo_service.domain.issue import Issue
from geo_service.errors import NotFound
from geo_service.flows.track_report import issue_of_token, opens, token_of
from geo_service.flows.wiring import Workspace
from geo_service.store import issues


@pytest.fixture
def kept(empty: Workspace, now: datetime) -> Workspace:
    with empty.database.writing() as connection:
        issues.write(connection, [Issue(name, "x", 112, 32, now) for name in ("r-1", "a.b/c 站")])
    return empty


@pytest.mark.parametrize("issue_id", ["r-1", "a.b/c 站"])
def test_a_token_leads_to_its_issue_each_time(kept: Workspace, issue_id: str) -> None:
    token = token_of(kept, issue_id)
    assert token == token_of(kept, issue_id)
    assert len(token) == len(issue_id) + 1 + 26
    assert issue_of_token(kept, token) == issue_id
    assert opens(kept, token, issue_id)


def test_a_token_opens_no_other_issue(kept: Workspace) -> None:
    assert not opens(kept, token_of(kept, "r-1"), "a.b/c 站")
    _, _, digits = token_of(kept, "a.b/c 站").rpartition(".")
    with pytest.raises(NotFound):
        issue_of_token(kept, f"r-1.{digits}")


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(st.characters(codec=None)) | st.text().map(lambda text: f"r-1.{text}"))
def test_nothing_else_is_a_token(kept: Workspace, text: str) -> None:
    with pytest.raises(NotFound, match="no such token"):
        issue_of_token(kept, text)


def test_a_token_of_an_issue_that_is_gone_is_none(kept: Workspace) -> None:
    with pytest.raises(NotFound):
        issue_of_token(kept, token_of(kept, "r-2"))


def test_each_city_has_tokens_of_its_own(kept: Workspace) -> None:
    before = token_of(kept, "r-1")
    kept.settings.rider_key_file.unlink()
    assert token_of(kept, "r-1") != before
