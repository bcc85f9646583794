"""The collection of issues, as far as whoever looks may know of them."""

from collections.abc import Collection as Several
from datetime import datetime

import shapely

from geo_service.domain.case import Case
from geo_service.domain.category import Category
from geo_service.domain.issue import Issue
from geo_service.domain.lifecycle import Stage
from geo_service.domain.visibility import Viewer
from geo_service.export.features import iso
from geo_service.features.columns import Features, Field, Kind, Row, Value
from geo_service.flows.collections.collection import Collection, Shape, Sight, point_rows
from geo_service.flows.collections.said_more import MORE, more_text
from geo_service.flows.wiring import Workspace
from geo_service.store import cases as stored_cases
from geo_service.store import categories as stored_categories
from geo_service.store import issues as stored_issues
from geo_service.store import supporters as stored_supporters
from geo_service.store.change_journal import ISSUES as JOURNAL
from geo_service.store.database import Connection

STILL = ".."
"""Where an interval has no end yet, as ISO 8601-2 writes it."""

FIELDS = (
    Field("category", Kind.TEXT, "What kind of problem it is, in the words of its source."),
    Field("category_name", Kind.TEXT, "What the category is called."),
    Field("category_name_en", Kind.TEXT, "What the category is called in English."),
    Field("stage", Kind.TEXT, "Where it stands in its life.", choices=tuple(Stage)),
    Field("reported_at", Kind.MOMENT, "When it was reported."),
    Field("closed_at", Kind.MOMENT, "When it was closed, the last time; none if it is open."),
    Field("confirmed_at", Kind.MOMENT, "When somebody last saw that it is still there."),
    Field("updated_at", Kind.MOMENT, "When anything about it last changed."),
    Field("unit", Kind.TEXT, "The 100 m grid square it lies in."),
    Field("description", Kind.TEXT, "What its report says; not told before staff approve it."),
    Field("area_id", Kind.TEXT, "The area that decided who answers for it."),
    Field("body_id", Kind.TEXT, "Who answers for it now."),
    Field("due_at", Kind.MOMENT, "When its present stage should be over."),
    Field("supporters", Kind.INTEGER, "How many riders say that they see it too.", "riders"),
    Field("merged_into", Kind.TEXT, "The issue that goes on in its place."),
    Field("approved", Kind.FLAG, "Whether everybody may see it."),
    Field(
        "open_intervals", Kind.TEXT,
        "Of one that was reopened: each time it was open, from/to, parted by semicolons; to .. if "
        "it still is.",
    ),
    MORE,
)  # fmt: skip


def issue_row(
    case: Case, category: Category, supporters: int, known: Several[str], sight: Sight
) -> Row:
    """Make the feature of one issue.

    Parameters
    ----------
    case : Case
        That the viewer may see it at all is decided before.
    category : Category
        Of the issue.
    supporters : int
        How many riders see it too.
    known : collection of str
        Ids that the viewer may know of; the issue it was merged into is told if it is among them.
    sight : Sight
        By whose rights. Raises nothing.
    """
    issue = case.issue
    point = shapely.Point(issue.lon, issue.lat)
    return issue.issue_id, point, _values(case, category, supporters, known, sight)


def read_issues(workspace: Workspace, sight: Sight) -> Features:
    """Read all issues that somebody may know of. Raises nothing of its own."""
    approved_only = sight.viewer is Viewer.PUBLIC
    with workspace.database.reading() as connection:
        known = stored_issues.all_ids(connection, approved_only=approved_only)
        supporters = stored_supporters.count_all(connection)
        named = {one.category: one for one in stored_categories.read_all(connection)}
        told = []
        for case in stored_cases.each(connection, approved_only=approved_only):
            issue = case.issue
            seen = supporters.get(issue.issue_id, 0)
            category = named.get(issue.category) or Category(issue.category, issue.category)
            values = _values(case, category, seen, known, sight)
            told.append((issue.issue_id, issue.lon, issue.lat, values))
    return Features.of(FIELDS, point_rows(told))


def read_some(connection: Connection, ids: Several[str], sight: Sight) -> dict[str, Row | None]:
    """Read the issues with some ids, and those merged into them; None for each that is not there.

    Whether the issue that goes on in another one's place may be told hangs on both.
    """
    several = {*ids, *(one for name in ids for one in stored_cases.merged_into(connection, name))}
    cases = [
        case for case in stored_cases.find_many(connection, several)
        if case.issue.approved or sight.viewer is not Viewer.PUBLIC
    ]  # fmt: skip
    others = stored_issues.find_many(connection, {case.merged_into for case in cases} - {""})
    known = {one.issue_id for one in others if one.approved or sight.viewer is not Viewer.PUBLIC}
    supporters = stored_supporters.count_each(connection, several)
    categories = stored_categories.by_code(connection, {case.issue.category for case in cases})
    rows: dict[str, Row | None] = dict.fromkeys(several)
    for case in cases:
        name = case.issue.issue_id
        category = categories[case.issue.category]
        rows[name] = issue_row(case, category, supporters.get(name, 0), known, sight)
    return rows


def _values(
    case: Case, category: Category, supporters: int, known: Several[str], sight: Sight
) -> tuple[Value, ...]:
    issue = case.issue
    words_told = issue.approved or sight.trusted
    return (
        issue.category,
        category.name or None,
        category.name_en or None,
        str(case.stage),
        issue.reported_at,
        None if case.is_open else issue.open_intervals[-1][1],
        issue.confirmed_at,
        case.updated_at,
        case.unit,
        (issue.description or None) if words_told else None,
        case.area_id or None,
        case.body_id or None,
        case.due_at if case.is_open else None,
        supporters,
        case.merged_into if case.merged_into in known else None,
        issue.approved,
        intervals_text(issue) if issue.reopened else None,
        more_text(issue.more) if words_told and sight.viewer is not Viewer.PUBLIC else None,
    )


def intervals_text(issue: Issue) -> str:
    """Write when an issue was open. Raises nothing."""
    return ";".join(f"{iso(start)}/{_end(end)}" for start, end in issue.open_intervals)


def _end(moment: datetime | None) -> str:
    return STILL if moment is None else iso(moment)


ISSUES = Collection(
    name="issues",
    title="Issues",
    description="Problems that people have reported, open and over. Everybody is given those "
    "that staff have approved; analysts are given the others too, without their words.",
    shape=Shape.POINT,
    id_name="issue_id",
    fields=FIELDS,
    read=read_issues,
    journal=JOURNAL,
    read_some=read_some,
    begins="reported_at",
    ends="closed_at",
    called=("category_name", "category_name_en"),
    sort="category",
)
