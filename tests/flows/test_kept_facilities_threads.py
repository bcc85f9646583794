"""Things change while eight threads ask: each answer is right for one moment in between."""

import json
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import count
from random import Random
from threading import Condition, Event
from typing import NamedTuple, TypeAlias

import pytest

from geo_service.domain.facility import Facility, State
from geo_service.domain.opening import Calendar, Openings
from geo_service.errors import GeoServiceError
from geo_service.flows.find_nearest import (
    NearestAnswer,
    NearestQuestion,
    answer_nearest,
)
from geo_service.flows.kept_facilities import KeptFacilities
from geo_service.flows.kept_tables import KeptTables
from geo_service.flows.load_streets import load_streets
from geo_service.flows.placed_facilities import PlacedFacilities, place_facilities
from geo_service.flows.wiring import Workspace
from geo_service.store import facilities as stored
from geo_service.streets.measure import Measure
from geo_service.streets.profile import Profile

Told: TypeAlias = object
"""An answer, or the words of an error."""
Change: TypeAlias = Callable[[Workspace], None]

THREADS = 8
ANSWERS_BETWEEN = 40
"""So many answers are given, by all threads together, between two changes."""
PATIENCE_S = 60.0
LENGTH_M = 900.0


def place(name: str, metres: float, kind: str = "rest_station", **more: object) -> Facility:
    """Return a facility so many metres along the street."""
    return Facility(name, kind, 112.14 + metres / 94_400, 32.04, **more)  # type: ignore[arg-type] - tests name the fields


def put(facility: Facility) -> Change:
    def change(workspace: Workspace) -> None:
        with workspace.database.writing() as connection:
            stored.write(connection, [facility])

    return change


def remove(facility_id: str) -> Change:
    def change(workspace: Workspace) -> None:
        with workspace.database.writing() as connection:
            assert stored.remove(connection, facility_id)

    return change


def report(facility_id: str, state: State) -> Change:
    def change(workspace: Workspace) -> None:
        with workspace.database.writing() as connection:
            assert stored.write_state(connection, facility_id, state)

    return change


def swap(one: Facility, other: Facility) -> Change:
    """Put one facility where another was, and that one in its place, at the same moment."""

    def change(workspace: Workspace) -> None:
        there = replace(one, lon=other.lon), replace(other, lon=one.lon)
        with workspace.database.writing() as connection:
            stored.write(connection, there)

    return change


def load(lat: float) -> Change:
    """Load other streets: the same street, a little farther north."""

    def change(workspace: Workspace) -> None:
        line = {"type": "LineString", "coordinates": [[112.14, lat], [112.15, lat]]}
        road = {"type": "Feature", "properties": {"highway": "residential"}, "geometry": line}
        path = workspace.settings.workspace.parent / "road.geojson"
        path.write_text(json.dumps({"type": "FeatureCollection", "features": [road]}))
        load_streets(workspace, [path])

    return change


def facilities(now: datetime) -> list[Facility]:
    free = State(now, free=1)
    parking = [place(f"p-{at}", 60.0 * at, "parking_point", state=free) for at in range(14)]
    return [*parking, place("water", 400, "water_point"), place("rest", 700)]


def changes(now: datetime, rounds: int) -> list[Change]:
    """Return changes; after each round all is again as it was, but for the age of the states."""
    known = {one.facility_id: one for one in facilities(now)}
    every: list[Change] = []
    for turn in range(rounds):
        later = now + timedelta(microseconds=turn + 1)
        every += [
            remove("p-3"),
            report("p-5", State(later, free=0)),
            put(replace(known["p-1"], lon=known["rest"].lon)),
            swap(known["water"], known["rest"]),
            put(known["p-3"]),
            load(32.0405 if turn % 2 else 32.0395),
            put(known["p-1"]),
            remove("water"),
            report("p-5", State(later, free=2)),
            put(known["water"]),
            put(known["rest"]),
        ]
    return every


def questions(count: int) -> list[NearestQuestion]:
    random = Random(7)  # noqa: S311 - nothing secret
    return [
        NearestQuestion(
            32.04,
            112.14 + random.uniform(0, LENGTH_M) / 94_400,
            kinds=frozenset(random.choice([(), (), ("water_point",), ("parking_point",)])),
            k=random.choice([1, 3, 8, 12]),
            by=random.choice(list(Measure)),
            profile=random.choice(list(Profile)),
            usable=random.random() < 0.5,
            max_distance_m=random.choice([None, None, 300.0]),
        )
        for _ in range(count)
    ]


def told(placed: PlacedFacilities, question: NearestQuestion, now: datetime) -> Told:
    try:
        return answer_nearest(placed, question, now)
    except GeoServiceError as error:
        return str(error)


class Progress:
    """How many changes were begun and are done, and how many answers were given."""

    def __init__(self) -> None:
        self._news = Condition()
        self.begun = self.done = self._answers = 0
        self._turns = count()

    def turn(self) -> int:
        """Return a number larger than all that were returned before."""
        return next(self._turns)

    def answer(self) -> None:
        with self._news:
            self._answers += 1
            self._news.notify_all()

    def wait_for_answers(self, count: int) -> None:
        with self._news:
            assert self._news.wait_for(lambda: self._answers >= count, PATIENCE_S)


class Heard(NamedTuple):
    """An answer, and which states of things there were while it was found."""

    question: int
    answer: Told
    first: int
    last: int
    asked: int
    """The turn in which it was asked for."""
    told: int
    """The turn in which it was there."""


def ask_on(
    kept_facilities: KeptFacilities,
    asked: Sequence[NearestQuestion],
    now: datetime,
    progress: Progress,
    order: Random,
    end: int,
) -> list[Heard]:
    """Ask until the last change is done, and once more everything."""
    heard = []
    rest = list(range(len(asked)))
    while progress.done < end or rest:
        chosen = rest.pop() if progress.done == end else order.randrange(len(asked))
        turn, first = progress.turn(), progress.done
        answer = told(kept_facilities.current(asked[chosen].profile), asked[chosen], now)
        heard.append(Heard(chosen, answer, first, progress.begun, turn, progress.turn()))
        progress.answer()
    return heard


def hear(
    workspace: Workspace, asked: Sequence[NearestQuestion], every: Sequence[Change], now: datetime
) -> list[Heard]:
    """Make changes one after the other while eight threads ask; return all they were told."""
    kept_facilities, progress, end = KeptFacilities(workspace), Progress(), len(every)
    with ThreadPoolExecutor(THREADS) as threads:
        askers = [
            threads.submit(ask_on, kept_facilities, asked, now, progress, Random(thread), end)  # noqa: S311 - nothing secret
            for thread in range(THREADS)
        ]
        try:
            for number, change in enumerate(every, start=1):
                progress.wait_for_answers(number * ANSWERS_BETWEEN)
                progress.begun = number
                change(workspace)
                progress.done = number
        finally:
            progress.done = end
        return [one for asker in askers for one in asker.result(PATIENCE_S)]


def in_one_order(heard: Sequence[Heard], expected: Sequence[Sequence[Told]]) -> None:
    """Each is an answer of one state, and of none before one that anybody had been told of."""
    seen, states = 0, {}
    told_before = deque(sorted(heard, key=lambda one: one.told))
    for one in sorted(heard, key=lambda one: one.asked):
        while told_before[0].told < one.asked:
            seen = max(seen, states[told_before.popleft().asked])
        possible = range(max(one.first, seen), one.last + 1)
        fitting = [state for state in possible if expected[state][one.question] == one.answer]
        assert fitting
        states[one.asked] = fitting[0]


@pytest.mark.slow
def test_every_answer_is_right_for_one_moment_between_its_start_and_its_end(
    workspace: Workspace, now: datetime
) -> None:
    asked, every = questions(30), changes(now, rounds=4)

    def begin() -> None:
        load(32.04)(workspace)
        with workspace.database.writing() as connection:
            stored.write(connection, facilities(now), replace=True)

    def expect() -> list[Told]:
        anew = {profile: place_facilities(workspace, profile) for profile in Profile}
        return [told(anew[each.profile], each, now) for each in asked]

    begin()
    expected = [expect()]
    for change in every:
        change(workspace)
        expected.append(expect())
    assert len({str(each) for each in expected}) > len(every) / 2, "most changes show"

    begin()
    heard = hear(workspace, asked, every, now)
    assert len(heard) >= ANSWERS_BETWEEN * len(every)
    in_one_order(heard, expected)


def names_of(answer: Told) -> list[str]:
    """Name what was found, whose ranks must be whole and whose ways ever longer."""
    assert isinstance(answer, NearestAnswer)
    assert [near.rank for near in answer.found] == list(range(1, len(answer.found) + 1))
    metres = [near.distance_m for near in answer.found]
    assert metres == sorted(metres)
    return [near.facility.facility_id for near in answer.found]


@pytest.mark.parametrize("happens", ["remove", "report"])
def test_what_was_seen_to_be_gone_is_never_found_again(
    workspace: Workspace, now: datetime, happens: str
) -> None:
    """Every answer tells of every change, for all are asked for; and each is whole."""
    known = {one.facility_id: one for one in facilities(now)}
    gone, back = remove("p-3"), put(known["p-3"])
    if happens == "report":
        gone, back = (report("p-3", State(now, free=free)) for free in (0, 1))
    with workspace.database.writing() as connection:
        stored.write(connection, known.values(), replace=True)
    asked = [
        NearestQuestion(32.04, 112.14, k=100, by=by, profile=profile, usable=True)
        for by in Measure
        for profile in Profile
    ]
    ranked = sorted(known, key=lambda name: known[name].lon)
    without = [name for name in ranked if name != "p-3"]
    heard = [
        one._replace(answer=names_of(one.answer))
        for one in hear(workspace, asked, [gone, back] * 40, now)
    ]
    told_of = [[ranked] * len(asked), [without] * len(asked)]
    in_one_order(heard, told_of * 40 + told_of[:1])


def test_while_a_change_is_read_nobody_is_told_what_was_before(
    workspace: Workspace, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = facilities(now)
    with workspace.database.writing() as connection:
        stored.write(connection, known, replace=True)
    kept_facilities, reading, go_on, asking = KeptFacilities(workspace), Event(), Event(), Event()
    before = kept_facilities.current(Profile.EBIKE)
    with_changes = PlacedFacilities.with_changes

    def wait(
        self: PlacedFacilities, changed: Mapping[str, Facility | None]
    ) -> PlacedFacilities | None:
        reading.set()
        assert go_on.wait(PATIENCE_S)
        return with_changes(self, changed)

    def ask() -> PlacedFacilities:
        asking.set()
        return kept_facilities.current(Profile.EBIKE)

    monkeypatch.setattr(PlacedFacilities, "with_changes", wait)
    remove("p-3")(workspace)
    with ThreadPoolExecutor(2) as threads:
        first = threads.submit(kept_facilities.current, Profile.EBIKE)
        assert reading.wait(PATIENCE_S)
        second = threads.submit(ask)
        assert asking.wait(PATIENCE_S)
        for _ in range(100):
            assert kept_facilities.current_if_read(Profile.EBIKE) is None
        go_on.set()
        assert first.result(PATIENCE_S) is second.result(PATIENCE_S)
    after = kept_facilities.current_if_read(Profile.EBIKE)
    assert after is first.result()
    assert after.facilities == [one for one in before.facilities if one.facility_id != "p-3"]


@dataclass(frozen=True)
class Asked:
    """A question at a moment, and the answer of facilities that were asked nothing else."""

    question: NearestQuestion
    moment: datetime
    answer: Told


def test_eight_threads_at_moments_of_their_own_are_told_what_one_alone_is(
    workspace: Workspace, now: datetime
) -> None:
    """What is remembered of one moment is never told of another; hardly a table is kept."""
    random = Random(11)  # noqa: S311 - nothing secret
    hours = ["", "Mo-Su 08:00-12:30", "Mo-Su 22:00-02:30", "off", "We 11:00-12:05"]
    with workspace.database.writing() as connection:
        named = [replace(one, opening_hours=random.choice(hours)) for one in facilities(now)]
        stored.write(connection, named, replace=True)
    fresh = place_facilities(workspace, Profile.EBIKE)
    alone = [
        replace(fresh, openings=Openings(Calendar()), known={}, standings=[None] * len(named))
        for _ in range(240)
    ]
    every = []
    for placed, question in zip(alone, questions(len(alone)), strict=True):
        moment = now + timedelta(
            seconds=random.choice([0, 300, 600, 601, random.randrange(90_000)])
        )
        chosen = question._replace(open_at=random.choice([None, moment]))
        every.append(Asked(chosen, moment, told(placed, chosen, moment)))
    shared = replace(fresh, tables=KeptTables(most=2))

    def ask(order: Random) -> list[Asked]:
        mine = order.sample(every, len(every))
        return [replace(one, answer=told(shared, one.question, one.moment)) for one in mine]

    with ThreadPoolExecutor(THREADS) as threads:
        asked = [threads.submit(ask, Random(thread)) for thread in range(THREADS)]  # noqa: S311 - nothing secret
        answers = [one for asker in asked for one in asker.result(PATIENCE_S)]
    expected = {(one.question, one.moment): one.answer for one in every}
    assert len({str(one.answer) for one in every}) > len(every) / 2
    for one in answers:
        assert one.answer == expected[one.question, one.moment]
