"""What riders of the demo district get for their points, at stations and in shops."""

from collections.abc import Iterator
from dataclasses import dataclass

from demo_district.places import PLACES

OFFER_COLUMNS = (
    "offer_id",
    "name",
    "name_en",
    "provider",
    "facility_id",
    "points",
    "stock",
    "until",
)
WINTER, SUMMER = "2031-03-01T00:00:00+08:00", "2031-10-01T00:00:00+08:00"
"""When goods of a season end; far off, so that the demo has them for years."""


@dataclass(frozen=True)
class Gift:
    """One offer of a facility or, where ``shop`` is named, of a shop."""

    offer_id: str
    name: str
    name_en: str
    points: int
    facility_id: str = ""
    shop: str = ""
    stock: int | None = None
    until: str = ""


GIFTS = (
    Gift("hot-water", "热饮一杯", "Cup of hot tea", 5, "station-jishi"),
    Gift("phone-charging", "手机快充一小时", "Phone charging, one hour", 5, "station-xinying"),
    Gift("tyre-air", "打气与链条上油", "Air and chain oil", 8, "station-yunshan"),
    Gift("ice-pop", "冰棍一支", "Ice pop", 8, "water-huiyun", stock=300, until=SUMMER),
    Gift("breakfast", "早餐一份", "Breakfast", 12, shop="集市街早点铺 Jishi Breakfast", stock=200),
    Gift("battery-swap", "免费换电一次", "One battery swap", 20, "cabinet-changhuai", stock=500),
    Gift("fruit-box", "水果一盒", "Box of fruit", 20, shop="汇云鲜果店 Huiyun Fruit", stock=120),
    Gift("noodles", "牛肉面一碗", "Bowl of beef noodles", 25, shop="长槐面馆 Changhuai Noodles"),
    Gift("hot-meal", "热饭套餐一份", "Hot meal", 30, "centre-huiyun", stock=300),
    Gift("laundry", "工服清洗一次", "Laundry of working clothes", 30, "union-jiangwan", stock=150),
    Gift("haircut", "理发一次", "Haircut", 35, shop="裁缝巷理发店 Caifeng Barber", stock=80),
    Gift("gloves", "骑行手套", "Riding gloves", 40, "station-hetang", stock=100, until=WINTER),
    Gift("phone-holder", "手机支架", "Phone holder", 45, "station-dukou", stock=60),
    Gift("raincoat", "加厚雨衣", "Raincoat", 60, "union-jiangwan", stock=80),
    Gift("first-aid-kit", "便携急救包", "First-aid kit", 60, "centre-shuyuan", stock=60),
    Gift(
        "massage",
        "肩颈按摩半小时",
        "Shoulder massage, half an hour",
        70,
        shop="汇云理疗馆 Huiyun Massage",
    ),
    Gift(
        "brake-service", "刹车检修", "Brake service", 80, shop="长槐车行 Changhuai Cycles", stock=60
    ),
    Gift("check-up", "体检套餐", "Health check-up", 120, "centre-huiyun", stock=40),
    Gift("helmet", "3C认证头盔", "Certified helmet", 150, "union-jiangwan", stock=50),
    Gift(
        "tyre-pair",
        "更换一对外胎",
        "New pair of tyres",
        200,
        shop="长槐车行 Changhuai Cycles",
        stock=20,
    ),
)


def offer_rows() -> Iterator[dict[str, object]]:
    """Give each offer as a row; a facility's provider is whoever runs it."""
    operators = {place.facility_id: (place.operator, place.operator_en) for place in PLACES}
    for gift in GIFTS:
        provider = gift.shop or " ".join(operators[gift.facility_id])
        yield {
            "offer_id": gift.offer_id,
            "name": gift.name,
            "name_en": gift.name_en,
            "provider": provider,
            "facility_id": gift.facility_id,
            "points": gift.points,
            "stock": gift.stock,
            "until": gift.until,
        }
