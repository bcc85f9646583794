"""Issues by category and state."""

from collections import Counter
from collections.abc import Sequence
from itertools import cycle

from geo_service.domain.issue import Issue
from geo_service.maps.content import MapContent
from geo_service.maps.elements import Drawing
from geo_service.maps.escape import as_entities
from geo_service.maps.figures import say_count, say_length, say_time, say_time_us
from geo_service.maps.folding import fitting
from geo_service.maps.icons import OTHER_ISSUE
from geo_service.maps.layers.drawn_layer import DrawnLayer, new_group
from geo_service.maps.legend import explain, keys, mark
from geo_service.maps.palette import CATEGORY_COLOURS, OTHER_CATEGORY_COLOUR, QUIET
from geo_service.maps.view import View
from geo_service.maps.words import (
    CATEGORIES,
    CLOSED,
    FACTS,
    OPEN,
    OTHER_CATEGORIES,
    Words,
    said,
)

MOST_ISSUES = 10_000
MOST_LETTERS = 200_000
"""A page holds no more than this of marks and cards, folded; open ones first, then the newest."""
_LONGEST_DESCRIPTION = 300
_LOOKS = ("solid", "hollow")
_LABELS = (
    "state",
    "reported_at",
    "closed_at",
    "description",
    "visibility",
    "passes",
    "riders",
    "first_pass",
    "last_pass",
    "closest_m",
    "id",
)
_WHY = Words(
    "实心为未结，空心为已结；颜色与图形表示类别。右侧数字：未结 / 全部。",
    "Solid marks are open, hollow ones closed; colour and sign tell the category. "
    "Figures: open / all.",
)


def draw_issues(content: MapContent, view: View) -> DrawnLayer | None:
    """Draw issues as round marks with a card each; None if there are none."""
    if not content.issues:
        return None
    issues = content.issues
    is_open = [issue.is_open(content.now) for issue in issues]
    counts = Counter(issue.category for issue in issues)
    named = sorted(counts, key=lambda category: (-counts[category], category))
    named = named[: len(CATEGORY_COLOURS)]
    styles = _styles(named)
    others = len(counts) > len(named)
    if others:
        styles.append([OTHER_CATEGORY_COLOUR, OTHER_ISSUE, ""])
    rows: list[list[object]] = [
        [
            round(issues[row].lat, 6),
            round(float(view.unwrapped(issues[row].lon)), 6),
            named.index(issues[row].category) if issues[row].category in named else len(named),
            0 if is_open[row] else 1,
            *_card(content, row, open_now=is_open[row]),
        ]
        for row in _by_importance(issues, is_open)[:MOST_ISSUES]
    ]
    # Open ones last, so that they lie on top.
    rows = rows[: fitting(rows, MOST_LETTERS)][::-1]
    group = new_group("issues")
    data = {
        "shape": "round",
        "looks": list(_LOOKS),
        "styles": styles,
        "labels": [FACTS[label].line for label in _LABELS],
        "rows": rows,
    }
    group.add_child(Drawing("marks", "issues", data))
    return DrawnLayer("issues", group, _legend(content, named, styles, is_open, len(rows)))


def _styles(named: Sequence[str]) -> list[list[str]]:
    """Return colour, sign and letter of each category; one without a sign bears a letter.

    A known category has its colour on every map; the others share what colours are left.
    """
    fixed = {
        category: CATEGORY_COLOURS[place % len(CATEGORY_COLOURS)]
        for place, category in enumerate(CATEGORIES)
    }
    taken = {fixed[category] for category in named if category in fixed}
    left = cycle([colour for colour in CATEGORY_COLOURS if colour not in taken] or CATEGORY_COLOURS)
    letters = iter("ABCDEFGH")
    return [
        [fixed[category], category, ""] if category in fixed else [next(left), "", next(letters)]
        for category in named
    ]


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
    return [*facts, as_entities(issue.issue_id)]


def _legend(
    content: MapContent,
    named: Sequence[str],
    styles: Sequence[Sequence[str]],
    is_open: Sequence[bool],
    shown: int,
) -> str:
    total = Counter(issue.category for issue in content.issues)
    still = Counter(
        issue.category for issue, flag in zip(content.issues, is_open, strict=True) if flag
    )
    listed = [
        (
            mark("round", "solid", *style),
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
        listed.append((mark("round", "solid", *styles[-1]), words.html, figure))
    states = [
        (mark("round", "solid", QUIET, OTHER_ISSUE), OPEN.html, say_count(sum(is_open))),
        (
            mark("round", "hollow", QUIET, OTHER_ISSUE),
            CLOSED.html,
            say_count(len(is_open) - sum(is_open)),
        ),
    ]
    left_out = ""
    if shown < len(is_open):
        left_out = explain(
            Words(
                f"仅绘出 {say_count(shown)} 个：先未结，后按时间由近及远；热力图含全部。",
                f"Only {say_count(shown)} are drawn: open ones first, then the newest. "
                "The layers of heat hold all.",
            )
        )
    return keys(listed) + keys(states) + explain(_WHY) + left_out
