"""The facilities of the demo district: the service network "2+5+1" and what belongs to it."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from demo_district.frame import Point, to_position

OBSERVED_AT = "2026-11-01T21:30:00+08:00"
COOL = "air_conditioning"


@dataclass(frozen=True)
class Place:
    """One facility, at a point of the plan."""

    facility_id: str
    kind: str
    name: str
    name_en: str
    point: Point
    operator: str
    operator_en: str
    address: str
    opening_hours: str
    amenities: tuple[str, ...] = ()
    state: dict[str, str | int] = field(default_factory=dict)
    """Services, capacity and live counts, where the place has them."""


CENTRE = ("党群服务中心", "Party and community service centre")
STATION = ("暖蜂驿站", "Nuanfeng rider stations")
UNION = ("总工会", "Federation of trade unions")
DISTRICT = ("商圈党委", "Business district committee")
POWER = ("迅电换电", "Xundian Battery Swap")
CITY = ("城市管理执法中队", "City management squad")
LICENCES = ("行政审批窗口", "Licensing office")

PLACES = (
    Place(
        "centre-huiyun",
        "rest_station",
        "汇云党群服务中心",
        "Huiyun Party and Community Service Centre",
        (-98, -170),
        *CENTRE,
        "槐荫街36号",
        "Mo-Su 08:00-21:00; PH 09:00-18:00",
        (
            COOL,
            "drinking_water",
            "fridge",
            "microwave",
            "reading_corner",
            "medicine_box",
            "charging",
            "wifi",
            "toilet",
            "nursing_room",
        ),
    ),
    Place(
        "centre-shuyuan",
        "rest_station",
        "书院党群服务中心",
        "Shuyuan Party and Community Service Centre",
        (30, 428),
        *CENTRE,
        "书院路18号",
        "Mo-Fr 08:30-18:00; Sa 09:00-12:00; PH off",
        (COOL, "drinking_water", "microwave", "reading_corner", "medicine_box", "wifi", "toilet"),
    ),
    Place(
        "station-jishi",
        "rest_station",
        "集市街暖蜂驿站",
        "Jishi Street Rider Station",
        (-206, -58),
        *STATION,
        "集市街9号",
        "Mo-Su,PH 06:30-02:00",
        (COOL, "drinking_water", "fridge", "microwave", "charging", "wifi", "toilet"),
    ),
    Place(
        "station-xinying",
        "rest_station",
        "新樱路暖蜂驿站",
        "Xinying Road Rider Station",
        (341, 40),
        *STATION,
        "新樱路52号",
        "24/7",
        (COOL, "drinking_water", "microwave", "medicine_box", "charging"),
    ),
    Place(
        "station-dukou",
        "rest_station",
        "渡口街暖蜂驿站",
        "Dukou Street Rider Station",
        (468, -232),
        *STATION,
        "渡口街7号",
        "Mo-Su 09:00-22:00; PH off",
        (COOL, "drinking_water", "fridge", "reading_corner", "wifi"),
    ),
    Place(
        "station-hetang",
        "rest_station",
        "荷塘街暖蜂驿站",
        "Hetang Street Rider Station",
        (-430, 300),
        *STATION,
        "荷塘街21号",
        "Mo-Sa 08:00-20:00; PH off",
        (COOL, "drinking_water", "microwave", "medicine_box", "toilet"),
    ),
    Place(
        "station-yunshan",
        "rest_station",
        "云杉路暖蜂驿站",
        "Yunshan Road Rider Station",
        (-770, 20),
        *STATION,
        "云杉路5号",
        "Mo-Su 07:00-23:00",
        (COOL, "drinking_water", "fridge", "microwave", "charging", "umbrella", "tool_kit"),
    ),
    Place(
        "union-jiangwan",
        "rest_station",
        "江湾工会驿站",
        "Jiangwan Union Station",
        (-6, -455),
        *UNION,
        "塘边街2号",
        "Mo-Su 07:30-22:30; PH 09:00-18:00",
        (
            COOL,
            "drinking_water",
            "fridge",
            "microwave",
            "reading_corner",
            "medicine_box",
            "charging",
            "wifi",
            "toilet",
            "tool_kit",
        ),
    ),
    Place(
        "parking-huiyun-west",
        "parking_point",
        "汇云西街骑手停车点",
        "Huiyun West Street Rider Parking",
        (-142, 72),
        *DISTRICT,
        "汇云西街",
        "24/7",
        (),
        {"capacity": 40, "free": 11},
    ),
    Place(
        "parking-huiyun-east",
        "parking_point",
        "汇云东街骑手停车点",
        "Huiyun East Street Rider Parking",
        (216, 52),
        *DISTRICT,
        "汇云东街",
        "24/7",
        ("charging",),
        {"capacity": 32, "free": 0},
    ),
    Place(
        "parking-changhuai",
        "parking_point",
        "长槐路骑手停车点",
        "Changhuai Road Rider Parking",
        (-316, -172),
        *DISTRICT,
        "长槐路88号",
        "Mo-Su 06:00-24:00",
        (),
        {"capacity": 24, "free": 9},
    ),
    Place(
        "cabinet-changhuai",
        "charging_cabinet",
        "长槐路智能充换电柜",
        "Changhuai Road Smart Charging and Swap Cabinet",
        (-354, -176),
        *POWER,
        "长槐路91号",
        "24/7",
        (),
        {"services": "charge;swap", "capacity": 12, "charged": 5, "empty": 4},
    ),
    Place(
        "water-huiyun",
        "water_point",
        "24小时免费饮水冰柜",
        "24-hour Free Water Freezer",
        (-143, -56),
        *DISTRICT,
        "汇云西街西门旁",
        "24/7",
        ("drinking_water", "fridge"),
    ),
    Place(
        "window-city",
        "service_window",
        "城市管理服务窗口（周三）",
        "City Management Window (Wednesdays)",
        (-90, -171),
        *CITY,
        "槐荫街36号一楼",
        "We 09:00-12:00,14:00-17:00; PH off",
        (COOL, "drinking_water"),
    ),
    Place(
        "window-licences",
        "service_window",
        "证照办理服务窗口（周四）",
        "Licences Window (Thursdays)",
        (-84, -171),
        *LICENCES,
        "槐荫街36号一楼",
        "Th 09:00-12:00,14:00-17:00; PH off",
        (COOL, "drinking_water"),
    ),
    Place(
        "liaison-mall",
        "liaison_station",
        "汇云广场联络站",
        "Huiyun Plaza Liaison Station",
        (60, -128),
        *DISTRICT,
        "汇云南广场",
        "Mo-Su 10:00-22:00",
        ("drinking_water", "wifi"),
    ),
    Place(
        "liaison-market",
        "liaison_station",
        "集市街商户联络站",
        "Jishi Street Merchants' Liaison Station",
        (-288, -30),
        *DISTRICT,
        "集市街27号",
        "Mo-Su 09:00-21:00",
        ("drinking_water", "medicine_box"),
    ),
    Place(
        "liaison-hetang",
        "liaison_station",
        "荷塘社区联络站",
        "Hetang Community Liaison Station",
        (-545, 300),
        *DISTRICT,
        "荷塘街40号",
        "Mo-Fr 08:30-17:30; PH off",
        ("drinking_water",),
    ),
    Place(
        "liaison-shuyuan",
        "liaison_station",
        "书院社区联络站",
        "Shuyuan Community Liaison Station",
        (212, 545),
        *DISTRICT,
        "北渠三路6号",
        "Mo-Fr 08:30-17:30; PH off",
        ("drinking_water", "reading_corner"),
    ),
    Place(
        "liaison-liulin",
        "liaison_station",
        "柳林社区联络站",
        "Liulin Community Liaison Station",
        (-690, -332),
        *DISTRICT,
        "柳林街15号",
        "Mo-Fr 08:30-17:30; Sa 09:00-12:00; PH off",
        ("drinking_water", "medicine_box"),
    ),
    Place(
        "liaison-dukou",
        "liaison_station",
        "渡口社区联络站",
        "Dukou Community Liaison Station",
        (-66, -330),
        *DISTRICT,
        "裁缝巷11号",
        "Mo-Fr 08:30-17:30; PH off",
        ("drinking_water",),
    ),
    Place(
        "liaison-jinfan",
        "liaison_station",
        "锦帆中心联络站",
        "Jinfan Centre Liaison Station",
        (482, 40),
        *DISTRICT,
        "锦帆路30号",
        "Mo-Fr 09:00-18:00; PH off",
        ("drinking_water", "wifi", "charging"),
    ),
)


def place_features() -> Iterator[dict[str, object]]:
    """Give each facility as a GeoJSON feature."""
    for place in PLACES:
        properties: dict[str, object] = {
            "id": place.facility_id,
            "kind": place.kind,
            "name": place.name,
            "name_en": place.name_en,
            "operator": place.operator,
            "operator_en": place.operator_en,
            "address": place.address,
            "opening_hours": place.opening_hours,
            "amenities": ";".join(place.amenities),
            **place.state,
        }
        if place.state:
            properties["observed_at"] = OBSERVED_AT
        yield {
            "type": "Feature",
            "properties": properties,
            "geometry": {"type": "Point", "coordinates": to_position(place.point)},
        }
