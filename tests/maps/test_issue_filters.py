from dataclasses import replace
from datetime import timedelta

import pytest

from geo_service.domain.lifecycle import Stage, is_over
from geo_service.maps.content import CaseOnMap, MapContent
from geo_service.maps.issue_filters import AGES, STAGES, filter_chips, tags_of


@pytest.mark.parametrize("stage", list(Stage))
def test_every_stage_has_its_group(content: MapContent, stage: Stage) -> None:
    issue = content.issues[0]
    content = replace(content, cases={issue.issue_id: CaseOnMap(stage, "u")})
    group = list(STAGES)[tags_of(content, issue, 0).stage]
    expected = {Stage.HANDLING: "handling", Stage.REPORTED_BACK: "reported_back"}
    assert group == expected.get(stage, "over" if is_over(stage) else "open")


def test_without_a_case_the_life_of_the_issue_decides(content: MapContent) -> None:
    for issue in content.issues:
        group = list(STAGES)[tags_of(content, issue, 0).stage]
        assert group == ("open" if issue.is_open(content.now) else "over")


@pytest.mark.parametrize(
    ("days", "age"),
    [(0, "7"), (7, "7"), (7.1, "30"), (30, "30"), (31, "90"), (90, "90"), (90.1, "older")],
)
def test_age_counts_from_the_report(content: MapContent, days: float, age: str) -> None:
    issue = replace(content.issues[0], reported_at=content.now - timedelta(days=days))
    assert list(AGES)[tags_of(content, issue, 0).age] == age


def test_only_what_occurs_is_offered(content: MapContent) -> None:
    tags = [tags_of(content, issue, 0) for issue in content.issues]
    offered = filter_chips(tags)
    assert 'data-value="open"' in offered
    assert "handling" not in offered
    assert "overdue" not in offered
    assert "overdue" in filter_chips([tags[0]._replace(overdue=1)])
