"""By what issues can be hidden on the page: stage, age, overdue, and category."""

from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from typing import NamedTuple

from geo_service.domain.issue import Issue
from geo_service.domain.lifecycle import Stage, is_over
from geo_service.maps.content import MapContent
from geo_service.maps.figures import say_count
from geo_service.maps.legend import chips
from geo_service.maps.palette import CATEGORY_COLOURS
from geo_service.maps.words import Words

STAGES = {
    "open": Words("待处置", "open"),
    "handling": Words("处置中", "being handled"),
    "reported_back": Words("已反馈", "reported back"),
    "over": Words("已了结", "over"),
}
AGES = {
    "7": Words("7 天内", "up to 7 days"),
    "30": Words("8–30 天", "8–30 days"),  # noqa: RUF001 - a range has an en dash
    "90": Words("31–90 天", "31–90 days"),  # noqa: RUF001 - as above
    "older": Words("90 天以上", "over 90 days"),
}
_DAYS = (7, 30, 90)
MOST_NAMED = len(CATEGORY_COLOURS)
OTHERS = "*"
"""Stands for all categories that share the last line of the legend."""
_BY_STAGE, _BY_AGE = Words("按阶段", "By stage"), Words("按上报时间", "By age of the report")
_BY_DUE = Words("按期限", "By deadline")
_ONLY_OVERDUE = Words("仅超期", "only overdue")


class Tags(NamedTuple):
    """Where an issue belongs, each as a place in its list of values."""

    stage: int
    age: int
    category: int
    overdue: int
    """1: it is; 0: it is not."""


def tags_of(content: MapContent, issue: Issue, category: int) -> Tags:
    """Say where an issue belongs. Raises nothing."""
    case = content.cases.get(issue.issue_id)
    stage = _group(case.stage) if case else "open" if issue.is_open(content.now) else "over"
    age = content.now - issue.reported_at
    return Tags(
        list(STAGES).index(stage),
        sum(age > timedelta(days=days) for days in _DAYS),
        category,
        int(case is not None and case.overdue),
    )


def named_categories(issues: Sequence[Issue]) -> list[str]:
    """Return the categories that have a line of their own in the legend, the most frequent first.

    A category's place here is its number as a tag; all others share the number that follows.
    """
    counts = Counter(issue.category for issue in issues)
    return sorted(counts, key=lambda category: (-counts[category], category))[:MOST_NAMED]


def all_tags(content: MapContent) -> list[Tags]:
    """Say where each issue belongs, in their order. Raises nothing."""
    named = {category: place for place, category in enumerate(named_categories(content.issues))}
    return [
        tags_of(content, issue, named.get(issue.category, len(named))) for issue in content.issues
    ]


def _group(stage: Stage) -> str:
    if is_over(stage):
        return "over"
    return stage.value if stage.value in STAGES else "open"


def filter_values(categories: Sequence[str]) -> dict[str, list[str]]:
    """List the values of each filter, in the order of ``Tags``."""
    return {
        "stage": list(STAGES),
        "age": list(AGES),
        "category": list(categories),
        "overdue": ["no", "yes"],
    }


def filter_chips(tags: Sequence[Tags]) -> str:
    """Offer what issues can be hidden by, but for their categories, with figures, as HTML."""
    by_stage, by_age = Counter(tag.stage for tag in tags), Counter(tag.age for tag in tags)
    late = sum(tag.overdue for tag in tags)
    offered = [
        chips(name, title, [
            (value, words, say_count(count[place]))
            for place, (value, words) in enumerate(known.items())
            if count[place]
        ])
        for name, title, known, count in (
            ("stage", _BY_STAGE, STAGES, by_stage),
            ("age", _BY_AGE, AGES, by_age),
        )
    ]  # fmt: skip
    if late:
        only = [("yes", _ONLY_OVERDUE, say_count(late))]
        offered.append(chips("overdue", _BY_DUE, only, pressed=False))
    return "".join(offered)
