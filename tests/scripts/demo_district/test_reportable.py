from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from geo_service.domain.category import ANY_CATEGORY, Category, DataType, Question
from geo_service.ingest.categories import read_categories, read_questions
from geo_service.ingest.deadlines import STAGES, read_deadlines


@pytest.fixture(scope="module")
def categories(demo_data: Path) -> dict[str, Category]:
    batch = read_categories(demo_data / "categories.csv")
    assert (batch.refusals, batch.warnings) == ((), ())
    return {one.category: one for one in batch.records}


@pytest.fixture(scope="module")
def questions(demo_data: Path, categories: dict[str, Category]) -> list[tuple[str, Question]]:
    batch = read_questions(demo_data / "questions.csv", known=categories)
    assert (batch.refusals, batch.warnings) == ((), ())
    return list(batch.records)


def test_categories_are_those_of_the_issues(
    categories: dict[str, Category], read_demo: Callable[[str], dict[str, Any]]
) -> None:
    issues = read_demo("issues")["features"]
    assert set(categories) == {issue["properties"]["category"] for issue in issues}


def test_each_category_is_told_in_two_languages_and_has_its_distance(
    categories: dict[str, Category],
) -> None:
    for one in categories.values():
        assert one.name
        assert one.name_en
        assert one.description
        assert one.group
        assert len(one.keywords) >= 3
        assert one.duplicate_m is not None
        assert 30.0 <= one.duplicate_m <= 80.0


def test_every_datatype_is_asked_for_and_every_question_told_in_two_languages(
    questions: list[tuple[str, Question]],
) -> None:
    asked = [question for _, question in questions]
    assert {question.datatype for question in asked} == set(DataType)
    assert all(question.text and question.text_en for question in asked)
    assert any(question.required for question in asked)
    for category in {category for category, _ in questions}:
        orders = [question.order for of, question in questions if of == category]
        assert orders == list(range(1, len(orders) + 1))


def test_every_stage_has_a_deadline_and_special_ones_are_of_known_categories(
    demo_data: Path, categories: dict[str, Category]
) -> None:
    batch = read_deadlines(demo_data / "deadlines.csv")
    assert (batch.refusals, batch.warnings) == ((), ())
    deadlines = dict(batch.records)
    assert [stage for of, stage in deadlines if of == ANY_CATEGORY] == list(STAGES)
    assert {of for of, _ in deadlines} - {ANY_CATEGORY} <= set(categories)
    # A hole in the road waits for nobody.
    for stage in STAGES:
        assert deadlines["missing_manhole_cover", stage] < deadlines[ANY_CATEGORY, stage]
