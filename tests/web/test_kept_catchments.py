"""Catchments are made once, kept while they hold, and never too many."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from threading import Barrier, Thread

import pytest

from geo_service.domain.facility import State
from geo_service.errors import UnknownKind, WrongUsage
from geo_service.flows.district import District
from geo_service.flows.districts import Districts
from geo_service.flows.find_catchments import CatchmentQuestion
from geo_service.flows.wiring import Workspace, open_workspace
from geo_service.settings import Settings
from geo_service.store import facilities as stored
from geo_service.streets.profile import Profile
from geo_service.web import kept_catchments
from geo_service.web.kept_catchments import Kept, KeptCatchments

ASKED = CatchmentQuestion()
Answer = Callable[..., Kept]


@pytest.fixture
def workspace(own_settings: Settings) -> Iterator[Workspace]:
    with open_workspace(own_settings) as opened:
        yield opened


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[CatchmentQuestion]:
    """Return a list that grows with each answer made."""
    questions: list[CatchmentQuestion] = []
    make = kept_catchments._make

    def counted(district: District, question: CatchmentQuestion, now: datetime) -> Kept:
        questions.append(question)
        return make(district, question, now)

    monkeypatch.setattr(kept_catchments, "_make", counted)
    return questions


def change(workspace: Workspace, facility_id: str, **words: object) -> None:
    with workspace.database.writing() as connection:
        held = stored.find(connection, facility_id)
        assert held is not None
        stored.write(connection, [replace(held, **words)], replace=False)  # type: ignore[arg-type] - tests name the fields


def test_answer_is_made_once(
    workspace: Workspace, now: datetime, made: list[CatchmentQuestion]
) -> None:
    districts, kept = Districts(workspace), KeptCatchments()
    for _ in range(3):
        kept.answer(districts.current(Profile.EBIKE), ASKED, now)
    assert made == [ASKED]
    kept.answer(districts.current(Profile.EBIKE), ASKED._replace(minutes=3), now)
    kept.answer(districts.current(Profile.EBIKE), ASKED, now)
    assert len(made) == 2


def test_reported_state_makes_no_new_answer_but_a_new_name_or_place_does(
    workspace: Workspace, now: datetime, made: list[CatchmentQuestion]
) -> None:
    districts, kept = Districts(workspace), KeptCatchments()
    first = kept.answer(districts.current(Profile.EBIKE), ASKED, now)
    with workspace.database.writing() as connection:
        state = State(now + timedelta(minutes=1), charged=0, empty=5)
        stored.write_state(connection, "cabinet-fresh", state)
    assert kept.answer(districts.current(Profile.EBIKE), ASKED, now).tag == first.tag
    assert len(made) == 1
    change(workspace, "cabinet-fresh", name="新柜")
    renamed = kept.answer(districts.current(Profile.EBIKE), ASKED, now)
    assert (len(made), "新柜" in renamed.text.decode()) == (2, True)
    change(workspace, "cabinet-fresh", lon=112.1301)
    moved = kept.answer(districts.current(Profile.EBIKE), ASKED, now)
    assert len(made) == 3
    assert len({first.tag, renamed.tag, moved.tag}) == 3


def test_least_asked_for_goes_first(
    workspace: Workspace, now: datetime, made: list[CatchmentQuestion]
) -> None:
    district = Districts(workspace).current(Profile.EBIKE)
    size = len(KeptCatchments().answer(district, ASKED, now).zipped)
    made.clear()
    kept = KeptCatchments(most_bytes=int(size * 2.9))
    for minutes in (1, 2, 1, 3, 1, 2):
        kept.answer(district, ASKED._replace(minutes=minutes), now)
    # The third pushed out the second, which was asked for longer ago than the first.
    assert [question.minutes for question in made] == [1, 2, 3, 2]


def test_one_larger_than_all_room_is_answered_still(
    workspace: Workspace, now: datetime, made: list[CatchmentQuestion]
) -> None:
    district, kept = Districts(workspace).current(Profile.EBIKE), KeptCatchments(most_bytes=1)
    for _ in range(2):
        assert kept.answer(district, ASKED, now).text.startswith(b'{"type":"FeatureCollection"')
    assert len(made) == 1


def test_many_who_ask_at_once_wait_for_one(
    workspace: Workspace, now: datetime, made: list[CatchmentQuestion]
) -> None:
    district, kept = Districts(workspace).current(Profile.EBIKE), KeptCatchments()
    start, tags = Barrier(6), []

    def ask() -> None:
        start.wait()
        tags.append(kept.answer(district, ASKED, now).tag)

    threads = [Thread(target=ask) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(tags), len(set(tags)), len(made)) == (6, 1, 1)


def test_wrong_question_leaves_nothing_behind(workspace: Workspace, now: datetime) -> None:
    district, kept = Districts(workspace).current(Profile.EBIKE), KeptCatchments()
    with pytest.raises(UnknownKind):
        kept.answer(district, ASKED._replace(kinds=frozenset({"helipad"})), now)
    with pytest.raises(WrongUsage):
        kept.answer(district, ASKED._replace(minutes=0), now)
    assert kept.answer(district, ASKED, now).zipped
