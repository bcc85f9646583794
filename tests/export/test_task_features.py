from datetime import UTC, datetime, timedelta

from geo_service.domain.case import Case
from geo_service.domain.category import Category
from geo_service.domain.issue import Issue
from geo_service.domain.lifecycle import Stage
from geo_service.domain.verification import Task
from geo_service.export.task_features import task_feature

NOW = datetime(2026, 11, 18, 4, tzinfo=UTC)
TASK = Task("t-1", "i-1", 3, "pseudonym", 1 << 12, NOW, NOW + timedelta(days=7))
WATER = Category("standing_water", "积水", "Standing water")


def case(*, approved: bool = True) -> Case:
    issue = Issue(
        "i-1", "standing_water", 112.14, 32.04, NOW, description="及膝", approved=approved
    )
    return Case(issue, Stage.REPORTED_BACK, "49S", NOW, reporter="reporter")


def test_a_task_tells_what_is_asked_and_nothing_of_riders() -> None:
    assert task_feature(TASK, case(), WATER, points=2) == {
        "type": "Feature",
        "id": "t-1",
        "geometry": {"type": "Point", "coordinates": [112.14, 32.04]},
        "properties": {
            "task_id": "t-1",
            "issue_id": "i-1",
            "category": "standing_water",
            "category_name": "积水",
            "category_name_en": "Standing water",
            "stage": "reported_back",
            "stage_words": {"zh": "已反馈", "en": "said to be done, to be checked"},
            "question": {"zh": "积水：还在吗？", "en": "Standing water: is it still there?"},
            "asked_at": "2026-11-18T04:00:00Z",
            "lapses_at": "2026-11-25T04:00:00Z",
            "points": 2,
            "description": "及膝",
        },
    }


def test_what_staff_have_not_approved_is_not_described() -> None:
    told = task_feature(TASK, case(approved=False), Category("x", "x"), points=2)["properties"]
    assert "description" not in told
    assert told["question"]["en"] == "x: is it still there?"


def test_along_a_way_it_says_where() -> None:
    told = task_feature(TASK, case(), WATER, points=2, along_m=0.04, off_m=12.34)["properties"]
    assert (told["along_m"], told["off_m"]) == (0.0, 12.3)
