"""Catchments are made once, kept while they hold, and never too many."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from gc import collect
from threading import Event
from weakref import ref

import pytest

from geo_service.domain.facility import State
from geo_service.errors import NotReady, UnknownKind, WrongUsage
from geo_service.flows.find_catchments import CatchmentQuestion
from geo_service.flows.kept_facilities import KeptFacilities
from geo_service.flows.placed_facilities import PlacedFacilities
from geo_service.flows.wiring import Workspace, open_workspace
from geo_service.settings import Settings
from geo_service.store import facilities as stored
from geo_service.streets.profile import Profile
from geo_service.web import kept_catchments
from geo_service.web.kept_catchments import MOST_MAKING, Kept, KeptCatchments

ASKED = CatchmentQuestion()
PATIENCE_S = 30.0


@pytest.fixture
def workspace(own_settings: Settings) -> Iterator[Workspace]:
    with open_workspace(own_settings) as opened:
        yield opened


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[CatchmentQuestion]:
    """Return a list that grows with each answer made."""
    questions: list[CatchmentQuestion] = []
    make = kept_catchments._make

    def counted(placed: PlacedFacilities, question: CatchmentQuestion, now: datetime) -> Kept:
        questions.append(question)
        return make(placed, question, now)

    monkeypatch.setattr(kept_catchments, "_make", counted)
    return questions


def answer(
    kept: KeptCatchments, placed: PlacedFacilities, question: CatchmentQuestion, now: datetime
) -> Kept:
    return kept.promise(placed, question, now).result(PATIENCE_S)


def text_of(kept: Kept) -> bytes:
    return b"".join(kept.pieces())


def change(workspace: Workspace, facility_id: str, **words: object) -> None:
    with workspace.database.writing() as connection:
        held = stored.find(connection, facility_id)
        assert held is not None
        stored.write(connection, [replace(held, **words)], replace=False)  # type: ignore[arg-type] - tests name the fields


def test_answer_is_made_once(
    workspace: Workspace, now: datetime, made: list[CatchmentQuestion]
) -> None:
    kept_facilities, kept = KeptFacilities(workspace), KeptCatchments()
    for _ in range(3):
        answer(kept, kept_facilities.current(Profile.EBIKE), ASKED, now)
    assert made == [ASKED]
    answer(kept, kept_facilities.current(Profile.EBIKE), ASKED._replace(minutes=3), now)
    answer(kept, kept_facilities.current(Profile.EBIKE), ASKED, now)
    assert len(made) == 2


def test_reported_state_makes_no_new_answer_but_a_new_name_or_place_does(
    workspace: Workspace, now: datetime, made: list[CatchmentQuestion]
) -> None:
    kept_facilities, kept = KeptFacilities(workspace), KeptCatchments()
    first = answer(kept, kept_facilities.current(Profile.EBIKE), ASKED, now)
    with workspace.database.writing() as connection:
        state = State(now + timedelta(minutes=1), charged=0, empty=5)
        stored.write_state(connection, "cabinet-fresh", state)
    assert answer(kept, kept_facilities.current(Profile.EBIKE), ASKED, now).tag == first.tag
    assert len(made) == 1
    change(workspace, "cabinet-fresh", name="新柜")
    renamed = answer(kept, kept_facilities.current(Profile.EBIKE), ASKED, now)
    assert (len(made), "新柜" in text_of(renamed).decode()) == (2, True)
    change(workspace, "cabinet-fresh", lon=112.1301)
    moved = answer(kept, kept_facilities.current(Profile.EBIKE), ASKED, now)
    assert len(made) == 3
    assert len({first.tag, renamed.tag, moved.tag}) == 3


def test_least_asked_for_goes_first(
    workspace: Workspace, now: datetime, made: list[CatchmentQuestion]
) -> None:
    placed = KeptFacilities(workspace).current(Profile.EBIKE)
    size = len(answer(KeptCatchments(), placed, ASKED, now).zipped)
    made.clear()
    kept = KeptCatchments(most_bytes=int(size * 2.9))
    for minutes in (1, 2, 1, 3, 1, 2):
        answer(kept, placed, ASKED._replace(minutes=minutes), now)
    # The third pushed out the second, which was asked for longer ago than the first.
    assert [question.minutes for question in made] == [1, 2, 3, 2]


def test_one_larger_than_all_room_is_answered_still(
    workspace: Workspace, now: datetime, made: list[CatchmentQuestion]
) -> None:
    placed, kept = KeptFacilities(workspace).current(Profile.EBIKE), KeptCatchments(most_bytes=1)
    for _ in range(2):
        assert text_of(answer(kept, placed, ASKED, now)).startswith(b'{"type":"FeatureCollection"')
    assert len(made) == 1


def test_many_who_ask_at_once_wait_for_one(
    workspace: Workspace, now: datetime, made: list[CatchmentQuestion]
) -> None:
    placed, kept = KeptFacilities(workspace).current(Profile.EBIKE), KeptCatchments()
    promises = [kept.promise(placed, ASKED, now) for _ in range(6)]
    assert len({promise.result(PATIENCE_S).tag for promise in promises}) == 1
    assert len(made) == 1


def test_few_questions_wait_and_others_are_told_to_come_again(
    workspace: Workspace, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    placed, kept, go_on = (
        KeptFacilities(workspace).current(Profile.EBIKE),
        KeptCatchments(),
        Event(),
    )
    make = kept_catchments._make

    def make_later(placed: PlacedFacilities, question: CatchmentQuestion, now: datetime) -> Kept:
        assert go_on.wait(PATIENCE_S)
        return make(placed, question, now)

    monkeypatch.setattr(kept_catchments, "_make", make_later)
    questions = [ASKED._replace(minutes=minutes) for minutes in range(1, MOST_MAKING + 1)]
    promises = [kept.promise(placed, question, now) for question in questions]
    with pytest.raises(NotReady, match="Too many"):
        kept.promise(placed, ASKED._replace(minutes=60), now)
    assert kept.promise(placed, questions[-1], now) is promises[-1], "the same may be waited for"
    go_on.set()
    assert all(promise.result(PATIENCE_S).zipped for promise in promises)
    assert kept.promise(placed, ASKED._replace(minutes=60), now).result(PATIENCE_S).zipped


def test_nothing_is_held_of_places_that_have_changed(workspace: Workspace, now: datetime) -> None:
    kept_facilities, kept = KeptFacilities(workspace), KeptCatchments()
    for minutes in (1, 2, 3):
        answer(kept, kept_facilities.current(Profile.EBIKE), ASKED._replace(minutes=minutes), now)
    before = ref(kept_facilities.current(Profile.EBIKE).sites)
    change(workspace, "cabinet-fresh", lon=112.1301)
    answer(kept, kept_facilities.current(Profile.EBIKE), ASKED, now)
    collect()
    assert before() is None


def test_wrong_question_leaves_nothing_behind(workspace: Workspace, now: datetime) -> None:
    placed, kept = KeptFacilities(workspace).current(Profile.EBIKE), KeptCatchments()
    with pytest.raises(UnknownKind):
        answer(kept, placed, ASKED._replace(kinds=frozenset({"helipad"})), now)
    with pytest.raises(WrongUsage):
        answer(kept, placed, ASKED._replace(minutes=0), now)
    assert answer(kept, placed, ASKED, now).zipped
