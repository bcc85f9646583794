"""The issues of the demo district: what was reported, where, and when it was closed."""

import math
import random
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from itertools import pairwise

from demo_district.chance import chance
from demo_district.frame import Point, read_points, to_position
from demo_district.streets import Stretch

SHANGHAI = timezone(timedelta(hours=8))
EARLIEST = datetime(2026, 8, 24, tzinfo=SHANGHAI)
TRACES_FROM = datetime(2026, 9, 28, tzinfo=SHANGHAI)
TRACES_UNTIL = datetime(2026, 11, 2, tzinfo=SHANGHAI)
CLOSED, PRIVATE = 18, 6
REPORTED_BEFORE = 22
"""How many were reported in the weeks before the riders' five."""
BUSY_TRIPS = 25
"""A stretch ridden by so many trips is busy."""
NEAR_MALL_M = 340.0
APART_M, SHORTEST_M = 38.0, 30.0
"""Issues lie so far from each other, and on stretches longer than this."""

SAYINGS = {
    "standing_water": (
        "{street}雨后积水，电动车不好过",
        "{street}低洼处积水没过车轮",
        "{street}下水口堵塞积水",
    ),
    "blocked_lane": (
        "{street}非机动车道被施工围挡占用",
        "{street}非机动车道堆放杂物",
        "{street}卸货车占住非机动车道",
    ),
    "food_hygiene": (
        "{street}一家餐饮店后厨门口污水外流",
        "{street}小吃摊无遮盖，苍蝇较多",
        "{street}餐饮店垃圾桶满溢",
    ),
    "broken_light": ("{street}路灯不亮，夜间骑行看不清", "{street}路灯忽明忽暗"),
    "damaged_road": (
        "{street}路面坑洼不平",
        "{street}路面破损，有碎石",
        "{street}减速带螺栓松动翘起",
    ),
    "illegal_parking": ("{street}小汽车违停挡住路口", "{street}共享单车堆满人行道"),
    "littering": ("{street}垃圾无人清理", "{street}装修垃圾堆在路边"),
    "missing_manhole_cover": ("{street}井盖缺失，只放了树枝提醒", "{street}井盖破损下沉"),
}


@dataclass(frozen=True)
class Wanted:
    """How many issues of a category lie on busy streets, and how many round the mall."""

    category: str
    busy: int
    near_mall: int
    beside_m: tuple[float, float]
    """From and up to how far beside the street."""


WANTED = (
    Wanted("standing_water", 7, 1, (0.5, 4.0)),
    Wanted("blocked_lane", 6, 4, (0.5, 4.0)),
    Wanted("food_hygiene", 1, 8, (6.0, 12.0)),
    Wanted("broken_light", 4, 1, (3.0, 6.0)),
    Wanted("damaged_road", 5, 2, (0.0, 3.0)),
    Wanted("illegal_parking", 3, 4, (2.0, 6.0)),
    Wanted("littering", 2, 2, (3.0, 8.0)),
    Wanted("missing_manhole_cover", 2, 0, (0.0, 3.0)),
)

QUIET = (
    ("broken_light", "江湾步道", "-520,-533"),
    ("littering", "江湾步道", "660,-186"),
    ("missing_manhole_cover", "启明小学", "100,406"),
    ("standing_water", "月塘步道", "200,-376"),
    ("blocked_lane", "沿江仓库", "650,22"),
    ("littering", "月塘步道", "215,-290"),
    ("broken_light", "汇云北门", "37,60"),
    ("damaged_road", "江湾步道", "812,245"),
)
"""Where nobody rides: on the promenade, in the park, behind a gate."""


@dataclass(frozen=True)
class _Spot:
    category: str
    street: str
    point: Point


def issue_features(
    stretches: Sequence[Stretch], traffic: Counter[int]
) -> Iterator[dict[str, object]]:
    """Give each issue as a GeoJSON feature, in order of its report.

    Parameters
    ----------
    stretches : sequence of Stretch
        All streets of the district.
    traffic : Counter of int
        How many trips ride each stretch, by its row.
    """
    dice = chance("issues")
    spots = _spots(stretches, traffic, dice)
    dice.shuffle(spots)
    lives = _lives(len(spots), dice)
    private = set(dice.sample(range(len(spots)), PRIVATE))
    for row, (spot, (reported_at, closed_at)) in enumerate(zip(spots, lives, strict=True)):
        yield {
            "type": "Feature",
            "properties": {
                "id": f"issue-{row + 1:03d}",
                "category": spot.category,
                "description": dice.choice(SAYINGS[spot.category]).format(street=spot.street),
                "reported_at": reported_at.isoformat(),
                "closed_at": closed_at.isoformat() if closed_at else None,
                "approved": row not in private,
            },
            "geometry": {"type": "Point", "coordinates": to_position(spot.point)},
        }


def _spots(stretches: Sequence[Stretch], traffic: Counter[int], dice: random.Random) -> list[_Spot]:
    long = [row for row in sorted(traffic) if stretches[row].length_m > SHORTEST_M]
    busy = [row for row in long if traffic[row] >= BUSY_TRIPS]
    near_mall = [row for row in long if _from_mall(stretches[row]) < NEAR_MALL_M]
    spots = [_Spot(category, street, read_points(at)[0]) for category, street, at in QUIET]
    for wanted in WANTED:
        for rows, count in ((busy, wanted.busy), (near_mall, wanted.near_mall)):
            until = len(spots) + count
            while len(spots) < until:
                stretch = stretches[dice.choice(rows)]
                point = _beside(stretch, dice.uniform(0.2, 0.8), dice, wanted.beside_m)
                if all(math.dist(point, spot.point) > APART_M for spot in spots):
                    spots.append(_Spot(wanted.category, stretch.street.name, point))
    return spots


def _from_mall(stretch: Stretch) -> float:
    """Return how far a stretch's middle lies from between the mall and the market street."""
    middle = stretch.line[len(stretch.line) // 2]
    return math.dist(middle, (-90.0, -40.0))


def _beside(
    stretch: Stretch, share: float, dice: random.Random, beside_m: tuple[float, float]
) -> Point:
    """Return a point beside a stretch, at a share of its length, on either side."""
    left = stretch.length_m * share
    for start, end in pairwise(stretch.line):
        length = math.dist(start, end)
        if left <= length:
            break
        left -= length
    right, up = (end[0] - start[0]) / length, (end[1] - start[1]) / length
    off = dice.uniform(*beside_m) * dice.choice((-1.0, 1.0))
    return (start[0] + right * left + up * off, start[1] + up * left - right * off)


def _lives(count: int, dice: random.Random) -> list[tuple[datetime, datetime | None]]:
    """Choose when each issue was reported, in order, and when the closed ones were closed."""
    before = [_moment(EARLIEST, TRACES_FROM, dice) for _ in range(REPORTED_BEFORE)]
    during = [_moment(TRACES_FROM, TRACES_UNTIL, dice) for _ in range(count - REPORTED_BEFORE)]
    reported = sorted(before + during)
    # The last ones are too young to be closed.
    closed = set(dice.sample(range(count - 12), CLOSED))
    return [
        (moment, _closing(moment, dice) if row in closed else None)
        for row, moment in enumerate(reported)
    ]


def _moment(first: datetime, last: datetime, dice: random.Random) -> datetime:
    days = (last - first).days
    return first + timedelta(days=dice.randrange(days), minutes=dice.randint(7 * 60, 21 * 60))


def _closing(reported_at: datetime, dice: random.Random) -> datetime:
    """Choose a closing in office hours, two days to three weeks later, before the traces end."""
    longest = min(21, (TRACES_UNTIL - reported_at).days - 1)
    day = reported_at.replace(hour=0, minute=0) + timedelta(days=dice.randint(2, longest))
    return day + timedelta(minutes=dice.randint(9 * 60, 17 * 60 + 30))
