"""The steps of a way as records with a sentence each, in Chinese or English."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final, Literal, TypeAlias

from geo_service.streets.directions import OFF_STREET_M, Compass, Step, Turn

Language: TypeAlias = Literal["zh", "en"]
Record: TypeAlias = dict[str, Any]


_LINKS = ("trunk_link", "primary_link", "secondary_link", "tertiary_link")


@dataclass(frozen=True, slots=True)
class _Words:
    """All that steps say, in one language."""

    head: str
    walk_to_street: str
    onto: str
    stay: str
    on: str
    """From one nameless street to another that is called the same."""
    arrive: str
    walk_to_place: str
    ride: str
    walk: str
    metres: str
    kilometres: str
    turns: Mapping[Turn, str]
    compass: Mapping[Compass, str]
    nameless: Mapping[str, str]
    """By class; the empty one is any other street."""
    roadside: str
    """Where a walk to the street leads if the way does not go along it."""
    destination: str


_WORDS: Final[Mapping[Language, _Words]] = MappingProxyType(
    {
        "zh": _Words(
            head="向{compass}沿{street}{go} {distance}",
            walk_to_street="向{compass}步行 {distance}，到{street}",
            onto="{turn}进入{street}，{go} {distance}",
            stay="{turn}，继续沿{street}{go} {distance}",
            on="{turn}，{go} {distance}",
            arrive="到达{destination}",
            walk_to_place="步行 {distance}，到达{destination}",
            ride="骑行",
            walk="步行",
            metres="{} 米",
            kilometres="{} 公里",
            turns={
                Turn.STRAIGHT: "直行",
                Turn.SLIGHT_LEFT: "向左前方",
                Turn.LEFT: "左转",
                Turn.SHARP_LEFT: "向左后方转弯",
                Turn.SLIGHT_RIGHT: "向右前方",
                Turn.RIGHT: "右转",
                Turn.SHARP_RIGHT: "向右后方转弯",
                Turn.U_TURN: "掉头",
            },
            compass={
                Compass.NORTH: "北",
                Compass.NORTHEAST: "东北",
                Compass.EAST: "东",
                Compass.SOUTHEAST: "东南",
                Compass.SOUTH: "南",
                Compass.SOUTHWEST: "西南",
                Compass.WEST: "西",
                Compass.NORTHWEST: "西北",
            },
            nameless={
                "corridor": "通道",
                "cycleway": "自行车道",
                "footway": "人行道",
                "path": "小路",
                "pedestrian": "步行区",
                "platform": "站台",
                "service": "内部道路",
                "steps": "台阶",
                "track": "土路",
                **dict.fromkeys(_LINKS, "匝道"),
                "": "无名道路",
            },
            roadside="路边",
            destination="目的地",
        ),
        "en": _Words(
            head="Head {compass} on {street} for {distance}",
            walk_to_street="Walk {distance} {compass} to {street}",
            onto="{turn} onto {street} and {go} {distance}",
            stay="{turn} to stay on {street} and {go} {distance}",
            on="{turn} and {go} {distance}",
            arrive="Arrive at {destination}",
            walk_to_place="Walk {distance} to {destination}",
            ride="ride",
            walk="walk",
            metres="{} m",
            kilometres="{} km",
            turns={
                Turn.STRAIGHT: "Continue straight",
                Turn.SLIGHT_LEFT: "Bear left",
                Turn.LEFT: "Turn left",
                Turn.SHARP_LEFT: "Turn sharply left",
                Turn.SLIGHT_RIGHT: "Bear right",
                Turn.RIGHT: "Turn right",
                Turn.SHARP_RIGHT: "Turn sharply right",
                Turn.U_TURN: "Make a U-turn",
            },
            compass={direction: str(direction) for direction in Compass},
            nameless={
                "corridor": "a passage",
                "cycleway": "a cycle path",
                "footway": "a footpath",
                "path": "a path",
                "pedestrian": "a pedestrian area",
                "platform": "a platform",
                "service": "a service road",
                "steps": "a flight of steps",
                "track": "a track",
                **dict.fromkeys(_LINKS, "a slip road"),
                "": "an unnamed street",
            },
            roadside="the street",
            destination="your destination",
        ),
    }
)


def step_records(
    steps: Sequence[Step], language: Language, *, riding: bool, destination: str
) -> list[Record]:
    """Write the steps of a way, a record each.

    Parameters
    ----------
    steps : sequence of Step
        Of ``list_steps``.
    language : "zh" or "en"
        Of the sentences; a street without a name in it is called by its other name.
    riding : bool
        Whether one rides along the streets; otherwise one walks.
    destination : str
        What the place is called in that language; may be empty.

    Returns
    -------
    list of dict
        ``text``, ``turn``, ``street`` (empty where it has no name), ``distance_m``,
        ``duration_s``, ``location`` (where the step begins: longitude and latitude, WGS-84).
        Texts are plain: whoever writes them into a page must escape them. Raises nothing.
    """
    words, place = _WORDS[language], destination or _WORDS[language].destination
    around = zip((None, *steps[:-1]), steps, (*steps[1:], None), strict=True)
    return [
        {
            "text": _template(words, language, before, step).format(
                turn=words.turns.get(step.turn, ""),
                compass=words.compass[step.compass] if step.compass else "",
                street=_called(words, language, step if step.on_street else after),
                go=words.ride if riding else words.walk,
                distance=_say_metres(words, step.distance_m),
                destination=place,
            ),
            "turn": str(step.turn),
            "street": _name(language, step),
            "distance_m": round(step.distance_m, 1),
            "duration_s": round(step.duration_s, 1),
            "location": [round(step.lon, 7), round(step.lat, 7)],
        }
        for before, step, after in around
    ]


def _template(words: _Words, language: Language, before: Step | None, step: Step) -> str:
    """Choose the sentence for a step."""
    if step.turn is Turn.ARRIVE:
        return words.walk_to_place if step.distance_m > OFF_STREET_M else words.arrive
    if not step.on_street:
        return words.walk_to_street
    if step.turn is Turn.DEPART:
        return words.head
    if _called(words, language, before) != _called(words, language, step):
        return words.onto
    return words.stay if _name(language, step) else words.on


def _called(words: _Words, language: Language, step: Step | None) -> str:
    """Return what a sentence calls the street of a step."""
    if step is None or not step.on_street:
        return words.roadside
    other = words.nameless[""]
    return _name(language, step) or words.nameless.get(step.street_class, other)


def _name(language: Language, step: Step) -> str:
    names = (step.name_en, step.name) if language == "en" else (step.name, step.name_en)
    return names[0] or names[1]


def _say_metres(words: _Words, metres: float) -> str:
    """Say metres to ten, from a kilometre on to a hundred."""
    if metres < 995.0:
        return words.metres.format(max(10, round(metres / 10.0) * 10))
    return words.kilometres.format(f"{metres / 1000.0:.1f}")
