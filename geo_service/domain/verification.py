"""Verification on the way: riders who pass an issue are asked whether it is still there.

A round is one asking of several riders about one issue. Its answers are counted together; as soon
as enough riders agree, the round is settled and the issue moves on. What is known of a place turns
when an issue is said to be gone, and when it is opened again; a round never outlives such a turn.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType

from geo_service.domain.case import Case, Move
from geo_service.domain.lifecycle import ENDED, Stage, is_over

ASK_AGAIN_AFTER = timedelta(days=1)
"""What somebody has just said, or was just asked, is not asked again so soon."""
LOOK_AGAIN_AFTER = timedelta(hours=1)
"""Where nobody was found to ask, it takes new trips to find somebody."""
TIME_TO_ANSWER = timedelta(days=1)
"""Who had less, because the issue moved on before, has left no question unanswered."""
HOURS = 24


class Answer(StrEnum):
    """What a rider says of an issue."""

    THERE = "there"
    GONE = "gone"
    UNSURE = "unsure"


@dataclass(frozen=True, slots=True)
class Task:
    """A question to one rider, whether an issue is still there."""

    task_id: str
    issue_id: str
    round: int
    """From 1; answers of one round are counted together."""
    rider: str
    """A pseudonym."""
    hours: int
    """Bit h is set if the rider passes at local hour h."""
    asked_at: datetime
    """UTC."""
    lapses_at: datetime
    """From then on it can't be answered; once its round is settled, that is the moment when."""
    answer: Answer | None = None
    answered_at: datetime | None = None

    def is_open(self, now: datetime) -> bool:
        """Say whether it waits for its answer."""
        return self.answer is None and now < self.lapses_at

    def is_on_the_way(self, hour: int) -> bool:
        """Say whether the rider usually passes at a local hour, or in the hour after it."""
        return bool(self.hours & (1 << hour % HOURS | 1 << (hour + 1) % HOURS))


@dataclass(frozen=True, slots=True)
class Round:
    """The latest asking about an issue."""

    number: int
    asked_at: datetime
    is_open: bool
    """Whether anybody can still answer."""
    answers: Mapping[str, Answer]
    """By rider."""
    last_answer_at: datetime | None = None
    asked_nobody: bool = False
    """Whether nobody was found who passes it."""

    @property
    def known_at(self) -> datetime:
        """When it was last heard of the issue."""
        # A clock may have been set back between the two.
        return max(self.asked_at, self.last_answer_at or self.asked_at)


SAID_GONE = frozenset({Stage.REPORTED_BACK, *ENDED})
"""In these stages an issue is said to be gone; in all others, to be there."""

OUTCOMES: Mapping[tuple[Stage, Answer], Stage | None] = MappingProxyType(
    {
        (Stage.COLLECTED, Answer.THERE): Stage.FILED,
        (Stage.COLLECTED, Answer.GONE): Stage.REJECTED,
        (Stage.FILED, Answer.THERE): None,
        (Stage.FILED, Answer.GONE): Stage.REJECTED,
        (Stage.DISPATCHED, Answer.THERE): None,
        (Stage.DISPATCHED, Answer.GONE): Stage.REPORTED_BACK,
        (Stage.HANDLING, Answer.THERE): None,
        (Stage.HANDLING, Answer.GONE): Stage.REPORTED_BACK,
        # Checked, and not done.
        (Stage.REPORTED_BACK, Answer.THERE): Stage.HANDLING,
        (Stage.REPORTED_BACK, Answer.GONE): Stage.CLOSED,
        (Stage.REOPENED, Answer.THERE): None,
        (Stage.REOPENED, Answer.GONE): Stage.REPORTED_BACK,
        (Stage.CLOSED, Answer.THERE): Stage.REOPENED,
        (Stage.CLOSED, Answer.GONE): None,
        (Stage.RATED, Answer.THERE): Stage.REOPENED,
        (Stage.RATED, Answer.GONE): None,
    }
)
"""Where an issue goes when riders agree; None: it stays, and what they say is noted."""
ASKED_ABOUT = frozenset(stage for stage, _ in OUTCOMES)
"""Nobody is asked in other stages."""

WORDS: Mapping[Answer, tuple[str, str]] = MappingProxyType(
    {
        Answer.THERE: ("位路过骑手确认仍在", "riders who passed say that it is still there"),
        Answer.GONE: ("位路过骑手确认已消失", "riders who passed say that it is gone"),
    }
)
"""What is written into an issue's history behind the number of those who agree."""


def agreed(answers: Mapping[str, Answer], riders: int) -> Answer | None:
    """Say what the riders of a round agree on.

    Parameters
    ----------
    answers : mapping of str to Answer
        By rider, so that everybody counts once.
    riders : int
        So many must say the same; 1 or more.

    Returns
    -------
    Answer or None
        There or gone, if so many riders say the one and fewer than so many the other: then it
        outnumbers the other too. None if nobody has so many yet, or, riders disagreeing, both
        have: then staff must look. Those who are unsure decide nothing. Raises nothing.
    """
    said = Counter(answers.values())
    enough = [answer for answer in (Answer.THERE, Answer.GONE) if said[answer] >= riders]
    return enough[0] if len(enough) == 1 else None


def why_of(answer: Answer, riders: int) -> str:
    """Write the reason of what riders make of an issue, in Chinese and English."""
    chinese, english = WORDS[answer]
    return f"{riders} {chinese} {riders} {english}."


def turns(move: Move) -> bool:
    """Say whether a move turns what is known of a place: from there to gone, or back."""
    return (move.stage in SAID_GONE) is not (move.to in SAID_GONE)


def turned_at(moves: Iterable[Move]) -> datetime | None:
    """Return when what is known of an issue last turned; None: never since its report.

    Parameters
    ----------
    moves : iterable of Move
        All of the issue's. Raises nothing.
    """
    return max((move.moved_at for move in moves if turns(move)), default=None)


def holds(asked_at: datetime, turned: datetime | None) -> bool:
    """Say whether a question still means what it meant when it was asked."""
    return turned is None or asked_at >= turned


def is_asked_about(case: Case, now: datetime, check_closed_days: float) -> bool:
    """Say whether riders are asked about an issue as it stands.

    Parameters
    ----------
    case : Case
        The issue and its stage.
    now : datetime
        With a zone.
    check_closed_days : float
        So long after it was closed.

    Returns
    -------
    bool
        Raises nothing.
    """
    if case.stage not in ASKED_ABOUT:
        return False
    if not is_over(case.stage):
        return True
    closed_at = case.issue.open_intervals[-1][1]
    return closed_at is not None and now - closed_at <= timedelta(days=check_closed_days)


def wants_asking(
    case: Case,
    last: Round | None,
    turned: datetime | None,
    now: datetime,
    *,
    check_closed_days: float,
    confirm_riders: int,
) -> bool:
    """Say whether a new round should begin.

    Parameters
    ----------
    case : Case
        The issue as it stands.
    last : Round or None
        The round before; None: nobody has ever been asked.
    turned : datetime or None
        As `turned_at` gives it.
    now : datetime
        With a zone.
    check_closed_days : float
        So long after it was closed an issue is asked about.
    confirm_riders : int
        So many riders agree.

    Returns
    -------
    bool
        A report, a message that it is done, and whatever else has turned since anybody was asked:
        at once. Otherwise once the round before is over, a day after it was last heard of the
        issue, or an hour after nobody was found. A closed issue that riders have found to be gone
        is left alone. Raises nothing.
    """
    if not is_asked_about(case, now, check_closed_days):
        return False
    seen_at = case.issue.confirmed_at
    if case.stage not in SAID_GONE and seen_at is not None and now - seen_at < ASK_AGAIN_AFTER:
        return False
    if last is None or not holds(last.known_at, turned):
        return True
    if is_over(case.stage) and agreed(last.answers, confirm_riders) is Answer.GONE:
        return False
    pause = LOOK_AGAIN_AFTER if last.asked_nobody else ASK_AGAIN_AFTER
    return not last.is_open and now - last.known_at >= pause
