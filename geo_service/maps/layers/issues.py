"""Issues by category and state."""

from collections import Counter
from collections.abc import Sequence
from itertools import cycle

import numpy as np

from geo_service.domain.issue import Issue
from geo_service.domain.lifecycle import WORDS as STAGE_WORDS
from geo_service.maps.content import MapContent
from geo_service.maps.drawn_layer import DrawnLayer, new_group
from geo_service.maps.escape import as_entities
from geo_service.maps.figures import say_count, say_length, say_time, say_time_us
from geo_service.maps.icons import OTHER_ISSUE
from geo_service.maps.issue_filters import (
    OTHERS,
    Tags,
    all_tags,
    filter_chips,
    filter_values,
    named_categories,
)
from geo_service.maps.legend import explain, keys, mark, switches
from geo_service.maps.mark_table import MarkTable
from geo_service.maps.palette import CATEGORY_COLOURS, OTHER_CATEGORY_COLOUR, QUIET
from geo_service.maps.view import View
from geo_service.maps.words import (
    CATEGORIES,
    CLOSED,
    FACTS,
    OPEN,
    OTHER_CATEGORIES,
    OVERDUE,
    Words,
    said,
)

MOST_LETTERS = 200_000
"""A page that can't ask for more holds no more of cards than this, folded: of open ones first."""
_LONGEST_DESCRIPTION = 300
_LOOKS = ("solid", "hollow", "late")
_LABELS = (
    "state",
    "stage",
    "body",
    "due_at",
    "supporters",
    "reported_at",
    "closed_at",
    "description",
    "visibility",
    "passes",
    "riders",
    "first_pass",
    "last_pass",
    "closest_m",
    "unit",
    "id",
)
_WHY = Words(
    "实心为未结，空心为已结，带红点为超期；颜色与图形表示类别，点按可隐藏。右侧数字：未结 / 全部。",
    "Solid marks are open, hollow ones closed, those with a red dot overdue; colour and sign "
    "tell the category: press one to hide it. Figures: open / all.",
)


def draw_issues(content: MapContent, view: View) -> DrawnLayer | None:
    """Draw issues as round marks with a card each; None if there are none."""
    if not content.issues:
        return None
    issues = content.issues
    is_open = [issue.is_open(content.now) for issue in issues]
    counts = Counter(issue.category for issue in issues)
    named = named_categories(issues)
    styles = _styles(named)
    others = len(counts) > len(named)
    if others:
        styles.append([OTHER_CATEGORY_COLOUR, OTHER_ISSUE, "", OTHER_CATEGORIES.line])
    tags = all_tags(content)
    looks = [
        2 if tag.overdue else 0 if flag else 1 for tag, flag in zip(tags, is_open, strict=True)
    ]
    table = MarkTable(
        lon=view.unwrapped([issue.lon for issue in issues]),
        lat=np.array([issue.lat for issue in issues]),
        style=np.array([tag.category for tag in tags]),
        look=np.array(looks),
        important=np.array(_by_importance(issues, is_open)),
        card=lambda row: _card(content, row, open_now=is_open[row]),
        tags=np.array(tags),
    )
    group = new_group("issues")
    data = {
        "shape": "round",
        "looks": list(_LOOKS),
        "styles": styles,
        "labels": [FACTS[label].line for label in _LABELS],
        "told": _LABELS.index("stage"),
        "searched": [_LABELS.index(label) for label in ("description", "id")],
        "filters": filter_values([*named, OTHERS] if others else named),
    }
    group.add_child(table.drawing("issues", data, MOST_LETTERS))
    return DrawnLayer("issues", group, _legend(content, named, styles, tags))


def _styles(named: Sequence[str]) -> list[list[str]]:
    """Return colour, sign, letter and words of each; one without a sign bears a letter.

    A known category has its colour on every map; the others share what colours are left.
    """
    fixed = {
        category: CATEGORY_COLOURS[place % len(CATEGORY_COLOURS)]
        for place, category in enumerate(CATEGORIES)
    }
    taken = {fixed[category] for category in named if category in fixed}
    left = cycle([colour for colour in CATEGORY_COLOURS if colour not in taken] or CATEGORY_COLOURS)
    letters = iter("ABCDEFGH")
    styles = []
    for category in named:
        known = category in fixed
        look = (fixed[category], category, "") if known else (next(left), "", next(letters))
        styles.append([*look, said(CATEGORIES, category).line])
    return styles


def _by_importance(issues: Sequence[Issue], is_open: Sequence[bool]) -> list[int]:
    """Order rows: open issues first, then the newest."""
    return sorted(
        range(len(issues)),
        key=lambda row: (is_open[row], issues[row].reported_at, issues[row].issue_id),
        reverse=True,
    )


def _card(content: MapContent, row: int, *, open_now: bool) -> list[object]:
    """Return title, subtitle and the facts in the order of the labels, as HTML; None: not known."""
    issue, counts, zone = content.issues[row], content.issue_passes, content.zone
    words = said(CATEGORIES, issue.category)
    ended = issue.open_intervals[-1][1]
    text = issue.description
    if len(text) > _LONGEST_DESCRIPTION:
        text = text[: _LONGEST_DESCRIPTION - 1] + "…"
    facts: list[object] = [
        as_entities(words.zh),
        as_entities(words.en),
        (OPEN if open_now else CLOSED).line,
        *_standing(content, issue),
        say_time(issue.reported_at, zone),
        say_time(ended, zone) if ended and not open_now else None,
        as_entities(text) if text else None,
        None if issue.approved else Words("未公开", "not public").line,
    ]
    if counts is None:
        facts += [None] * 5
    else:
        passed = bool(counts.passes[row])
        facts += [
            int(counts.passes[row]),
            int(counts.riders[row]),
            say_time_us(int(counts.first_us[row]), zone) if passed else None,
            say_time_us(int(counts.last_us[row]), zone) if passed else None,
            say_length(float(counts.closest_m[row])) if passed else None,
        ]
    case = content.cases.get(issue.issue_id)
    return [*facts, case.unit if case else None, as_entities(issue.issue_id)]


def _standing(content: MapContent, issue: Issue) -> list[object]:
    """Return stage, who answers, until when, and how many see it too; None: not known."""
    case = content.cases.get(issue.issue_id)
    if case is None:
        return [None] * 4
    due = say_time(case.due_at, content.zone) if case.due_at else None
    return [
        Words(*STAGE_WORDS[case.stage]).line,
        as_entities(case.body) if case.body else None,
        f"{due} · {OVERDUE.line}" if due and case.overdue else due,
        case.supporters,
    ]


def _legend(
    content: MapContent,
    named: Sequence[str],
    styles: Sequence[Sequence[str]],
    tags: Sequence[Tags],
) -> str:
    is_open = [issue.is_open(content.now) for issue in content.issues]
    total = Counter(issue.category for issue in content.issues)
    still = Counter(
        issue.category for issue, flag in zip(content.issues, is_open, strict=True) if flag
    )
    listed = [
        (
            category,
            mark("round", "solid", *style[:3]),
            said(CATEGORIES, category).html,
            f"{say_count(still[category])} / {say_count(total[category])}",
        )
        for category, style in zip(named, styles, strict=False)
    ]
    rest = set(total) - set(named)
    if rest:
        of_rest = [sum(count[category] for category in rest) for count in (still, total)]
        words = Words(
            f"{OTHER_CATEGORIES.zh} ({len(rest)})", f"{OTHER_CATEGORIES.en} ({len(rest)})"
        )
        figure = f"{say_count(of_rest[0])} / {say_count(of_rest[1])}"
        listed.append((OTHERS, mark("round", "solid", *styles[-1][:3]), words.html, figure))
    states = [
        (mark("round", "solid", QUIET, OTHER_ISSUE), OPEN.html, say_count(sum(is_open))),
        (
            mark("round", "hollow", QUIET, OTHER_ISSUE),
            CLOSED.html,
            say_count(len(is_open) - sum(is_open)),
        ),
    ]
    late = sum(tag.overdue for tag in tags)
    if late:
        states.append((mark("round", "late", QUIET, OTHER_ISSUE), OVERDUE.html, say_count(late)))
    return switches("category", listed) + keys(states) + filter_chips(tags) + explain(_WHY)
