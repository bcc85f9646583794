"""What placed facilities find once they find again, for as long as that holds and no longer."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from random import Random
from typing import Any

import numpy as np
import pytest

from geo_service.domain.facility import Facility, State
from geo_service.domain.facility_filter import FacilityFilter
from geo_service.domain.opening import Calendar, Openings, opening_at
from geo_service.domain.standing import standing_at
from geo_service.domain.usable import Usable, usable_at
from geo_service.flows.find_nearest import NearestQuestion, answer_nearest
from geo_service.flows.placed_facilities import (
    ALWAYS,
    MOMENTS_KEPT,
    MOST_FILTERS,
    MOST_MENDED,
    Fitting,
    PlacedFacilities,
    place_facilities,
)
from geo_service.flows.wiring import Workspace
from geo_service.store import facilities as stored
from geo_service.streets.measure import Measure
from geo_service.streets.profile import Profile

CALENDAR = Calendar()
KINDS = ("charging_cabinet", "parking_point", "rest_station")
HOURS = ("", "24/7", "Mo-Su 08:00-22:00", "Mo-Su 22:00-02:30", "We 11:00-12:05; PH off", "off")
CLOSES_AT_ONE = "Mo-Su 08:00-13:00"


def place(name: str, metres: float, kind: str = "rest_station", **more: object) -> Facility:
    """Return a facility so many metres along the street."""
    return Facility(name, kind, 112.14 + metres / 94_400, 32.04, **more)  # type: ignore[arg-type] - tests name the fields


def some(random: Random, now: datetime, count: int) -> list[Facility]:
    """Return facilities along the street, some of them at the same place."""
    return [
        place(
            f"f-{number}",
            10.0 * random.randrange(90),
            random.choice(KINDS),
            opening_hours=random.choice(HOURS),
            amenities=frozenset(random.sample(("tap", "wifi"), random.randint(0, 2))),
            state=random.choice(
                [None, State(now - timedelta(seconds=random.randrange(900)), 1, 1, 1)]
            ),
        )
        for number in range(count)
    ]


def opened(workspace: Workspace, facilities: Sequence[Facility]) -> PlacedFacilities:
    with workspace.database.writing() as connection:
        stored.write(connection, facilities, replace=True)
    return place_facilities(workspace, Profile.EBIKE)


def plain_rule(
    placed: PlacedFacilities, wanted: FacilityFilter, facility: Facility, moment: datetime
) -> bool:
    """Say whether a facility is wanted, looking at everything afresh."""
    opening = opening_at(facility.opening_hours, moment, CALENDAR)
    left_s = float("inf")
    if opening.changes_at is not None:
        left_s = (opening.changes_at - moment).total_seconds()
    usable = usable_at(
        facility, moment, is_open=opening.open, stale_after_s=placed.settings.stale_after_s
    )
    return (
        (not wanted.kinds or facility.kind in wanted.kinds)
        and wanted.amenities <= facility.amenities
        and (not wanted.open or (opening.open and left_s >= wanted.open_for_s))
        and (not wanted.usable or usable is Usable.YES)
    )


def any_filter(random: Random) -> FacilityFilter:
    return FacilityFilter(
        kinds=frozenset(random.sample(KINDS, random.choice([0, 0, 1, 2]))),
        amenities=frozenset(random.sample(("tap", "wifi"), random.choice([0, 0, 1]))),
        open=random.random() < 0.6,
        open_for_s=random.choice([0.0, 300.0, 7200.0]),
        usable=random.random() < 0.4,
    )


@pytest.mark.parametrize("seed", range(4))
def test_set_of_a_filter_is_the_plain_rules_at_any_moment_in_any_order(
    workspace: Workspace, now: datetime, seed: int
) -> None:
    random = Random(seed)  # noqa: S311 - nothing secret
    placed = opened(workspace, some(random, now, 40))
    filters = [any_filter(random) for _ in range(8)]
    for _ in range(400):
        moment = now + timedelta(seconds=random.choice([random.randint(-9000, 9000), 0, 60, 120]))
        wanted = random.choice(filters)
        chosen = placed.fitting(wanted, moment)
        rule = [plain_rule(placed, wanted, one, moment) for one in placed.facilities]
        assert chosen.wanted.tolist() == rule
        assert chosen.key == np.array(rule).tobytes()
        assert chosen.open_since <= moment < chosen.open_until
        assert chosen.usable_since <= moment < chosen.usable_until


@pytest.mark.parametrize("seed", range(3))
def test_k_are_chosen_among_what_the_filter_lets_through(
    workspace: Workspace, now: datetime, seed: int
) -> None:
    """Whatever the set and its table: the first k that fit of all, in order of nearness."""
    random = Random(seed)  # noqa: S311 - nothing secret
    placed = opened(workspace, some(random, now, 40))
    for _ in range(60):
        here = {"lat": 32.04, "lon": 112.14 + random.randrange(900) / 94_400}
        every = NearestQuestion(**here, k=1000, by=random.choice(list(Measure)))
        wanted = any_filter(random)
        moment = now + timedelta(minutes=random.randint(-300, 300))
        ranked = [near.facility for near in answer_nearest(placed, every, moment).found]
        assert len(ranked) == 40
        fitting = [one for one in ranked if plain_rule(placed, wanted, one, moment)]
        asked = every._replace(
            k=random.choice([1, 3, 8, 9, 30]),
            kinds=wanted.kinds,
            amenities=wanted.amenities,
            open_at=moment if wanted.open else None,
            open_for_min=wanted.open_for_s / 60 if wanted.open else 0.0,
            usable=wanted.usable,
        )
        found = [near.facility for near in answer_nearest(placed, asked, moment).found]
        assert found == fitting[: asked.k]


def test_set_is_found_once_for_as_long_as_it_holds(
    workspace: Workspace, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    placed = opened(workspace, [place("a", 1, opening_hours=CLOSES_AT_ONE), place("b", 2)])
    open_now, any_time = FacilityFilter(open=True), FacilityFilter()
    chosen = placed.fitting(open_now, now)
    assert (chosen.open_since, chosen.open_until) == (now, now + timedelta(hours=1))
    assert chosen.usable_until == placed.fitting(any_time, now).open_until == ALWAYS
    looked = []
    monkeypatch.setattr(PlacedFacilities, "_look_at", lambda *asked: looked.append(asked))
    last = chosen.open_until - timedelta(microseconds=1)
    assert placed.fitting(open_now, last) is chosen
    assert placed.fitting(FacilityFilter(open=True), now) is chosen
    assert placed.fitting(any_time, now - timedelta(days=9000)) is placed.fitting(any_time, now)
    assert looked == []
    monkeypatch.undo()
    assert placed.fitting(open_now, chosen.open_until).wanted.tolist() == [False, True]


def test_filters_are_forgotten_before_they_are_too_many(workspace: Workspace) -> None:
    placed = opened(workspace, [place("a", 1)])
    moment = datetime.fromisoformat("2026-11-18T04:00Z")
    for number in range(MOST_FILTERS + 10):
        placed.fitting(FacilityFilter(amenities=frozenset({f"a_{number}"})), moment)
    assert len(placed.known) <= MOST_FILTERS


def test_same_set_has_one_table_whatever_filter_asked(workspace: Workspace, now: datetime) -> None:
    placed = opened(workspace, [place("a", 1), place("b", 2, "parking_point")])
    every, alone = FacilityFilter(), FacilityFilter(kinds=frozenset({"parking_point"}))
    chosen = placed.fitting(every, now)
    assert placed.ready_table_if_made(chosen, Measure.TIME) is None
    made = placed.ready_table(chosen, Measure.TIME)
    assert placed.ready_table_if_made(chosen, Measure.TIME) is made
    assert placed.ready_table_if_made(chosen, Measure.DISTANCE) is None
    assert made.table.by_time
    assert not placed.ready_table(chosen, Measure.DISTANCE).table.by_time
    assert placed.ready_table(placed.fitting(FacilityFilter(open=True), now), Measure.TIME) is made
    alone_made = placed.ready_table(placed.fitting(alone, now), Measure.TIME)
    assert (alone_made is made, alone_made.table.sites) == (False, 1)


def test_changes_that_leave_all_in_place_keep_places_and_tables(
    workspace: Workspace, now: datetime
) -> None:
    known = [place("a", 1), place("b", 2, "parking_point"), place("c", 3)]
    placed = opened(workspace, known)
    choice = placed.ready_table(placed.fitting(FacilityFilter(), now), Measure.TIME)
    shut = replace(known[1], opening_hours="off", kind="water_point")
    changed = placed.with_changes({"b": shut})
    assert changed is not None
    assert changed.sites is placed.sites
    assert changed.facilities == [known[0], shut, known[2]]
    assert changed.kinds == {"rest_station", "water_point"}
    assert changed.ready_table(changed.fitting(FacilityFilter(), now), Measure.TIME) is choice
    assert changed.fitting(FacilityFilter(open=True), now).wanted.tolist() == [True, False, True]
    assert placed.facilities == known, "those from before stay as they were"
    assert placed.kinds == {"rest_station", "parking_point"}
    assert placed.fitting(FacilityFilter(open=True), now).wanted.tolist() == [True] * 3


def test_where_places_change_all_are_to_be_placed_anew(workspace: Workspace) -> None:
    known = [place("a", 1), place("c", 3)]
    placed = opened(workspace, known)
    for name, now in [
        ("a", None),
        ("nobody", None),
        ("b", place("b", 2)),
        ("b", replace(known[1], facility_id="b")),
        ("d", place("d", 2)),
        ("a", replace(known[0], lon=112.141)),
        ("c", replace(known[1], lat=32.0401)),
    ]:
        assert placed.with_changes({name: now}) is None
        assert placed.with_changes({"a": known[0], name: now}) is None


def turns(facility: Facility, since: datetime, until: datetime, stale_s: float) -> list[datetime]:
    """Return when a facility opens, closes, and is no longer sure of its state."""
    found = [] if facility.state is None else [facility.state.observed_at + timedelta(0, stale_s)]
    change = opening_at(facility.opening_hours, since, CALENDAR).changes_at
    while change is not None and change < until:
        found.append(change)
        change = opening_at(facility.opening_hours, change, CALENDAR).changes_at
    return found


def test_two_weeks_in_any_order_are_remembered_as_they_are_looked_up(
    workspace: Workspace, now: datetime
) -> None:
    """Also at the very moments at which something opens, closes or grows stale."""
    random = Random(9)  # noqa: S311 - nothing secret
    placed = opened(workspace, some(random, now, 14))
    stale_s = placed.settings.stale_after_s
    end = now + timedelta(days=14)
    steps = [timedelta(microseconds=step) for step in (-(10**6), -1, 0, 1, 10**6)]
    rounds = [
        (row, [turn - before + step for step in steps])
        for row, one in enumerate(placed.facilities)
        for turn in turns(one, now, end, stale_s)
        for before in (timedelta(0), timedelta(minutes=5))
    ]
    rounds += [(0, [now + random.random() * (end - now)]) for _ in range(100)]
    random.shuffle(rounds)
    filters = [any_filter(random) for _ in range(3)]
    filters += [FacilityFilter(open=True, open_for_s=300.0), FacilityFilter(usable=True)]
    for row, moments in rounds:
        wanted = random.choice(filters)
        for moment in moments:
            rule = [plain_rule(placed, wanted, one, moment) for one in placed.facilities]
            assert placed.fitting(wanted, moment).wanted.tolist() == rule
            anew = standing_at(placed.facilities[row], moment, Openings(CALENDAR), stale_s)
            standing = placed.standing(row, moment)
            assert (standing.opening, standing.usable) == (anew.opening, anew.usable)


def test_after_changes_only_what_changed_is_looked_at_again(
    workspace: Workspace, now: datetime
) -> None:
    """Whatever changes, in any order with questions about now and about later hours."""
    random = Random(3)  # noqa: S311 - nothing secret
    placed = opened(workspace, some(random, now, 30))
    filters, moment = [any_filter(random) for _ in range(6)], now
    for _ in range(300):
        moment += timedelta(seconds=random.choice([0, 1, 40, 900]))
        changed: dict[str, Facility | None] = {
            one.facility_id: replace(
                one,
                kind=random.choice(KINDS),
                opening_hours=random.choice(HOURS),
                state=random.choice([None, State(moment, 1, random.randint(0, 1), 1)]),
            )
            for one in random.sample(list(placed.facilities), random.randint(0, 3))
        }
        after = placed.with_changes(changed)
        assert after is not None
        placed, wanted = after, random.choice(filters)
        open_at = random.choice([None, moment, now + timedelta(hours=random.choice([3, 9]))])
        rule = [
            plain_rule(placed, wanted._replace(usable=False), one, open_at or moment)
            and plain_rule(placed, wanted._replace(open=False), one, moment)
            for one in placed.facilities
        ]
        recalled = placed.recall(wanted, moment, open_at)
        assert recalled is None or recalled.wanted.tolist() == rule
        fitting = placed.fitting(wanted, moment, open_at)
        assert fitting.wanted.tolist() == rule
        assert placed.recall(wanted, moment, open_at) is fitting


def test_one_report_leaves_what_is_known_of_the_others(
    workspace: Workspace, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = [place(f"{number:03}", number) for number in range(100)]
    placed, looked = opened(workspace, known), list[list[int]]()
    wanted = FacilityFilter(usable=True)
    before = placed.fitting(wanted, now)
    look_at = PlacedFacilities._look_at

    def look(self: PlacedFacilities, rows: Iterable[int], *more: Any) -> Fitting:  # noqa: ANN401 - handed on
        looked.append(list(rows))
        return look_at(self, rows, *more)

    monkeypatch.setattr(PlacedFacilities, "_look_at", look)
    shut = replace(known[7], state=State(now, out_of_order=True))
    after = placed.with_changes({"007": shut})
    assert after is not None
    recalled = after.recall(wanted, now)
    assert recalled is not None
    assert (recalled.wanted.sum(), bool(recalled.wanted[7])) == (99, False)
    assert after.recall(wanted, now) is recalled
    assert before.wanted.all(), "whoever was given the set from before still has it"
    assert looked == [[7]]
    many = after.with_changes({one.facility_id: one for one in known[: MOST_MENDED + 1]})
    assert many is not None
    assert many.recall(wanted, now) is None
    assert many.fitting(wanted, now).wanted.all()


def test_plans_for_many_hours_push_out_nothing_of_the_present(
    workspace: Workspace, now: datetime
) -> None:
    placed = opened(workspace, [place("a", 1, opening_hours="Mo-Su 08:00-22:00")])
    wanted = FacilityFilter(open=True)
    present = placed.fitting(wanted, now)
    for day in range(1, 3 * MOMENTS_KEPT):
        placed.fitting(wanted, now, now + timedelta(days=day))
    assert placed.recall(wanted, now) is present
    assert placed.recall(wanted, now, now) is present
    remembered = [
        day
        for day in range(1, 3 * MOMENTS_KEPT)
        if placed.recall(wanted, now, now + timedelta(days=day)) is not None
    ]
    assert remembered == list(range(2 * MOMENTS_KEPT, 3 * MOMENTS_KEPT))
