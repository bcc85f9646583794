"""The life of an issue: its stages, which move may follow which, and by whom.

The seven stages are those of digital city management (采集, 建卷, 派遣, 处置, 反馈, 核查结案,
评价); an issue can also be rejected, merged into another, and reopened.
"""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from geo_service.errors import ForbiddenMove


class Stage(StrEnum):
    """Where an issue stands."""

    COLLECTED = "collected"
    """采集: somebody has reported it."""
    FILED = "filed"
    """建卷: it is accepted as a case."""
    DISPATCHED = "dispatched"
    """派遣: it lies with the body that answers for it."""
    HANDLING = "handling"
    """处置: that body is at work."""
    REPORTED_BACK = "reported_back"
    """反馈: that body says that it is done."""
    CLOSED = "closed"
    """核查结案: somebody has looked, and it is done."""
    RATED = "rated"
    """评价: who reported it has said how well."""
    REJECTED = "rejected"
    """It is no issue, or nobody's here."""
    MERGED = "merged"
    """It is the same as another, which goes on."""
    REOPENED = "reopened"
    """It was over, and is not."""


class Mover(StrEnum):
    """Who moves an issue on."""

    REPORTER = "reporter"
    """The rider who reported it."""
    RIDERS = "riders"
    """Several riders who passed it and agree."""
    STAFF = "staff"
    """The holder of a key with the role staff or admin."""
    SYSTEM = "system"
    """The service itself: loads, deadlines, changes of areas and bodies."""


MOVER_WORDS: Mapping[Mover, str] = MappingProxyType(
    {
        Mover.REPORTER: "its reporter",
        Mover.RIDERS: "riders who pass it",
        Mover.STAFF: "staff",
        Mover.SYSTEM: "the service",
    }
)
"""Each mover in a sentence."""


ENDED = frozenset({Stage.CLOSED, Stage.RATED, Stage.REJECTED, Stage.MERGED})
"""In these stages nothing is left to do,"""
OPEN = frozenset(Stage) - ENDED
"""and in these something is."""

WORDS: Mapping[Stage, tuple[str, str]] = MappingProxyType(
    {
        Stage.COLLECTED: ("已采集", "reported"),
        Stage.FILED: ("已建卷", "accepted"),
        Stage.DISPATCHED: ("已派遣", "passed on to who answers for it"),
        Stage.HANDLING: ("处置中", "being handled"),
        Stage.REPORTED_BACK: ("已反馈", "said to be done, to be checked"),
        Stage.CLOSED: ("已核查结案", "checked and closed"),
        Stage.RATED: ("已评价", "closed and rated"),
        Stage.REJECTED: ("不予受理", "not accepted"),
        Stage.MERGED: ("已合并", "merged into another issue"),
        Stage.REOPENED: ("重新打开", "open again"),
    }
)
"""What each stage is called, in Chinese and English."""

_STAFF = frozenset({Mover.STAFF})
_STAFF_OR_RIDERS = frozenset({Mover.STAFF, Mover.RIDERS})
_STAFF_OR_SYSTEM = frozenset({Mover.STAFF, Mover.SYSTEM})
_RIDERS = frozenset({Mover.RIDERS})

MOVES: Mapping[tuple[Stage, Stage], frozenset[Mover]] = MappingProxyType(
    {
        (Stage.COLLECTED, Stage.FILED): _STAFF_OR_RIDERS,
        (Stage.COLLECTED, Stage.REJECTED): _STAFF_OR_RIDERS,
        (Stage.COLLECTED, Stage.MERGED): _STAFF,
        (Stage.FILED, Stage.DISPATCHED): _STAFF_OR_SYSTEM,
        (Stage.FILED, Stage.REJECTED): _STAFF_OR_RIDERS,
        (Stage.FILED, Stage.MERGED): _STAFF,
        # To another body: the same stage, entered anew.
        (Stage.DISPATCHED, Stage.DISPATCHED): _STAFF_OR_SYSTEM,
        (Stage.DISPATCHED, Stage.HANDLING): _STAFF,
        # Nobody need have said that he is at work where riders see that nothing is left to do.
        (Stage.DISPATCHED, Stage.REPORTED_BACK): _RIDERS,
        (Stage.DISPATCHED, Stage.REJECTED): _STAFF,
        (Stage.DISPATCHED, Stage.MERGED): _STAFF,
        (Stage.HANDLING, Stage.REPORTED_BACK): _STAFF_OR_RIDERS,
        (Stage.HANDLING, Stage.DISPATCHED): _STAFF_OR_SYSTEM,
        (Stage.HANDLING, Stage.MERGED): _STAFF,
        (Stage.REPORTED_BACK, Stage.CLOSED): _STAFF_OR_RIDERS,
        # Checked, and not done.
        (Stage.REPORTED_BACK, Stage.HANDLING): _STAFF_OR_RIDERS,
        (Stage.REPORTED_BACK, Stage.DISPATCHED): _STAFF_OR_SYSTEM,
        (Stage.REPORTED_BACK, Stage.MERGED): _STAFF,
        (Stage.CLOSED, Stage.RATED): frozenset({Mover.REPORTER}),
        (Stage.CLOSED, Stage.REOPENED): frozenset({Mover.STAFF, Mover.RIDERS, Mover.REPORTER}),
        (Stage.RATED, Stage.REOPENED): _STAFF_OR_RIDERS,
        (Stage.REJECTED, Stage.REOPENED): _STAFF,
        (Stage.MERGED, Stage.REOPENED): _STAFF,
        (Stage.REOPENED, Stage.DISPATCHED): _STAFF_OR_SYSTEM,
        (Stage.REOPENED, Stage.REPORTED_BACK): _RIDERS,
        (Stage.REOPENED, Stage.REJECTED): _STAFF,
        (Stage.REOPENED, Stage.MERGED): _STAFF,
    }
)
"""Every move there is, from and to, and who may make it; all others are forbidden."""


def is_over(stage: Stage) -> bool:
    """Say whether an issue in this stage is no longer open."""
    return stage in ENDED


def next_stages(stage: Stage, by: Mover) -> list[Stage]:
    """List where somebody may move an issue from a stage, in the order of life."""
    return [to for to in Stage if by in MOVES.get((stage, to), frozenset())]


def check_move(stage: Stage, to: Stage, by: Mover) -> None:
    """Let only a move go on that life allows.

    Parameters
    ----------
    stage, to : Stage
        From where and to where.
    by : Mover
        Who wants it.

    Raises
    ------
    ForbiddenMove
        Saying what may be done instead.
    """
    movers = MOVES.get((stage, to), frozenset())
    if by in movers:
        return
    open_ways = next_stages(stage, by)
    remedy = f"From here you may go to: {', '.join(open_ways)}." if open_ways else ""
    if movers:
        who = " or ".join(MOVER_WORDS[mover] for mover in sorted(movers))
        raise ForbiddenMove(
            f"From {stage} to {to} it is moved by {who}, not by {MOVER_WORDS[by]}.",
            where="to",
            remedy=remedy,
        )
    raise ForbiddenMove(
        f"An issue that is {stage} can't become {to}: a stage would be skipped or repeated.",
        where="to",
        remedy=remedy,
    )
