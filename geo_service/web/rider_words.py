"""The words of the rider's page, in Chinese and in English."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from geo_service.domain.opening import Opening
from geo_service.domain.usable import Usable

DAY_S = 86_400


@dataclass(frozen=True, slots=True)
class Tongue:
    """All that the page says, in one language."""

    code: str
    html: str
    """What the page's ``lang`` says."""
    other: str
    other_name: str
    """The other language, as its speakers call it."""
    service: str
    report: str
    """Leads to the report page."""
    own: str
    """Leads to the rider's own page."""
    find: str
    finding: str
    what: str
    open_now: str
    usable_now: str
    from_middle: str
    from_here: str
    in_straight_line: str
    nothing_fits: str
    by_hand: str
    latitude: str
    longitude: str
    datum: str
    datum_names: tuple[tuple[str, str], ...]
    use_these: str
    not_located: str
    not_reached: str
    as_of: str
    offline: str
    """Takes the time of day at which the list of places was had."""
    offline_more: str
    offline_none: str
    ride: str
    on_map: str
    choose_on_map: str
    drag_pin: str
    position: str
    close: str
    opens_amap: str
    more: str
    more_of_kind: str
    wrong_position: str
    unknown_kind: str
    not_ready: str
    results: str
    minutes: str
    metres: str
    kilometres: str
    open_until: str
    always_open: str
    hours_unknown: str
    closed_until: str
    closed: str
    tomorrow: str
    weekdays: tuple[str, ...]
    on_date: str
    usable: dict[Usable, str]
    just_now: str
    minutes_ago: str
    hours_ago: str
    days_ago: str
    charged: str
    empty: str
    free: str
    out_of_order: str


ZH = Tongue(
    code="zh",
    html="zh-Hans",
    other="en",
    other_name="English",
    service="骑手服务",
    report="报告问题",
    own="我的轨迹与同意",
    find="找最近的",
    finding="正在定位…",
    what="找什么",
    open_now="现在营业",
    usable_now="现在可用",
    from_middle="从商圈中心算起。点下面的按钮，用你的位置。",
    from_here="从你的位置算起",
    in_straight_line="附近没有道路，以下为直线距离",
    nothing_fits="没有符合条件的地点，少选一个条件再试。",
    by_hand="手动输入位置",
    latitude="纬度",
    longitude="经度",
    datum="坐标来自",
    datum_names=(("wgs84", "GPS"), ("gcj02", "高德、腾讯"), ("bd09", "百度")),
    use_these="用这个位置找",
    not_located="没能定位。请允许使用位置，或在下面手动输入。",
    not_reached="网络不通，请再试一次。",
    as_of="没有网络。以下是 {} 的结果。",
    offline="没有网络：按直线距离，地点以 {} 的清单为准。",
    offline_more="是否营业、能不能用，没有核对。",
    offline_none="清单里没有这一类地点。",
    ride="骑过去",
    on_map="看地图",
    choose_on_map="在地图上选位置",
    drag_pin="拖动图钉，或点地图，换一个位置。",
    position="你的位置",
    close="关闭",
    opens_amap="打开高德地图",
    more="显示更多",
    more_of_kind="更多{}",
    wrong_position="位置有误：纬度在 -90 到 90 之间，经度在 -180 到 180 之间，都要填。",
    unknown_kind="这里没有这一类地点，请从上面选。",
    not_ready="服务还没有准备好，请稍后再试。",
    results="最近的地点",
    minutes="{} 分钟",
    metres="{} 米",
    kilometres="{} 公里",
    open_until="营业至 {}",
    always_open="24 小时开放",
    hours_unknown="营业时间不详",
    closed_until="已关门，{} 开门",
    closed="已关门",
    tomorrow="明天 {}",
    weekdays=("周一", "周二", "周三", "周四", "周五", "周六", "周日"),
    on_date="{month}月{day}日 {time}",
    usable={Usable.YES: "可用", Usable.NO: "暂不可用", Usable.UNKNOWN: "状态不明"},
    just_now="刚刚上报",
    minutes_ago="{} 分钟前上报",
    hours_ago="{} 小时前上报",
    days_ago="{} 天前上报",
    charged="满电电池 {}",
    empty="空仓 {}",
    free="空位 {}",
    out_of_order="故障",
)

EN = Tongue(
    code="en",
    html="en",
    other="zh",
    other_name="中文",
    service="Rider services",
    report="Report",
    own="My traces and consent",
    find="Find nearest",
    finding="Finding you…",
    what="Looking for",
    open_now="Open now",
    usable_now="Usable now",
    from_middle="From the middle of the district. The button below uses your own position.",
    from_here="From where you are",
    in_straight_line="No street nearby: distances are in a straight line",
    nothing_fits="Nothing fits. Try again with one choice less.",
    by_hand="Type a position",
    latitude="Latitude",
    longitude="Longitude",
    datum="Copied from",
    datum_names=(("wgs84", "GPS"), ("gcj02", "Amap, Tencent"), ("bd09", "Baidu")),
    use_these="Find from here",
    not_located="Your position could not be found. Allow it, or type it below.",
    not_reached="No connection. Please try again.",
    as_of="Offline. As of {}.",
    offline="Offline: by straight line, as of {}.",
    offline_more="Whether they are open, and usable, could not be looked up.",
    offline_none="The list has no such place.",
    ride="Ride there",
    on_map="On the map",
    choose_on_map="Choose on the map",
    drag_pin="Drag the pin, or tap the map, to ask from elsewhere.",
    position="Your position",
    close="Close",
    opens_amap="opens Amap",
    more="Show more",
    more_of_kind="More like this: {}",
    wrong_position="The position is wrong: give both, latitude within -90 to 90 and longitude "
    "within -180 to 180.",
    unknown_kind="There is no such kind of place here; choose one above.",
    not_ready="The service is not ready yet. Please try again soon.",
    results="Nearest places",
    minutes="{} min",
    metres="{} m",
    kilometres="{} km",
    open_until="Open until {}",
    always_open="Open 24 hours",
    hours_unknown="Opening hours not known",
    closed_until="Closed, opens {}",
    closed="Closed",
    tomorrow="tomorrow {}",
    weekdays=("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"),
    on_date="{day}/{month} {time}",
    usable={Usable.YES: "Usable", Usable.NO: "Not usable now", Usable.UNKNOWN: "State unknown"},
    just_now="reported just now",
    minutes_ago="reported {} min ago",
    hours_ago="reported {} h ago",
    days_ago="reported {} days ago",
    charged="{} charged",
    empty="{} empty",
    free="{} free",
    out_of_order="out of order",
)

TONGUES = {tongue.code: tongue for tongue in (ZH, EN)}


def choose_tongue(asked: str | None, kept: str | None, accepted: str) -> Tongue:
    """Choose a language: the one asked for, else the one kept, else what the browser prefers.

    Parameters
    ----------
    asked, kept : str or None
        ``zh`` or ``en``; anything else counts as nothing.
    accepted : str
        An Accept-Language header (RFC 9110, 12.5.4). Without a known language: Chinese.
    """
    for code in (asked, kept):
        if code in TONGUES:
            return TONGUES[code]
    best, weight_of_best = ZH, 0.0
    for part in accepted.split(","):
        name, _, quality = part.partition(";q=")
        code = name.strip().lower().partition("-")[0]
        weight = _weight(quality)
        if code in TONGUES and weight > weight_of_best:
            best, weight_of_best = TONGUES[code], weight
    return best


def _weight(quality: str) -> float:
    try:
        return float(quality) if quality else 1.0
    except ValueError:
        return 0.0


def say_minutes(tongue: Tongue, seconds: float) -> str:
    """Say how long a way takes, in whole minutes, at least one."""
    return tongue.minutes.format(max(1, round(seconds / 60)))


def say_metres(tongue: Tongue, metres: float) -> str:
    """Say how far a way is: to ten metres, from a kilometre on to a hundred."""
    if metres < 995:
        return tongue.metres.format(max(10, round(metres / 10) * 10))
    return tongue.kilometres.format(f"{metres / 1000:.1f}")


def say_opening(tongue: Tongue, opening: Opening, now: datetime) -> str:
    """Say whether a place is open, and until when; ``now`` with a zone."""
    if opening.changes_at is None:
        return tongue.always_open if opening.open else tongue.closed
    sentence = tongue.open_until if opening.open else tongue.closed_until
    return sentence.format(_say_time(tongue, opening.changes_at, now))


def _say_time(tongue: Tongue, then: datetime, now: datetime) -> str:
    here = now.astimezone(then.tzinfo)
    time = f"{then:%H:%M}"
    days = (then.date() - here.date()) // timedelta(days=1)
    if days == 1 and time == "00:00":
        return "24:00"
    if days == 0:
        return time
    if days == 1:
        return tongue.tomorrow.format(time)
    if days < 7:
        return f"{tongue.weekdays[then.weekday()]} {time}"
    return say_moment(tongue, then)


def say_moment(tongue: Tongue, then: datetime) -> str:
    """Say a date and a time of day, as they are in the moment's own zone."""
    return tongue.on_date.format(month=then.month, day=then.day, time=f"{then:%H:%M}")


def say_age(tongue: Tongue, seconds: float) -> str:
    """Say how long ago a state was reported."""
    if seconds < 90:
        return tongue.just_now
    if seconds < 5400:
        return tongue.minutes_ago.format(round(seconds / 60))
    if seconds < 1.5 * DAY_S:
        return tongue.hours_ago.format(round(seconds / 3600))
    return tongue.days_ago.format(round(seconds / DAY_S))
