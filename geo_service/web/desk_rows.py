"""Cases on the staff's list, in the words of the page: what, how far, by when, with whom."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from urllib.parse import quote

from geo_service.domain.area import Body
from geo_service.domain.case import Case
from geo_service.flows.list_work import Listed
from geo_service.maps.overview_map import Numbered, overview_map
from geo_service.streets.network import Network
from geo_service.web.desk_words import DeskWords, desk_words
from geo_service.web.life_words import say_name, say_stage
from geo_service.web.rider_words import Tongue

LONGEST_LINE = 160
"""Characters of what was written that a list shows."""
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


@dataclass(frozen=True, slots=True)
class Row:
    """One case on the list."""

    path: str
    name: str
    line: str
    """The beginning of what was written; blank: nothing was."""
    stage: str
    due: str
    late: bool
    due_at: str
    """The moment, ISO 8601; blank: there is none."""
    body: str
    unit: str
    escalations: int
    approved: bool
    waiting: int
    """Photos that nobody has approved."""


def write_row(tongue: Tongue, listed: Listed, waiting: int, now: datetime, zone: tzinfo) -> Row:
    """Write what the list shows of a case.

    Parameters
    ----------
    tongue : Tongue
        The page's language.
    listed : Listed
        The case.
    waiting : int
        How many of its photos nobody has approved.
    now : datetime
        With a zone.
    zone : tzinfo
        The city's. Raises nothing.
    """
    case, issue = listed.case, listed.case.issue
    return Row(
        path=case_path(issue.issue_id),
        name=say_name(tongue, listed.category.name, listed.category.name_en),
        line=issue.description[:LONGEST_LINE],
        stage=say_stage(tongue, case.stage),
        due=say_due(desk_words(tongue), case, now),
        late=case.overdue(now),
        due_at="" if case.due_at is None else case.due_at.astimezone(zone).isoformat(),
        body=say_body(tongue, listed.body),
        unit=case.unit,
        escalations=case.escalations,
        approved=issue.approved,
        waiting=waiting,
    )


def case_path(issue_id: str) -> str:
    """Return the address of an issue on the desk; raises nothing."""
    return f"/desk/{quote(issue_id, safe='')}"


def draw_list(
    network: Network | None, listed: Sequence[Listed], rows: Sequence[Row], keep: str, label: str
) -> str:
    """Draw the listed cases on a map, with the numbers they have on the list; blank without any.

    Parameters
    ----------
    network : Network or None
        The streets.
    listed, rows : sequence of Listed, sequence of Row
        The cases, and what the list shows of each.
    keep : str
        What is appended to each case's address, so that one finds back.
    label : str
        What the map shows.
    """
    if not rows:
        return ""
    places = [
        Numbered(one.case.issue.lon, one.case.issue.lat, row.path + keep, row.name, row.late)
        for one, row in zip(listed, rows, strict=True)
    ]
    return overview_map(network, places, label=label)


def say_body(tongue: Tongue, body: Body | None) -> str:
    """Say who answers; raises nothing."""
    if body is None:
        return desk_words(tongue).nobody
    return say_name(tongue, body.name, body.name_en)


def say_due(words: DeskWords, case: Case, now: datetime) -> str:
    """Say how long there is until a case's deadline, or since it; raises nothing."""
    if not case.is_open:
        return words.over
    if case.due_at is None:
        return words.no_deadline
    sentence = words.late_by if case.overdue(now) else words.due_in
    return sentence.format(_say_span(words, abs(case.due_at - now)))


def say_moment(words: DeskWords, moment: datetime, now: datetime, zone: tzinfo) -> str:
    """Say a moment by the city's clock, the year only if it is another one; raises nothing."""
    here = moment.astimezone(zone)
    told = words.at_time.format(
        day=here.day,
        month=here.month,
        month_name=MONTHS[here.month - 1],
        time=f"{here:%H:%M}",
    )
    return told if here.year == now.astimezone(zone).year else f"{here.year} · {told}"


def _say_span(words: DeskWords, span: timedelta) -> str:
    """Say a span in one whole unit, rounded down: two days, not 49 hours."""
    minutes = span // timedelta(minutes=1)
    if minutes < 60:
        return words.minutes.format(minutes)
    if minutes < 48 * 60:
        return words.hours.format(minutes // 60)
    return words.days.format(minutes // (24 * 60))
