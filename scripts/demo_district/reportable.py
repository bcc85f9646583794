"""What can be reported in the demo district: categories, questions, and deadlines."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

CATEGORY_COLUMNS = (
    "category",
    "name",
    "name_en",
    "description",
    "group",
    "keywords",
    "duplicate_m",
)
QUESTION_COLUMNS = (
    "category",
    "code",
    "datatype",
    "required",
    "text",
    "text_en",
    "choices",
    "order",
)
DEADLINE_COLUMNS = ("category", "stage", "hours")

ROADS = "道路设施 Roads and fixtures"
ORDER = "街面秩序 Order in the street"
CLEAN = "市容环境 Clean streets"
FOOD = "食品安全 Food safety"


@dataclass(frozen=True)
class Reportable:
    """One category, its name, and how near another report of it is taken for the same."""

    category: str
    name: str
    name_en: str
    description: str
    group: str
    keywords: tuple[str, ...]
    duplicate_m: int


CATEGORIES = (
    Reportable(
        "standing_water",
        "道路积水",
        "Standing water",
        "雨后积水、下水口堵塞，影响骑行。 Water that stays on the road, or a blocked drain.",
        ROADS,
        ("积水", "内涝", "下水口", "water", "flood", "drain"),
        50,
    ),
    Reportable(
        "blocked_lane",
        "非机动车道被占",
        "Blocked cycle lane",
        "施工围挡、杂物或车辆占住非机动车道。 Fences, goods or vehicles in the cycle lane.",
        ORDER,
        ("占道", "围挡", "杂物", "blocked", "obstacle"),
        40,
    ),
    Reportable(
        "food_hygiene",
        "食品卫生",
        "Food hygiene",
        "取餐时看到的后厨、摊点卫生问题。 What riders see in kitchens and at stalls.",
        FOOD,
        ("后厨", "餐饮", "卫生", "kitchen", "food", "hygiene"),
        30,
    ),
    Reportable(
        "broken_light",
        "路灯不亮",
        "Broken street light",
        "路灯不亮或忽明忽暗。 A street light that is dark or flickers.",
        ROADS,
        ("路灯", "照明", "light", "lamp"),
        40,
    ),
    Reportable(
        "damaged_road",
        "路面破损",
        "Damaged road",
        "坑洼、碎石、减速带松动。 Potholes, loose stones or speed bumps.",
        ROADS,
        ("坑洼", "破损", "减速带", "pothole", "surface"),
        40,
    ),
    Reportable(
        "illegal_parking",
        "违规停放",
        "Illegal parking",
        "机动车违停、共享单车乱放。 Cars or shared bicycles left where they block the way.",
        ORDER,
        ("违停", "乱停", "单车", "parking"),
        50,
    ),
    Reportable(
        "littering",
        "垃圾堆放",
        "Litter",
        "垃圾无人清理或装修垃圾乱堆。 Litter or rubble that nobody takes away.",
        CLEAN,
        ("垃圾", "保洁", "litter", "rubbish"),
        80,
    ),
    Reportable(
        "missing_manhole_cover",
        "井盖缺失或破损",
        "Missing manhole cover",
        "井盖缺失、破损或下沉，有坠落危险。 A cover that is gone, broken or sunk.",
        ROADS,
        ("井盖", "manhole", "cover"),
        30,
    ),
)


@dataclass(frozen=True)
class Asked:
    """One question; ``choices`` of the two lists only."""

    category: str
    code: str
    datatype: str
    text: str
    text_en: str
    choices: str = ""
    required: bool = False


QUESTIONS = (
    Asked(
        "standing_water",
        "depth",
        "singlevaluelist",
        "水有多深？",
        "How deep is it?",
        "ankle=没过脚踝 ankle;wheel=没过半个车轮 half a wheel;deeper=更深 deeper",
    ),
    Asked("standing_water", "since", "datetime", "从什么时候开始积水？", "Since when?"),
    Asked(
        "blocked_lane",
        "blocked_by",
        "multivaluelist",
        "被什么占住？（可多选）",
        "Blocked by what? (several possible)",
        "fence=施工围挡 fence;goods=杂物 goods;vehicle=车辆 vehicle;stall=摊位 stall",
    ),
    Asked(
        "blocked_lane", "width_left_m", "number", "还剩几米可以通行？", "How many metres are left?"
    ),
    Asked("food_hygiene", "shop", "string", "店名或招牌", "Name of the shop"),
    Asked(
        "food_hygiene",
        "seen",
        "multivaluelist",
        "看到了什么？（可多选）",
        "What was seen? (several possible)",
        "waste_water=污水 waste water;insects=虫蝇 insects;uncovered=食物无遮盖 uncovered food;"
        "bins=垃圾桶满溢 full bins",
    ),
    Asked("food_hygiene", "details", "text", "请描述具体情况", "Please describe it"),
    Asked("broken_light", "pole", "string", "灯杆编号", "Number on the pole"),
    Asked(
        "broken_light",
        "how",
        "singlevaluelist",
        "怎么坏的？",
        "What is wrong?",
        "dark=不亮 dark;flickers=闪烁 flickers;damaged=灯杆损坏 pole damaged",
    ),
    Asked(
        "missing_manhole_cover",
        "state",
        "singlevaluelist",
        "井盖怎么了？",
        "What is wrong with the cover?",
        "gone=缺失 gone;broken=破损 broken;sunk=下沉 sunk",
        required=True,
    ),
    Asked("missing_manhole_cover", "across_cm", "number", "洞口约多少厘米宽？", "How wide in cm?"),
)

HOURS: Mapping[str, Mapping[str, float]] = {
    "*": {
        "collected": 24,
        "filed": 12,
        "dispatched": 24,
        "handling": 72,
        "reported_back": 24,
        "reopened": 12,
    },
    "missing_manhole_cover": {
        "collected": 2,
        "filed": 1,
        "dispatched": 2,
        "handling": 12,
        "reported_back": 12,
        "reopened": 1,
    },
    "standing_water": {"collected": 4, "filed": 2, "dispatched": 4, "handling": 24},
    "blocked_lane": {"dispatched": 8, "handling": 24},
    "illegal_parking": {"collected": 2, "filed": 0.5, "dispatched": 1, "handling": 4},
    "food_hygiene": {"dispatched": 12, "handling": 120},
    "damaged_road": {"handling": 168},
}
"""Hours a stage may take; ``*`` stands for every category without a line of its own."""


def category_rows() -> Iterator[dict[str, object]]:
    """Give each category as a row."""
    for one in CATEGORIES:
        yield {
            "category": one.category,
            "name": one.name,
            "name_en": one.name_en,
            "description": one.description,
            "group": one.group,
            "keywords": ";".join(one.keywords),
            "duplicate_m": one.duplicate_m,
        }


def question_rows() -> Iterator[dict[str, object]]:
    """Give each question as a row, numbered within its category."""
    asked = dict.fromkeys((one.category for one in QUESTIONS), 0)
    for one in QUESTIONS:
        asked[one.category] += 1
        yield {
            "category": one.category,
            "code": one.code,
            "datatype": one.datatype,
            "required": "true" if one.required else "false",
            "text": one.text,
            "text_en": one.text_en,
            "choices": one.choices,
            "order": asked[one.category],
        }


def deadline_rows() -> Iterator[dict[str, object]]:
    """Give each deadline as a row."""
    for category, stages in HOURS.items():
        for stage, hours in stages.items():
            yield {"category": category, "stage": stage, "hours": hours}
