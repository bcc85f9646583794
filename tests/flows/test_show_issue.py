"""What of a case's file who may see."""

from dataclasses import replace
from datetime import datetime

import pytest

from geo_service.domain.area import Body, Level
from geo_service.domain.case import Case
from geo_service.domain.case_file import Reader
from geo_service.domain.category import Category
from geo_service.domain.issue import Issue
from geo_service.domain.lifecycle import Stage
from geo_service.domain.role import Role
from geo_service.errors import NotFound
from geo_service.flows.show_issue import show_issue, show_reported
from geo_service.flows.track_report import token_of
from geo_service.flows.wiring import Workspace
from geo_service.store import areas, cases, categories, issues
from geo_service.store.keys import Key

HIDDEN, SHOWN, WAS_HIDDEN = "hidden", "shown", "was-hidden"


@pytest.fixture
def town(empty: Workspace, now: datetime) -> Workspace:
    """Keep a public issue that went into a hidden one, and one of each that went into it."""
    issue = Issue(SHOWN, "water", 112.14, 32.04, now)
    shown = Case(issue, Stage.MERGED, "u", now, body_id="b", merged_into=HIDDEN, reporter="r")
    hidden = replace(issue, approved=False)
    known = [
        shown,
        replace(shown, issue=replace(hidden, issue_id=HIDDEN), reporter="other"),
        replace(shown, issue=replace(hidden, issue_id=WAS_HIDDEN), merged_into=SHOWN),
        replace(shown, issue=replace(issue, issue_id="was-shown"), merged_into=SHOWN),
        replace(shown, issue=replace(hidden, issue_id="foreign"), merged_into=SHOWN, reporter="x"),
        replace(shown, issue=replace(issue, issue_id="nowhere"), merged_into="gone", body_id="x"),
    ]
    with empty.database.writing() as connection:
        areas.write(connection, [], [Body("b", "街道", Level.STREET_COMMITTEE)])
        categories.write(connection, [Category("water", "积水"), Category("pothole", "坑")])
        issues.write(connection, [case.issue for case in known])
        cases.add(connection, known)
    return empty


def key_of(role: Role, now: datetime, rider: str = "") -> Key:
    return Key("k", role, "", now, None, None, rider=rider)


def test_everybody_learns_only_of_issues_that_everybody_may_see(
    town: Workspace, now: datetime
) -> None:
    file, reader = show_issue(town, None, SHOWN)
    assert reader is Reader.PUBLIC
    assert (file.case.merged_into, file.merged_from) == ("", ("was-shown",))
    assert (file.category, file.body) == (
        Category("water", "积水"),
        Body("b", "街道", Level.STREET_COMMITTEE),
    )
    own, reader = show_issue(town, key_of(Role.RIDER, now, "r"), SHOWN)
    assert reader is Reader.REPORTER
    assert (own.case.merged_into, own.merged_from) == ("", (WAS_HIDDEN, "was-shown"))
    full, reader = show_issue(town, key_of(Role.STAFF, now), SHOWN)
    assert reader is Reader.STAFF
    assert (full.case.merged_into, full.merged_from) == (
        HIDDEN,
        ("foreign", WAS_HIDDEN, "was-shown"),
    )


def test_an_issue_whose_successor_is_gone_names_none(town: Workspace, now: datetime) -> None:
    file, _ = show_issue(town, key_of(Role.ADMIN, now), "nowhere")
    assert (file.case.stage, file.case.merged_into, file.body) == (Stage.MERGED, "", None)


@pytest.mark.parametrize("issue_id", [HIDDEN, "nothing"])
def test_what_nobody_may_know_of_is_not_there(
    town: Workspace, now: datetime, issue_id: str
) -> None:
    for key in (None, key_of(Role.RIDER, now, "r"), key_of(Role.ANALYST, now)):
        with pytest.raises(NotFound, match="no issue"):
            show_issue(town, key, issue_id)


def test_a_token_opens_its_own_report_and_tells_of_no_hidden_one(town: Workspace) -> None:
    own = show_reported(town, token_of(town, "foreign"))
    assert own.case.issue.issue_id == "foreign"
    assert not own.case.issue.approved
    shown = show_reported(town, token_of(town, SHOWN))
    assert (shown.case.merged_into, shown.merged_from) == ("", ("was-shown",))
    for wrong in ("foreign", "foreign.", token_of(town, "none"), token_of(town, SHOWN)[:-1]):
        with pytest.raises(NotFound):
            show_reported(town, wrong)
