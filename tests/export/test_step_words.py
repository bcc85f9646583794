"""Steps are written as a rider would say them, in Chinese and English."""

from dataclasses import replace

import pytest

from geo_service.export.step_words import Language, step_records
from geo_service.streets.directions import Compass, Step, Turn

WALK = Step(Turn.DEPART, Compass.NORTH, False, "", "", "", 61.0, 50.8, 112.14, 32.04)
RENMIN = Step(
    turn=Turn.RIGHT,
    compass=None,
    on_street=True,
    name="人民路",
    name_en="Renmin Road",
    street_class="primary",
    distance_m=118.26,
    duration_s=21.27,
    lon=112.140000049,
    lat=32.041,
)
JIEFANG = replace(RENMIN, turn=Turn.LEFT, name="解放路", name_en="Jiefang Road", distance_m=1234.5)
NAMELESS = replace(RENMIN, turn=Turn.SLIGHT_LEFT, name="", name_en="", street_class="residential")
ARRIVAL = replace(WALK, turn=Turn.ARRIVE, compass=None, distance_m=4.0)
FIRST = replace(RENMIN, turn=Turn.DEPART, compass=Compass.EAST)


def texts(language: Language, *steps: Step, riding: bool = True, to: str = "") -> list[str]:
    records = step_records(steps, language, riding=riding, destination=to)
    return [record["text"] for record in records]


def test_way_is_told_in_chinese() -> None:
    assert texts("zh", FIRST, JIEFANG, NAMELESS, ARRIVAL, to="人民广场驿站") == [
        "向东沿人民路骑行 120 米",
        "左转进入解放路，骑行 1.2 公里",
        "向左前方进入无名道路，骑行 120 米",
        "到达人民广场驿站",
    ]


def test_way_is_told_in_english() -> None:
    assert texts("en", FIRST, JIEFANG, NAMELESS, ARRIVAL, to="Renmin Square") == [
        "Head east on Renmin Road for 120 m",
        "Turn left onto Jiefang Road and ride 1.2 km",
        "Bear left onto an unnamed street and ride 120 m",
        "Arrive at Renmin Square",
    ]


def test_walks_to_the_street_and_to_the_place_are_walked_even_by_riders() -> None:
    far = replace(ARRIVAL, distance_m=38.0)
    assert texts("zh", WALK, RENMIN, far) == [
        "向北步行 60 米，到人民路",
        "右转进入人民路，骑行 120 米",
        "步行 40 米，到达目的地",
    ]
    assert texts("en", WALK, RENMIN, far) == [
        "Walk 60 m north to Renmin Road",
        "Turn right onto Renmin Road and ride 120 m",
        "Walk 40 m to your destination",
    ]
    assert texts("zh", WALK, far)[0] == "向北步行 60 米，到路边"
    assert texts("en", WALK, far)[0] == "Walk 60 m north to the street"


def test_who_walks_is_told_to_walk() -> None:
    assert texts("zh", FIRST, JIEFANG, ARRIVAL, riding=False)[:2] == [
        "向东沿人民路步行 120 米",
        "左转进入解放路，步行 1.2 公里",
    ]
    assert texts("en", JIEFANG, ARRIVAL, riding=False)[0].endswith("and walk 1.2 km")


def test_bend_of_a_street_stays_on_it() -> None:
    bend = replace(RENMIN, turn=Turn.U_TURN)
    assert texts("zh", FIRST, bend, ARRIVAL)[1] == "掉头，继续沿人民路骑行 120 米"
    assert texts("en", FIRST, bend, ARRIVAL)[1] == (
        "Make a U-turn to stay on Renmin Road and ride 120 m"
    )


def test_nameless_street_is_called_by_its_class_once() -> None:
    path = replace(NAMELESS, street_class="cycleway")
    left = replace(path, turn=Turn.LEFT)
    assert texts("zh", FIRST, path, left, ARRIVAL)[1:3] == [
        "向左前方进入自行车道，骑行 120 米",
        "左转，骑行 120 米",
    ]
    assert texts("en", FIRST, path, left, ARRIVAL)[1:3] == [
        "Bear left onto a cycle path and ride 120 m",
        "Turn left and ride 120 m",
    ]
    # Two classes without a word of their own are both an unnamed street.
    other = replace(NAMELESS, turn=Turn.RIGHT, street_class="unclassified")
    assert texts("en", FIRST, NAMELESS, other, ARRIVAL)[2] == "Turn right and ride 120 m"


@pytest.mark.parametrize(("language", "word"), [("zh", "驿道"), ("en", "Post Road")])
def test_street_without_a_name_in_the_language_has_its_other_name(
    language: Language, word: str
) -> None:
    step = replace(FIRST, name=word if language == "zh" else "", name_en="")
    step = replace(step, name_en=word) if language == "en" else step
    for asked in ("zh", "en"):
        (record, _) = step_records((step, ARRIVAL), asked, riding=True, destination="")
        assert word in record["text"]
        assert record["street"] == word


@pytest.mark.parametrize(
    ("metres", "zh", "en"),
    [
        (0.0, "10 米", "10 m"),
        (14.9, "10 米", "10 m"),
        (994.0, "990 米", "990 m"),
        (996.0, "1.0 公里", "1.0 km"),
        (12_349.0, "12.3 公里", "12.3 km"),
    ],
)
def test_distances_are_said_in_round_numbers(metres: float, zh: str, en: str) -> None:
    step = replace(FIRST, distance_m=metres)
    assert texts("zh", step, ARRIVAL)[0].endswith(f"骑行 {zh}")
    assert texts("en", step, ARRIVAL)[0].endswith(f"for {en}")


def test_every_turn_and_direction_has_a_word_of_its_own_in_both_languages() -> None:
    turns = [turn for turn in Turn if turn not in {Turn.DEPART, Turn.ARRIVE}]
    for language in ("zh", "en"):
        said = {texts(language, FIRST, replace(JIEFANG, turn=turn), ARRIVAL)[1] for turn in turns}
        heads = {texts(language, replace(FIRST, compass=way), ARRIVAL)[0] for way in Compass}
        assert (len(said), len(heads)) == (len(turns), 8)


def test_records_hold_numbers_and_places_beside_the_text() -> None:
    record, arrival = step_records((RENMIN, ARRIVAL), "en", riding=True, destination="")
    assert record | {"text": ""} == {
        "text": "",
        "turn": "right",
        "street": "Renmin Road",
        "distance_m": 118.3,
        "duration_s": 21.3,
        "location": [112.14, 32.041],
    }
    assert (arrival["turn"], arrival["street"]) == ("arrive", "")


def test_marks_in_names_are_only_text() -> None:
    step = replace(FIRST, name_en="{0} {street} %s")
    assert texts("en", step, ARRIVAL, to="{}")[:2] == [
        "Head east on {0} {street} %s for 120 m",
        "Arrive at {}",
    ]
