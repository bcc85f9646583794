"""One case on the desk, in the words of its page: facts, photos, history, what is near, steps."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, tzinfo

from geo_service.domain.area import Body, Level
from geo_service.domain.case import Move
from geo_service.domain.category import Category
from geo_service.domain.lifecycle import Mover, Stage, next_stages
from geo_service.domain.progress import NEEDS_WHY
from geo_service.flows.take_up_case import CaseInHand, Near
from geo_service.web.desk_rows import case_path, say_body, say_due, say_moment
from geo_service.web.desk_words import DeskWords, desk_words
from geo_service.web.life_words import (
    LEVELS,
    MOVERS,
    say,
    say_name,
    say_stage,
    say_step,
)
from geo_service.web.rider_words import Tongue

LIKELIEST: Mapping[Stage, Stage] = {
    Stage.COLLECTED: Stage.FILED,
    Stage.FILED: Stage.DISPATCHED,
    Stage.DISPATCHED: Stage.HANDLING,
    Stage.HANDLING: Stage.REPORTED_BACK,
    Stage.REPORTED_BACK: Stage.CLOSED,
    Stage.REOPENED: Stage.DISPATCHED,
}
"""The step that usually comes next; it stands first, and open."""


@dataclass(frozen=True, slots=True)
class Step:
    """A form for one move."""

    to: Stage
    name: str
    needs_why: bool
    is_likeliest: bool


@dataclass(frozen=True, slots=True)
class Line:
    """A step of the history."""

    when: str
    moved_at: str
    """ISO 8601."""
    what: str
    who: str
    why: str
    body: str
    photo: str
    """The photo's address; blank: none."""
    other: tuple[str, str]
    """Another issue's id and its page; blank: none."""


@dataclass(frozen=True, slots=True)
class Neighbour:
    """An issue nearby that may be the same."""

    issue_id: str
    path: str
    line: str
    stage: str
    far: str
    last_move: int
    approved: bool


@dataclass(frozen=True, slots=True)
class FilePage:
    """All that the page shows of a case."""

    issue_id: str
    path: str
    name: str
    stage: str
    due: str
    late: bool
    description: str
    facts: tuple[tuple[str, str], ...]
    """What and its words."""
    links: tuple[tuple[str, tuple[tuple[str, str], ...]], ...]
    """What, and the ids and pages of other issues."""
    lines: tuple[Line, ...]
    """The latest first."""
    neighbours: tuple[Neighbour, ...]
    steps: tuple[Step, ...]
    bodies: tuple[tuple[str, tuple[tuple[str, str], ...]], ...]
    """Their ids and names, by the name of their level, from the top down."""
    body_id: str
    last_move: int
    is_open: bool


@dataclass(frozen=True, slots=True)
class Typed:
    """What somebody typed into a form that could not be followed."""

    form: str = ""
    """Which form it was; blank: none."""
    wrong: str = ""
    """What was wrong, in words."""
    at: str = ""
    """The field; blank: the whole."""
    detail: str = ""
    """What the service says of it besides, in English; blank: nothing."""
    fields: Mapping[str, str] = field(default_factory=dict)


def write_file(tongue: Tongue, held: CaseInHand, now: datetime, zone: tzinfo) -> FilePage:
    """Write what the page shows of a case.

    Parameters
    ----------
    tongue : Tongue
        The page's language.
    held : CaseInHand
        The case and what belongs to it.
    now : datetime
        With a zone.
    zone : tzinfo
        The city's. Raises nothing.
    """
    words, file = desk_words(tongue), held.file
    case, issue = file.case, file.case.issue
    names = {body.body_id: say_body(tongue, body) for body in held.bodies}
    merged_into = (case.merged_into,) if case.merged_into else ()
    return FilePage(
        issue_id=issue.issue_id,
        path=case_path(issue.issue_id),
        name=say_name(tongue, file.category.name, file.category.name_en),
        stage=say_stage(tongue, case.stage),
        due=say_due(words, case, now),
        late=case.overdue(now),
        description=issue.description,
        facts=tuple(_facts(tongue, held, now, zone)),
        links=tuple(
            (name, tuple((one, case_path(one)) for one in ids))
            for name, ids in (
                (words.merged_into, merged_into),
                (words.merged_from, file.merged_from),
            )
            if ids
        ),
        lines=tuple(_line(tongue, move, names, now, zone) for move in reversed(file.moves)),
        neighbours=tuple(_neighbour(tongue, near) for near in held.near),
        steps=tuple(_steps(tongue, case.stage)),
        bodies=tuple(_by_level(tongue, held.bodies)),
        body_id=case.body_id,
        last_move=held.last_move,
        is_open=case.is_open,
    )


def _facts(
    tongue: Tongue, held: CaseInHand, now: datetime, zone: tzinfo
) -> Iterable[tuple[str, str]]:
    words, file = desk_words(tongue), held.file
    case, issue = file.case, file.case.issue
    yield words.body, say_body(tongue, file.body)
    if case.due_at is not None:
        yield words.due, say_moment(words, case.due_at, now, zone)
    yield words.reported, say_moment(words, issue.reported_at, now, zone)
    if issue.confirmed_at is not None:
        yield words.confirmed, say_moment(words, issue.confirmed_at, now, zone)
    if case.address:
        yield words.address, case.address
    yield words.position, f"{issue.lat:.6f}, {issue.lon:.6f}"
    yield words.unit, case.unit
    yield from _answers(tongue, file.category, issue.more)
    yield words.supporters, str(file.supporters)
    yield words.asked, _say_asked(words, file.answers)
    if case.rating is not None:
        yield words.rating, f"{case.rating} / 5"


def _answers(
    tongue: Tongue, category: Category, more: Mapping[str, str]
) -> Iterable[tuple[str, str]]:
    """Write answers as they were asked for, and what a file said besides as it said it."""
    questions = {question.code: question for question in category.questions}
    for code, given in more.items():
        question = questions.get(code)
        if question is None:
            yield code, given
            continue
        names = dict(question.choices)
        told = "; ".join(names.get(key, key) for key in given.split("; "))
        yield say_name(tongue, question.text, question.text_en), told


def _say_asked(words: DeskWords, answers: Mapping[str, int]) -> str:
    return words.asked_told.format(**answers) if answers.get("asked") else words.nobody_asked


def _line(
    tongue: Tongue, move: Move, names: Mapping[str, str], now: datetime, zone: tzinfo
) -> Line:
    words = desk_words(tongue)
    who = say(tongue, MOVERS[move.by])
    return Line(
        when=say_moment(words, move.moved_at, now, zone),
        moved_at=move.moved_at.astimezone(zone).isoformat(),
        what=words.noted if move.is_note else say_stage(tongue, move.to),
        # Of a rider staff see that it was a rider.
        who=f"{who} {move.who}" if move.by is Mover.STAFF and move.who else who,
        why=move.why,
        body=names.get(move.body_id, move.body_id)
        if move.to is Stage.DISPATCHED and not move.is_note
        else "",
        photo=f"/photos/{move.photo_id}" if move.photo_id else "",
        other=(move.other_issue_id, case_path(move.other_issue_id))
        if move.other_issue_id
        else ("", ""),
    )


def _neighbour(tongue: Tongue, near: Near) -> Neighbour:
    found = near.duplicate
    issue = found.case.issue
    return Neighbour(
        issue_id=issue.issue_id,
        path=case_path(issue.issue_id),
        line=issue.description[:80],
        stage=say_stage(tongue, found.case.stage),
        far=desk_words(tongue).metres_away.format(round(found.distance_m)),
        last_move=near.last_move,
        approved=issue.approved,
    )


def _steps(tongue: Tongue, stage: Stage) -> list[Step]:
    """List what staff may do, the likeliest first."""
    steps = [
        Step(
            to=to,
            name=say_step(tongue, stage, to),
            needs_why=(stage, to) in NEEDS_WHY,
            is_likeliest=LIKELIEST.get(stage) is to,
        )
        for to in next_stages(stage, Mover.STAFF)
    ]
    return sorted(steps, key=lambda step: not step.is_likeliest)


def _by_level(
    tongue: Tongue, bodies: Iterable[Body]
) -> Iterable[tuple[str, tuple[tuple[str, str], ...]]]:
    held = list(bodies)
    for level in Level:
        here = tuple((body.body_id, say_body(tongue, body)) for body in held if body.level is level)
        if here:
            yield say(tongue, LEVELS[level]), here
