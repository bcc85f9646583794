"""A report: what somebody says of a problem, and what must be true of it to become an issue."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from geo_service.domain.category import Category, DataType, Question
from geo_service.domain.text import line_fault, text_fault
from geo_service.errors import RefusedFields
from geo_service.geometry.position import is_on_earth

LONGEST_DESCRIPTION = 4_000
"""Characters, as Open311 has it."""
LONGEST_ADDRESS = 500
LONGEST_ANSWER = 1_000
MOST_DAYS_OLD = 90
"""A draft that was kept on a phone for longer is of no use to anybody."""
NOT_LOOKED_AT = (
    "已收到，工作人员查看后公开。 Kept; it is shown to everybody once staff have looked at it."
)
"""What is said of a report that is not approved."""
_NUMBER = re.compile(r"[+-]?[0-9]{1,15}(\.[0-9]{1,9})?")


@dataclass(frozen=True, slots=True)
class Report:
    """What somebody says; the position is WGS-84, decimal degrees."""

    category: str
    lon: float
    lat: float
    description: str = ""
    address: str = ""
    """The place in words."""
    seen_at: datetime | None = None
    """When it was seen, with a zone; None: at this moment."""
    answers: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """To the category's questions, by their codes."""


def check_report(report: Report, category: Category, now: datetime, slack_s: float) -> None:
    """Let only a report go on that can be kept and acted upon.

    Parameters
    ----------
    report : Report
        As it came.
    category : Category
        The one it names.
    now : datetime
        With a zone.
    slack_s : float
        How far in the future it may have been seen, since clocks differ.

    Raises
    ------
    RefusedFields
        Naming every field that is wrong; what was sent is not repeated.
    """
    faults = {
        **_position_faults(report.lon, report.lat),
        **{
            name: fault
            for name, fault in (
                ("description", text_fault(report.description, LONGEST_DESCRIPTION)),
                ("address_string", line_fault(report.address, LONGEST_ADDRESS)),
                ("requested_datetime", _time_fault(report.seen_at, now, slack_s)),
            )
            if fault
        },
        **_answer_faults(report.answers, category),
    }
    if faults:
        raise RefusedFields(faults)


def _position_faults(lon: float, lat: float) -> dict[str, str]:
    faults = {}
    if not -90 <= lat <= 90:
        faults["lat"] = "It must be a latitude from -90 to 90, in decimal degrees."
    if not -180 <= lon <= 180:
        faults["long"] = "It must be a longitude from -180 to 180, in decimal degrees."
    if "lat" in faults and is_on_earth(lat, lon):
        faults["lat"] += " Latitude and longitude look swapped."
    return faults


def _time_fault(seen_at: datetime | None, now: datetime, slack_s: float) -> str:
    if seen_at is None:
        return ""
    if seen_at > now + timedelta(seconds=slack_s):
        return f"It lies in the future; it is {now:%Y-%m-%dT%H:%M:%SZ} now."
    if seen_at < now - timedelta(days=MOST_DAYS_OLD):
        return f"It lies more than {MOST_DAYS_OLD} days back: look again, and report it anew."
    return ""


def _answer_faults(answers: Mapping[str, tuple[str, ...]], category: Category) -> dict[str, str]:
    questions = {question.code: question for question in category.questions}
    faults = {
        _field(code): "Nothing of this name is asked about this category."
        for code in answers
        if code not in questions
    }
    for code, question in questions.items():
        given = tuple(text for text in answers.get(code, ()) if text.strip())
        fault = _answer_fault(question, given)
        if fault:
            faults[_field(code)] = fault
    return faults


def _answer_fault(question: Question, given: tuple[str, ...]) -> str:
    """Say what is wrong with the answers to a question; blank if nothing is."""
    if not given:
        return "It must be answered." if question.required else ""
    if len(given) > 1 and question.datatype is not DataType.MULTI_VALUE_LIST:
        return "It takes one answer."
    keys = {key for key, _ in question.choices}
    for text in given:
        fault = text_fault(text, LONGEST_ANSWER)
        if question.datatype in (DataType.SINGLE_VALUE_LIST, DataType.MULTI_VALUE_LIST):
            fault = fault or ("" if text in keys else f"Choose from: {', '.join(sorted(keys))}.")
        elif question.datatype is DataType.NUMBER:
            fault = fault or ("" if _NUMBER.fullmatch(text) else "It must be a number.")
        elif question.datatype is DataType.DATETIME:
            fault = fault or _moment_fault(text)
        if fault:
            return fault
    return ""


def _moment_fault(text: str) -> str:
    try:
        read = datetime.fromisoformat(text)
    except ValueError:
        read = None
    if read is None or read.tzinfo is None:
        return "It must be an ISO 8601 time with a zone, as 2026-10-01T12:00:00+08:00."
    return ""


def _field(code: str) -> str:
    """Name an answer's field as Open311 does."""
    return f"attribute[{code[:64]}]"
