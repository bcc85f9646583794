"""Things change while eight threads ask: each answer is right for one moment in between."""

import json
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta
from random import Random
from threading import Condition
from typing import NamedTuple, TypeAlias

import pytest

from geo_service.domain.facility import Facility, State
from geo_service.errors import GeoServiceError
from geo_service.flows.district import District
from geo_service.flows.districts import Districts
from geo_service.flows.find_nearest import NearestQuestion, answer_nearest, open_district
from geo_service.flows.load_streets import load_streets
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


def told(district: District, question: NearestQuestion, now: datetime) -> Told:
    try:
        return answer_nearest(district, question, now)
    except GeoServiceError as error:
        return str(error)


class Progress:
    """How many changes were begun and are done, and how many answers were given."""

    def __init__(self) -> None:
        self._news = Condition()
        self.begun = self.done = self._answers = 0

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


def ask_on(
    districts: Districts,
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
        first = progress.done
        answer = told(districts.current(asked[chosen].profile), asked[chosen], now)
        heard.append(Heard(chosen, answer, first, progress.begun))
        progress.answer()
    return heard


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
        anew = {profile: open_district(workspace, profile) for profile in Profile}
        return [told(anew[each.profile], each, now) for each in asked]

    begin()
    expected = [expect()]
    for change in every:
        change(workspace)
        expected.append(expect())
    assert len({str(each) for each in expected}) > len(every) / 2, "most changes show"

    begin()
    districts, progress = Districts(workspace), Progress()
    with ThreadPoolExecutor(THREADS) as threads:
        askers = [
            threads.submit(
                ask_on,
                districts,
                asked,
                now,
                progress,
                Random(thread),  # noqa: S311 - nothing secret
                len(every),
            )
            for thread in range(THREADS)
        ]
        try:
            for number, change in enumerate(every, start=1):
                progress.wait_for_answers(number * ANSWERS_BETWEEN)
                progress.begun = number
                change(workspace)
                progress.done = number
        finally:
            progress.done = len(every)
        heard = [one for asker in askers for one in asker.result(PATIENCE_S)]
    assert len(heard) >= ANSWERS_BETWEEN * len(every)
    for one in heard:
        states = range(one.first, one.last + 1)
        assert any(one.answer == expected[state][one.question] for state in states)
