"""Who may ride and walk where, as the tags say."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo_service.streets.profile import (
    EBIKE_CAP_KM_H,
    EBIKE_KM_H,
    OFF_STREET_M_S,
    Profile,
    directions,
    speed_m_s,
)

BOTH, FORWARD, BACKWARD, NEITHER = (True, True), (True, False), (False, True), (False, False)
ROAD = {"highway": "residential"}


@pytest.mark.parametrize(
    ("tags", "ebike", "walk"),
    [
        ({"highway": "residential"}, BOTH, BOTH),
        ({}, BOTH, BOTH),
        ({"highway": "trunk"}, BOTH, BOTH),
        ({"highway": "trunk", "motorroad": "yes"}, NEITHER, NEITHER),
        ({"highway": "motorway"}, NEITHER, NEITHER),
        ({"highway": "motorway", "bicycle": "yes", "foot": "yes"}, NEITHER, NEITHER),
        ({"highway": "motorway_link"}, NEITHER, NEITHER),
        ({"highway": "footway"}, NEITHER, BOTH),
        ({"highway": "footway", "bicycle": "yes"}, BOTH, BOTH),
        ({"highway": "footway", "bicycle": "designated"}, BOTH, BOTH),
        ({"highway": "footway", "access": "yes"}, NEITHER, BOTH),
        ({"highway": "footway", "bicycle": "dismount"}, NEITHER, BOTH),
        ({"highway": "pedestrian"}, NEITHER, BOTH),
        ({"highway": "pedestrian", "bicycle": "permissive"}, BOTH, BOTH),
        ({"highway": "steps"}, NEITHER, BOTH),
        ({"highway": "steps", "bicycle": "yes"}, NEITHER, BOTH),
        ({"highway": "corridor"}, NEITHER, BOTH),
        ({"highway": "path"}, BOTH, BOTH),
        ({"highway": "cycleway"}, BOTH, BOTH),
        ({"highway": "cycleway", "foot": "no"}, BOTH, NEITHER),
        ({"highway": "busway"}, NEITHER, NEITHER),
        ({"highway": "busway", "bicycle": "yes"}, BOTH, NEITHER),
        ({"highway": "construction"}, NEITHER, NEITHER),
        ({"highway": "proposed", "foot": "yes"}, NEITHER, NEITHER),
        ({"highway": "residential", "route": "ferry"}, NEITHER, NEITHER),
        ({"route": "ferry", "foot": "yes", "bicycle": "yes"}, NEITHER, NEITHER),
    ],
)
def test_class_of_way_opens_it_to_those_who_may(
    tags: dict[str, str], ebike: tuple[bool, bool], walk: tuple[bool, bool]
) -> None:
    assert directions(tags, Profile.EBIKE) == ebike
    assert directions(tags, Profile.WALK) == walk


@pytest.mark.parametrize(
    ("tags", "ebike", "walk"),
    [
        ({"access": "no"}, NEITHER, NEITHER),
        ({"access": "private"}, NEITHER, NEITHER),
        ({"access": "destination"}, BOTH, BOTH),
        ({"access": "delivery"}, BOTH, BOTH),
        ({"access": "customers"}, BOTH, BOTH),
        ({"access": "private", "foot": "yes"}, NEITHER, BOTH),
        ({"access": "no", "bicycle": "yes"}, BOTH, NEITHER),
        ({"vehicle": "no"}, NEITHER, BOTH),
        ({"access": "no", "vehicle": "yes"}, BOTH, NEITHER),
        ({"vehicle": "private", "bicycle": "designated"}, BOTH, BOTH),
        ({"bicycle": "no"}, NEITHER, BOTH),
        ({"bicycle": "use_sidepath"}, NEITHER, BOTH),
        ({"foot": "no"}, BOTH, NEITHER),
        ({"foot": "use_sidepath"}, BOTH, NEITHER),
        ({"access": "no", "bicycle": "no", "foot": "designated"}, NEITHER, BOTH),
    ],
)
def test_nearer_access_tag_wins(
    tags: dict[str, str], ebike: tuple[bool, bool], walk: tuple[bool, bool]
) -> None:
    assert directions(ROAD | tags, Profile.EBIKE) == ebike
    assert directions(ROAD | tags, Profile.WALK) == walk


@pytest.mark.parametrize(
    ("tags", "ebike"),
    [
        ({"oneway": "yes"}, FORWARD),
        ({"oneway": "true"}, FORWARD),
        ({"oneway": "1"}, FORWARD),
        ({"oneway": "-1"}, BACKWARD),
        ({"oneway": "reverse"}, BACKWARD),
        ({"oneway": "no"}, BOTH),
        ({"oneway": "alternating"}, BOTH),
        ({"oneway": "reversible"}, NEITHER),
        ({"oneway": "reversible", "cycleway": "opposite"}, NEITHER),
        ({"junction": "roundabout"}, FORWARD),
        ({"junction": "circular"}, FORWARD),
        ({"junction": "roundabout", "oneway": "no"}, BOTH),
        ({"junction": "roundabout", "oneway": "-1"}, BACKWARD),
        ({"junction": "yes"}, BOTH),
        ({"oneway": "yes", "oneway:bicycle": "no"}, BOTH),
        ({"oneway": "no", "oneway:bicycle": "yes"}, FORWARD),
        ({"oneway": "yes", "oneway:bicycle": "-1"}, BACKWARD),
        ({"oneway": "yes", "cycleway": "opposite"}, BOTH),
        ({"oneway": "yes", "cycleway": "opposite_track"}, BOTH),
        ({"oneway": "-1", "cycleway:left": "opposite_lane"}, BOTH),
        ({"oneway": "yes", "cycleway:left": "lane", "cycleway:left:oneway": "-1"}, BOTH),
        ({"oneway": "yes", "cycleway:right": "track", "cycleway:right:oneway": "no"}, BOTH),
        ({"oneway": "yes", "cycleway": "lane"}, FORWARD),
        ({"oneway": "yes", "oneway:bicycle": "yes", "cycleway": "opposite"}, FORWARD),
        ({"oneway": "yes", "oneway:foot": "no"}, FORWARD),
    ],
)
def test_ebike_keeps_to_one_way_streets(tags: dict[str, str], ebike: tuple[bool, bool]) -> None:
    assert directions(ROAD | tags, Profile.EBIKE) == ebike


@pytest.mark.parametrize(
    ("tags", "walk"),
    [
        ({"oneway": "yes"}, BOTH),
        ({"oneway": "-1"}, BOTH),
        ({"oneway": "reversible"}, BOTH),
        ({"junction": "roundabout"}, BOTH),
        ({"oneway:bicycle": "yes"}, BOTH),
        ({"oneway:foot": "yes"}, FORWARD),
        ({"oneway:foot": "-1"}, BACKWARD),
        ({"oneway": "yes", "oneway:foot": "no"}, BOTH),
    ],
)
def test_walker_goes_both_ways_unless_a_tag_for_walkers_says_otherwise(
    tags: dict[str, str], walk: tuple[bool, bool]
) -> None:
    assert directions(ROAD | tags, Profile.WALK) == walk


def test_no_class_lets_an_ebike_go_faster_than_its_motor_may_help() -> None:
    assert EBIKE_CAP_KM_H == 25.0
    for highway in EBIKE_KM_H:
        assert 0 < speed_m_s({"highway": highway}, Profile.EBIKE) <= 25.0 / 3.6


@pytest.mark.parametrize(
    ("km_h", "classes"),
    [
        (25.0, "trunk primary secondary"),
        (22.0, "tertiary"),
        (20.0, "trunk_link primary_link secondary_link tertiary_link"),
        (20.0, "unclassified residential road busway cycleway"),
        (15.0, "service track"),
        (12.0, "living_street path"),
        (10.0, "bridleway"),
        (8.0, "pedestrian footway"),
    ],
)
def test_minutes_by_ebike_are_those_of_the_class_of_street(km_h: float, classes: str) -> None:
    for highway in classes.split():
        minutes = 1000.0 / speed_m_s({"highway": highway}, Profile.EBIKE) / 60.0
        assert minutes == pytest.approx(60.0 / km_h), highway


def test_ebike_is_faster_on_main_roads_than_among_people_on_foot() -> None:
    by_class = [
        speed_m_s({"highway": highway}, Profile.EBIKE)
        for highway in ("primary", "residential", "service", "living_street", "footway")
    ]
    assert by_class == sorted(by_class, reverse=True)
    assert len(set(by_class)) == len(by_class)


@pytest.mark.parametrize(
    ("text", "km_h"),
    [
        ("10", 10.0),
        ("10.5", 10.5),
        ("10 mph", 16.09344),
        ("5knots", 9.26),
        ("80", 25.0),
        ("walk", 25.0),
        ("CN:urban", 25.0),
        ("30;50", 25.0),
        ("none", 25.0),
        ("0", 25.0),
        ("", 25.0),
    ],
)
def test_lower_speed_limit_slows_an_ebike(text: str, km_h: float) -> None:
    speed = speed_m_s({"highway": "primary", "maxspeed": text}, Profile.EBIKE)
    assert speed == pytest.approx(km_h / 3.6)


def test_speed_limit_does_not_slow_a_walker() -> None:
    assert speed_m_s({"highway": "primary", "maxspeed": "1"}, Profile.WALK) == 1.2


def test_one_walks_as_fast_on_the_street_as_off_it_but_slower_on_steps() -> None:
    assert speed_m_s(ROAD, Profile.WALK) == OFF_STREET_M_S == 1.2
    assert speed_m_s({"highway": "steps"}, Profile.WALK) == 0.6


def test_way_without_a_class_is_an_ordinary_street() -> None:
    assert speed_m_s({}, Profile.EBIKE) == speed_m_s({"highway": "unclassified"}, Profile.EBIKE)


@pytest.mark.parametrize(
    "text",
    [
        *(
            "none",
            "-5",
            "1e9",
            "1e-9",
            "walk",
            "0",
            "0.0 mph",
            "50 mph",
            "NaN",
            "inf",
            "-inf",
            "五十",
        ),
        *(
            "50 km/h",
            "0.000001",
            "1" * 400,
            "0x10",
            "5_0",
            "+5",
            "50;0",
            " ",
            "mph",
            "\uff15\uff10",
        ),
    ],
)
def test_whatever_a_sign_says_the_speed_is_between_pushing_and_the_cap(text: str) -> None:
    for highway in (*EBIKE_KM_H, "steps", "corridor", "motorway", "五十", ""):
        tags = {"highway": highway, "maxspeed": text}
        assert 1.2 <= speed_m_s(tags, Profile.EBIKE) <= 25.0 / 3.6
        assert 0.6 <= speed_m_s(tags, Profile.WALK) <= 1.2


@given(
    st.dictionaries(
        st.sampled_from(["highway", "maxspeed", "oneway", "access", "junction", "cycleway"]),
        st.text() | st.from_regex(r"\d{1,4}(\.\d+)? ?(mph|knots)?", fullmatch=True),
    ),
    st.sampled_from(Profile),
)
def test_no_tags_at_all_stop_a_profile_or_make_it_fly(
    tags: dict[str, str], profile: Profile
) -> None:
    assert 0.6 <= speed_m_s(tags, profile) <= 25.0 / 3.6
    assert all(type(way) is bool for way in directions(tags, profile))


@pytest.mark.parametrize(("text", "km_h"), [("50 mph", 25.0), ("8 mph", 12.874752), ("-5", 25.0)])
def test_sign_that_makes_no_sense_slows_nobody(text: str, km_h: float) -> None:
    speed = speed_m_s({"highway": "primary", "maxspeed": text}, Profile.EBIKE)
    assert speed == pytest.approx(km_h / 3.6)
