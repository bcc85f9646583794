"""Whatever changes, in any order, answers are those of facilities placed anew."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from random import Random
from typing import Any, TypeAlias

import pytest

from geo_service.domain.facility import Facility, Service, State
from geo_service.domain.issue import Issue
from geo_service.domain.opening import Calendar
from geo_service.domain.role import Role
from geo_service.errors import GeoServiceError, NotReady
from geo_service.flows import placed_facilities as placed_module
from geo_service.flows.change_facility import put_facility, retire_facility
from geo_service.flows.find_nearest import NearestQuestion, answer_nearest
from geo_service.flows.kept_facilities import KeptFacilities
from geo_service.flows.kept_tables import MOST
from geo_service.flows.load_streets import load_streets
from geo_service.flows.placed_facilities import PlacedFacilities, place_facilities
from geo_service.flows.report_state import report_state
from geo_service.flows.wiring import Workspace
from geo_service.geometry.datum import Datum
from geo_service.store import city
from geo_service.store import facilities as stored
from geo_service.store import issues as stored_issues
from geo_service.store.keys import Key
from geo_service.streets.measure import Measure
from geo_service.streets.profile import Profile

Told: TypeAlias = object
"""An answer, or the words of an error."""

WEST, SOUTH, STEP = 112.14, 32.04, 0.0012
SIDE = 5
KINDS = ("charging_cabinet", "parking_point", "rest_station", "water_point")
AMENITIES = ("microwave", "tap", "wifi")
HOURS = ("", "24/7", "Mo-Su 08:00-22:00", "Mo-Su 22:00-02:30", "We 11:00-12:05; PH off", "off")
IDS = (*(f"f-{number}" for number in range(26)), "B", "b", "站")
"""As text "f-10" comes before "f-2"."""
BERLIN = Calendar("Europe/Berlin", "DE")


def load_grid(workspace: Workspace, seed: int) -> str:
    """Load a grid of streets of which some are one-way and some are gone; return the version."""
    random, features = Random(seed), []  # noqa: S311 - nothing secret
    for row in range(SIDE):
        for column in range(SIDE):
            here = [WEST + column * STEP, SOUTH + row * STEP]
            for east, north in ((1, 0), (0, 1)):
                if column + east == SIDE or row + north == SIDE or random.random() < 0.1:
                    continue
                tags = {"highway": random.choice(["residential", "primary", "footway"])}
                if random.random() < 0.3:
                    tags["oneway"] = "yes"
                there = [here[0] + east * STEP, here[1] + north * STEP]
                line = {"type": "LineString", "coordinates": [here, there]}
                features.append({"type": "Feature", "properties": tags, "geometry": line})
    path = workspace.settings.workspace.parent / "grid.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    load_streets(workspace, [path])
    return workspace.streets_version()


@pytest.fixture
def grid(empty: Workspace) -> Workspace:
    load_grid(empty, 1)
    return empty


class Town:
    """A workspace in which things happen at random."""

    def __init__(self, workspace: Workspace, seed: int, now: datetime) -> None:
        self.workspace, self.now = workspace, now
        self.random = Random(seed)  # noqa: S311 - as above
        self.known: dict[str, Facility] = {}
        with workspace.database.writing() as connection:
            city.write_calendar(connection, Calendar())
        self.replace_all()

    def position(self) -> tuple[float, float]:
        """Return a place among the streets; often one where something is, sometimes far away."""
        random, half = self.random, STEP / 2
        if random.random() < 0.1:
            return WEST + 0.03, SOUTH
        lon = WEST + random.randrange(2 * SIDE - 1) * half
        return lon, SOUTH + random.randrange(2 * SIDE - 1) * half + random.choice([0, 0.0001])

    def state(self) -> State:
        random = self.random
        counts = [random.choice([None, 0, 1, 5]) for _ in range(3)]
        age = timedelta(seconds=random.choice([0, 200, 599, 600, 601, 4000]))
        return State(self.now - age, *counts, out_of_order=random.random() < 0.1)

    def facility(self, facility_id: str) -> Facility:
        random = self.random
        return Facility(
            facility_id,
            random.choice(KINDS[: random.randint(1, 4)]),
            *self.position(),
            name=f"name {random.randrange(100)}",
            opening_hours=random.choice(HOURS),
            amenities=frozenset(random.sample(AMENITIES, random.randint(0, 3))),
            services=frozenset(random.sample(list(Service), random.randint(0, 2))),
            state=self.state() if random.random() < 0.5 else None,
        )

    def write(self, *facilities: Facility) -> None:
        with self.workspace.database.writing() as connection:
            stored.write(connection, facilities)
        self.known |= {facility.facility_id: facility for facility in facilities}

    def add(self) -> None:
        """Add a facility, or put another one in the place of one that is there."""
        self.write(self.facility(self.random.choice(IDS)))

    def change(self, **fields: object) -> None:
        if self.known:
            one = self.known[self.random.choice(sorted(self.known))]
            self.write(replace(one, **fields))  # type: ignore[arg-type] - the callers name fields

    def move(self) -> None:
        lon, lat = self.position()
        self.change(lon=lon, lat=lat)

    def rename(self) -> None:
        self.change(name=f"renamed {self.random.randrange(100)}")

    def change_kind(self) -> None:
        self.change(kind=self.random.choice(KINDS))

    def change_hours(self) -> None:
        self.change(opening_hours=self.random.choice(HOURS))

    def change_amenities(self) -> None:
        self.change(amenities=frozenset(self.random.sample(AMENITIES, self.random.randint(0, 3))))

    def report(self) -> None:
        if self.known:
            with self.workspace.database.writing() as connection:
                stored.write_state(connection, self.random.choice(sorted(self.known)), self.state())

    def remove(self) -> None:
        if self.known:
            facility_id = self.random.choice(sorted(self.known))
            with self.workspace.database.writing() as connection:
                assert stored.remove(connection, facility_id)
            del self.known[facility_id]

    def replace_all(self) -> None:
        chosen = self.random.sample(IDS, self.random.randint(0, len(IDS)))
        self.known = {facility_id: self.facility(facility_id) for facility_id in chosen}
        with self.workspace.database.writing() as connection:
            stored.write(connection, list(self.known.values()), replace=True)

    def replace_with_one_more(self) -> None:
        """Load all there is in bulk, and a facility that was not there."""
        with self.workspace.database.writing() as connection:
            every = stored.read_all(connection)
            new = [name for name in IDS if name not in {one.facility_id for one in every}]
            every += [self.facility(name) for name in new[:1]]
            stored.write(connection, every, replace=True)
        self.known = {one.facility_id: one for one in every}

    def change_calendar(self) -> None:
        with self.workspace.database.writing() as connection:
            city.write_calendar(connection, self.random.choice([Calendar(), BERLIN]))

    def load_streets(self) -> None:
        load_grid(self.workspace, self.random.randint(1, 3))

    def several(self) -> None:
        """Change several things before anybody asks."""
        for happen in self.random.choices([self.add, self.move, self.remove, self.report], k=4):
            happen()

    def happen(self) -> str:
        """Let something happen; return what it was."""
        every = [
            *[self.add, self.remove, self.move, self.report, self.report, self.several],
            *[self.rename, self.change_kind, self.change_hours, self.change_amenities],
            *[self.replace_all, self.replace_with_one_more],
            *[self.change_calendar, self.load_streets],
        ]
        happened = self.random.choice(every)
        happened()
        return happened.__name__

    def question(self) -> tuple[NearestQuestion, datetime]:
        """Return any question, and a moment from an hour before to an hour after."""
        random = self.random
        now = self.now + timedelta(seconds=random.randint(-3600, 3600))
        lon, lat = self.position()
        open_at = random.choice([None, None, now, now + timedelta(hours=random.randint(-9, 30))])
        question = NearestQuestion(
            lat,
            lon,
            kinds=frozenset(random.sample(KINDS, random.choice([0, 0, 1, 2]))),
            k=random.choice([1, 3, 8, 9, 12, 100]),
            by=random.choice(list(Measure)),
            profile=random.choice(list(Profile)),
            amenities=frozenset(random.sample(AMENITIES, random.choice([0, 0, 1, 2]))),
            open_at=open_at,
            open_for_min=random.choice([0.0, 0.0, 5.0, 240.0]),
            usable=random.random() < 0.3,
            max_distance_m=random.choice([None, None, 150.0, 400.0]),
        )
        return question, now


def told(placed: PlacedFacilities, question: NearestQuestion, now: datetime) -> Told:
    try:
        return answer_nearest(placed, question, now)
    except GeoServiceError as error:
        return str(error)


@pytest.mark.parametrize("seed", range(8))
def test_after_any_changes_answers_are_those_of_facilities_placed_anew(
    grid: Workspace, now: datetime, seed: int
) -> None:
    town, kept_facilities = Town(grid, seed, now), KeptFacilities(grid)
    earlier: list[tuple[str, PlacedFacilities, NearestQuestion, datetime, Told]] = []
    for _ in range(25):
        happened = town.happen()
        anew = {profile: place_facilities(grid, profile) for profile in Profile}
        for _ in range(6):
            question, moment = town.question()
            placed = kept_facilities.current(question.profile)
            answer = told(placed, question, moment)
            assert answer == told(anew[question.profile], question, moment), happened
            assert placed.facilities == anew[question.profile].facilities, happened
            earlier.append((happened, placed, question, moment, answer))
        for one in town.random.sample(earlier, min(4, len(earlier))):
            before, placed, question, moment, answer = one
            assert told(placed, question, moment) == answer, f"{before} stays, {happened}"


def test_without_a_change_what_is_placed_is_the_same(grid: Workspace, now: datetime) -> None:
    Town(grid, 1, now)
    kept_facilities = KeptFacilities(grid)
    assert kept_facilities.current_if_read(Profile.WALK) is None
    placed = kept_facilities.current(Profile.WALK)
    assert kept_facilities.current(Profile.WALK) is placed
    assert kept_facilities.current_if_read(Profile.WALK) is placed
    assert kept_facilities.current_if_read(Profile.EBIKE) is None, "nobody has asked for it yet"


def test_unrelated_change_keeps_what_is_placed(grid: Workspace, now: datetime) -> None:
    Town(grid, 1, now)
    kept_facilities = KeptFacilities(grid)
    before = [kept_facilities.current(profile) for profile in Profile]
    with grid.database.writing() as connection:
        stored_issues.write(connection, [Issue("i", "standing_water", WEST, SOUTH, now)])
    assert kept_facilities.current_if_read(Profile.EBIKE) is None, "first it has to be looked at"
    assert [kept_facilities.current(profile) for profile in Profile] == before


def count_tables(monkeypatch: pytest.MonkeyPatch) -> list[Measure]:
    """Return a list that grows with every table that is made."""
    made: list[Measure] = []

    def make(*arguments: Any, **more: Any) -> object:  # noqa: ANN401 - handed on as they are
        made.append(arguments[3])
        return really_make(*arguments, **more)

    really_make = placed_module.make_table
    monkeypatch.setattr(placed_module, "make_table", make)
    return made


def test_table_is_made_anew_only_when_the_set_has_changed(
    grid: Workspace, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    parking = Facility("p", "parking_point", WEST, SOUTH, state=State(now, free=3))
    other = Facility("q", "parking_point", WEST, SOUTH + STEP, state=State(now, free=1))
    with grid.database.writing() as connection:
        stored.write(connection, [parking, other])
    kept_facilities, made = KeptFacilities(grid), count_tables(monkeypatch)

    def ask() -> list[str]:
        question = NearestQuestion(SOUTH, WEST, usable=True)
        answer = answer_nearest(kept_facilities.current(Profile.EBIKE), question, now)
        return [near.facility.name for near in answer.found]

    def report(free: int) -> None:
        with grid.database.writing() as connection:
            stored.write_state(connection, "p", State(now, free=free))

    def write(facility: Facility) -> None:
        with grid.database.writing() as connection:
            stored.write(connection, [facility])

    assert ask() == ["", ""]
    assert len(made) == 1
    report(1)
    assert ask() == ["", ""]
    write(replace(parking, name="named"))
    assert ask() == ["named", ""]
    assert len(made) == 1, "the same set of facilities in the same places"
    report(0)
    assert ask() == [""]
    assert len(made) == 2
    report(2)
    assert ask() == ["named", ""]
    assert len(made) == 2, "the set from before is still kept"
    write(replace(parking, lat=SOUTH + 2 * STEP))
    assert ask() == ["", ""]
    assert len(made) == 3


def test_tables_of_places_that_are_no_more_are_forgotten(grid: Workspace, now: datetime) -> None:
    town, kept_facilities = Town(grid, 3, now), KeptFacilities(grid)
    for change in (town.add, town.move, town.remove, town.load_streets, town.change_calendar):
        town.add()
        for profile in Profile:
            told(kept_facilities.current(profile), NearestQuestion(SOUTH, WEST), now)
        change()
        sites = {kept_facilities.current(profile).sites for profile in Profile}
        assert {key[0] for key in kept_facilities._tables._kept} <= sites, change.__name__


def test_without_streets_it_is_not_ready_and_then_it_is(empty: Workspace, now: datetime) -> None:
    town, kept_facilities = Town(empty, 1, now), KeptFacilities(empty)
    for _ in range(2):
        with pytest.raises(NotReady, match="load streets"):
            kept_facilities.current(Profile.EBIKE)
        town.add()
    load_grid(empty, 1)
    question = NearestQuestion(SOUTH, WEST, k=100)
    anew = told(place_facilities(empty, Profile.EBIKE), question, now)
    assert told(kept_facilities.current(Profile.EBIKE), question, now) == anew


class Meanwhile:
    """Compiled streets; while they are opened for the first time, something happens."""

    def __init__(self, workspace: Workspace, happens: Callable[[], object]) -> None:
        self._networks, self._happens = workspace.networks, [happens]

    def open(self, *arguments: Any) -> object:  # noqa: ANN401 - handed on as they are
        opened = self._networks.open(*arguments)
        for happens in self._happens:
            self._happens = []
            happens()
        return opened

    def __getattr__(self, name: str) -> object:
        return getattr(self._networks, name)


def test_streets_loaded_while_others_are_opened_come_with_their_facilities(
    grid: Workspace, now: datetime
) -> None:
    """Else a facility that went before the new streets came would be found on them."""
    town = Town(grid, 1, now)
    town.write(Facility("gone", "rest_station", WEST, SOUTH))

    def happens() -> None:
        with grid.database.writing() as connection:
            assert stored.remove(connection, "gone")
        load_grid(grid, 2)

    networks: Any = Meanwhile(grid, happens)
    placed = KeptFacilities(replace(grid, networks=networks)).current(Profile.EBIKE)
    anew = place_facilities(grid, Profile.EBIKE)
    assert placed.streets.network.edges == anew.streets.network.edges
    assert placed.facilities == anew.facilities


def test_first_answer_of_a_set_nobody_asked_for_is_that_of_facilities_placed_anew(
    grid: Workspace, now: datetime
) -> None:
    """A hundred changes as operators and staff make them, more sets than tables are kept of."""
    town, kept_facilities = Town(grid, 21, now), KeptFacilities(grid)
    random, staff = town.random, Key("staff", Role.STAFF, "", now, None, None)

    usual = [town.question() for _ in range(10)]

    def put() -> None:
        one = town.facility(random.choice(IDS))
        if one.facility_id in present and random.random() < 0.5:
            one = replace(one, lon=present[one.facility_id].lon, lat=present[one.facility_id].lat)
        properties = {
            "kind": one.kind,
            "opening_hours": one.opening_hours,
            "amenities": ";".join(one.amenities),
            "services": ";".join(one.services),
        }
        point = {"type": "Point", "coordinates": [one.lon, one.lat]}
        feature = {"type": "Feature", "geometry": point, "properties": properties}
        put_facility(grid, one.facility_id, feature, datum=Datum.WGS84, now=now)

    def retire() -> None:
        retire_facility(grid, random.choice(sorted(present)))

    def report() -> None:
        report_state(grid, staff, random.choice(sorted(present)), town.state(), now)

    def ask(happened: str) -> None:
        question, moment = random.choice([town.question(), random.choice(usual)])
        asked = question._replace(profile=Profile.EBIKE)
        answer = told(kept_facilities.current(Profile.EBIKE), asked, moment)
        assert answer == told(anew, asked, moment), happened
        assert len(kept_facilities._tables._kept) <= MOST

    for _ in range(100):
        with grid.database.reading() as connection:
            present = {one.facility_id: one for one in stored.read_all(connection)}
        happens = random.choice([put, put, retire, report, report] if present else [put])
        happens()
        anew = place_facilities(grid, Profile.EBIKE)
        for _ in range(5):
            ask(happens.__name__)
    for _ in range(300):
        ask("nothing more")
    assert len(kept_facilities._tables._kept) == MOST
