from datetime import UTC, datetime

import pytest

from geo_service.domain.case import Move
from geo_service.domain.lifecycle import Mover, Stage

NOW = datetime(2026, 10, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("number", "stage", "to", "other", "is_note"),
    [
        (1, Stage.COLLECTED, Stage.COLLECTED, "", False),  # the report itself
        (2, Stage.COLLECTED, Stage.FILED, "", False),
        (3, Stage.FILED, Stage.FILED, "", True),
        (4, Stage.DISPATCHED, Stage.DISPATCHED, "", False),  # to another body
        (5, Stage.DISPATCHED, Stage.DISPATCHED, "other", True),  # another was merged into it
        (6, Stage.DISPATCHED, Stage.MERGED, "other", False),
    ],
)
def test_note_is_what_moves_a_case_nowhere(
    number: int, stage: Stage, to: Stage, other: str, *, is_note: bool
) -> None:
    move = Move("i-1", number, NOW, stage, to, Mover.STAFF, other_issue_id=other)
    assert move.is_note is is_note
