"""Issues as features, and what of them who is told."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from geo_service.domain.case import Case
from geo_service.domain.category import Category
from geo_service.domain.issue import Issue
from geo_service.domain.lifecycle import Stage
from geo_service.domain.visibility import Viewer
from geo_service.features.columns import Features
from geo_service.flows.collections.collection import PUBLIC, TRUSTED, Sight
from geo_service.flows.collections.issues import FIELDS, issue_row, read_issues
from geo_service.flows.wiring import Workspace
from geo_service.store import cases, categories, issues, supporters

ANALYST = Sight(Viewer.ANALYST)
DAY = timedelta(days=1)


@pytest.fixture
def known(empty: Workspace, now: datetime) -> dict[str, Case]:
    """Keep one issue that everybody sees, a hidden one, and others merged into them."""
    issue = Issue(
        "shown", "water", 112.14, 32.04, now - 9 * DAY, description="积水", more={"depth": "3"},
        confirmed_at=now - DAY,
    )  # fmt: skip
    case = Case(
        issue, Stage.HANDLING, "unit", now, area_id="area", body_id="body", due_at=now + DAY,
        reporter="rider", address="Xaddress",
    )  # fmt: skip
    hidden = replace(issue, issue_id="hidden", approved=False, description="Xhidden")
    again = replace(
        issue, issue_id="again", closed_at=now - 5 * DAY, reopened=((now - 4 * DAY, now - DAY),)
    )
    merged = replace(again, issue_id="merged")
    made = [
        case,
        replace(case, issue=hidden),
        replace(case, issue=again, stage=Stage.CLOSED, area_id="", body_id=""),
        replace(case, issue=merged, stage=Stage.MERGED, merged_into="hidden"),
    ]
    with empty.database.writing() as connection:
        categories.write(connection, [Category("water", "积水", "Standing water")])
        issues.write(connection, [one.issue for one in made])
        cases.add(connection, made)
        for rider in ("p", "q"):
            supporters.add(connection, "shown", rider, now)
    return {one.issue.issue_id: one for one in made}


def told(features: Features, issue_id: str) -> dict[str, object]:
    row = features.ids.tolist().index(issue_id)
    return {one.name: features.columns[one.name].value(row) for one in features.fields}


@pytest.mark.usefixtures("known")
def test_the_public_is_told_of_an_approved_issue(empty: Workspace, now: datetime) -> None:
    features = read_issues(empty, PUBLIC)
    assert features.ids.tolist() == ["again", "merged", "shown"]
    assert told(features, "shown") == {
        "category": "water",
        "category_name": "积水",
        "category_name_en": "Standing water",
        "stage": "handling",
        "reported_at": now - 9 * DAY,
        "closed_at": None,
        "confirmed_at": now - DAY,
        "updated_at": now,
        "unit": "unit",
        "description": "积水",
        "area_id": "area",
        "body_id": "body",
        "due_at": now + DAY,
        "supporters": 2,
        "merged_into": None,
        "approved": True,
        "open_intervals": None,
        "more": None,
    }


@pytest.mark.usefixtures("known")
def test_an_issue_was_closed_the_last_time(empty: Workspace, now: datetime) -> None:
    again = told(read_issues(empty, PUBLIC), "again")
    assert again["closed_at"] == now - DAY
    assert again["due_at"] is None
    assert (again["area_id"], again["body_id"]) == (None, None)
    assert again["open_intervals"] == (
        "2026-11-09T04:00:00Z/2026-11-13T04:00:00Z;2026-11-14T04:00:00Z/2026-11-17T04:00:00Z"
    )


def test_an_issue_that_is_open_again_has_no_end(
    empty: Workspace, known: dict[str, Case], now: datetime
) -> None:
    issue = replace(known["again"].issue, reopened=((now - DAY, None),))
    with empty.database.writing() as connection:
        cases.change(connection, replace(known["again"], issue=issue, stage=Stage.REOPENED))
    again = told(read_issues(empty, PUBLIC), "again")
    assert again["closed_at"] is None
    assert str(again["open_intervals"]).endswith(";2026-11-17T04:00:00Z/..")


@pytest.mark.usefixtures("known")
def test_what_an_unapproved_issue_says_is_for_whoever_may_read_the_workspace(
    empty: Workspace,
) -> None:
    for sight, words in ((ANALYST, None), (TRUSTED, "Xhidden")):
        features = read_issues(empty, sight)
        hidden = told(features, "hidden")
        assert (hidden["approved"], hidden["description"]) == (False, words)
        assert (hidden["more"] is None) == (words is None)
        assert told(features, "shown")["more"] == '{"depth": "3"}'


@pytest.mark.usefixtures("known")
def test_only_who_may_know_an_issue_is_told_that_another_was_merged_into_it(
    empty: Workspace,
) -> None:
    assert told(read_issues(empty, PUBLIC), "merged")["merged_into"] is None
    assert told(read_issues(empty, ANALYST), "merged")["merged_into"] == "hidden"


@pytest.mark.usefixtures("known")
def test_nobody_is_told_who_reported_an_issue_and_where_he_said_it_is(empty: Workspace) -> None:
    for sight in (PUBLIC, ANALYST, TRUSTED):
        features = read_issues(empty, sight)
        said = repr([told(features, issue_id) for issue_id in features.ids])
        assert "rider" not in said
        assert "Xaddress" not in said


@pytest.mark.parametrize("sight", [PUBLIC, ANALYST, TRUSTED])
def test_one_issue_made_anew_is_as_among_all(
    empty: Workspace, known: dict[str, Case], sight: Sight
) -> None:
    features = read_issues(empty, sight)
    category = Category("water", "积水", "Standing water")
    seen = {"shown": 2}
    for issue_id in features.ids:
        name, shape, values = issue_row(
            known[issue_id], category, seen.get(issue_id, 0), features.ids.tolist(), sight
        )
        assert name == issue_id
        fields = (one.name for one in FIELDS)
        assert dict(zip(fields, values, strict=True)) == told(features, issue_id)
        assert (shape.x, shape.y) == (112.14, 32.04)


def test_a_workspace_without_issues_has_none_to_tell(empty: Workspace) -> None:
    assert len(read_issues(empty, TRUSTED)) == 0
