"""The words of the maps, in Chinese and English."""

from dataclasses import dataclass

from geo_service.maps.escape import as_entities


@dataclass(frozen=True, slots=True)
class Words:
    """One expression in both languages, plain text."""

    zh: str
    en: str

    @property
    def html(self) -> str:
        """Both, each marked with its language."""
        return (
            f'<span lang="zh-Hans">{as_entities(self.zh)}</span> '
            f'<span lang="en" class="gm-en">{as_entities(self.en)}</span>'
        )

    @property
    def line(self) -> str:
        """Both in one line of HTML without tags, for cards and titles."""
        return f"{as_entities(self.zh)} {as_entities(self.en)}"


KINDS = {
    "rest_station": Words("休息驿站", "Rest station"),
    "parking_point": Words("停车点", "Parking point"),
    "charging_cabinet": Words("充换电柜", "Charging cabinet"),
    "water_point": Words("饮水点", "Water point"),
    "service_window": Words("服务窗口", "Service window"),
    "liaison_station": Words("联络站", "Liaison station"),
}
CATEGORIES = {
    "standing_water": Words("积水", "Standing water"),
    "food_hygiene": Words("食品卫生", "Food hygiene"),
    "blocked_lane": Words("车道受阻", "Blocked lane"),
    "damaged_road": Words("道路破损", "Damaged road"),
    "broken_light": Words("路灯故障", "Broken light"),
    "littering": Words("垃圾堆放", "Littering"),
    "illegal_parking": Words("违规停放", "Illegal parking"),
    "fire_hazard": Words("消防隐患", "Fire hazard"),
    "missing_manhole_cover": Words("井盖缺失", "Missing manhole cover"),
    "noise": Words("噪声扰民", "Noise"),
}
LAYERS = {
    "facilities": Words("服务设施", "Facilities"),
    "issues": Words("问题点位", "Issues"),
    "passes": Words("经过未结问题热力", "Passes at open issues"),
    "issue_density": Words("未结问题热力", "Where issues are open"),
    "exposure": Words("骑行热力", "Where riders go"),
    "hours": Words("分时骑行", "Riding by hour"),
    "rate": Words("每千次行程问题数", "Issues per 1,000 trips"),
    "streets": Words("街道经过量", "Trips by street"),
    "blind_spots": Words("无人骑过的街道", "Streets nobody rode"),
    "release": Words("公开骑行网格", "Public cells"),
    "catchments": Words("服务范围与盲区", "Catchments and holes"),
}
AMENITIES = {
    "air_conditioning": Words("空调", "air conditioning"),
    "bench": Words("座椅", "bench"),
    "bottle_refill": Words("可灌水瓶", "bottle refill"),
    "cargo_bike": Words("可停货运车", "cargo bikes"),
    "covered": Words("有遮挡", "covered"),
    "drinking_water": Words("饮水", "drinking water"),
    "fridge": Words("冰箱", "fridge"),
    "lit": Words("有照明", "lit"),
    "medicine_box": Words("药箱", "medicine box"),
    "microwave": Words("微波炉", "microwave"),
    "no_fee": Words("免费", "free of charge"),
    "reading_corner": Words("阅读角", "reading corner"),
    "supervised": Words("有人看管", "supervised"),
    "charging": Words("充电", "charging"),
    "toilet": Words("卫生间", "toilet"),
    "wifi": Words("无线网络", "wifi"),
    "nursing_room": Words("母婴室", "nursing room"),
    "tool_kit": Words("工具箱", "tool kit"),
    "umbrella": Words("雨伞", "umbrella"),
}
USABLE = {
    "yes": Words("可用", "usable"),
    "no": Words("未开放或不可用", "closed or not usable"),
    "unknown": Words("状态未知", "not known"),
}
FACTS = {
    "id": Words("编号", "Id"),
    "kind": Words("类别", "Kind"),
    "now": Words("当前", "Now"),
    "usable": Words("可用性", "Usable"),
    "hours": Words("开放时间", "Hours"),
    "address": Words("地址", "Address"),
    "operator": Words("运营单位", "Operator"),
    "amenities": Words("配套", "Amenities"),
    "charged": Words("可换电池", "Charged batteries"),
    "empty": Words("空仓位", "Empty slots"),
    "free": Words("空余车位", "Free spaces"),
    "observed_at": Words("状态时间", "State as of"),
    "visits": Words("打卡次数", "Visits"),
    "visit_hours": Words("按小时", "By hour"),
    "state": Words("状态", "State"),
    "stage": Words("阶段", "Stage"),
    "body": Words("责任单位", "Answers for it"),
    "due_at": Words("期限", "Due"),
    "unit": Words("单元网格", "100 m unit"),
    "supporters": Words("也看到的骑手", "See it too"),
    "reported_at": Words("上报", "Reported"),
    "closed_at": Words("办结", "Closed"),
    "description": Words("描述", "Description"),
    "visibility": Words("公开", "Visibility"),
    "passes": Words("经过次数", "Passes"),
    "riders": Words("骑手数", "Riders"),
    "first_pass": Words("首次经过", "First pass"),
    "last_pass": Words("最近经过", "Last pass"),
    "closest_m": Words("最近距离", "Closest"),
    "trips": Words("行程数", "Trips"),
    "metres": Words("骑行里程", "Distance ridden"),
    "issues": Words("问题数", "Issues"),
    "rate": Words("每千次行程问题数", "Issues per 1,000 trips"),
    "interval": Words("95% 区间", "95 % interval"),
    "slot": Words("时段", "Hours"),
    "stretch": Words("此段长度", "This stretch"),
    "street_class": Words("道路类别", "Class of street"),
    "expected": Words("按行程应有", "Expected by its trips"),
    "q_value": Words("q 值", "q-value"),
    "judged": Words("判断", "Judged"),
    "from_here": Words("从此处出发", "From here"),
    "nearest_streets": Words("就近服务街道", "Streets nearest to it"),
    "farthest": Words("其中最远", "Farthest of them"),
}
WEEKDAYS = (
    Words("每天", "All days"),
    Words("周一", "Monday"),
    Words("周二", "Tuesday"),
    Words("周三", "Wednesday"),
    Words("周四", "Thursday"),
    Words("周五", "Friday"),
    Words("周六", "Saturday"),
    Words("周日", "Sunday"),
)
"""By number, as ISO 8601 counts them from 1; 0 is any."""
STREET_CLASSES = {
    "motorway": Words("高速公路", "Motorway"),
    "trunk": Words("快速路", "Trunk road"),
    "primary": Words("主干路", "Primary road"),
    "secondary": Words("次干路", "Secondary road"),
    "tertiary": Words("支路", "Tertiary road"),
    "unclassified": Words("一般道路", "Minor road"),
    "residential": Words("居住区道路", "Residential street"),
    "living_street": Words("生活街道", "Living street"),
    "service": Words("内部道路", "Service road"),
    "pedestrian": Words("步行街", "Pedestrian street"),
    "cycleway": Words("自行车道", "Cycleway"),
    "footway": Words("人行道", "Footway"),
    "path": Words("小径", "Path"),
    "track": Words("土路", "Track"),
}
NO_NAME = Words("无名街道", "Street without a name")
OVERDUE = Words("超期", "overdue")
OPEN, CLOSED = Words("未结", "open"), Words("已结", "closed")
HOURS_UNKNOWN = Words("开放时间不详", "hours not known")
NOW_OPEN, NOW_CLOSED = Words("开放中", "open"), Words("已关闭", "closed")
OTHER_CATEGORIES = Words("其他类别", "Other categories")
OPEN_ISSUES = Words("未结问题", "open issues")
CELL = Words("网格", "Cell")


def said(known: dict[str, Words], slug: str) -> Words:
    """Say a slug in words; an unknown one is said as it is written, its underscores as spaces."""
    return known.get(slug) or Words(slug.replace("_", " "), "")
