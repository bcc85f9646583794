"""The words of the staff's desk, in Chinese and in English."""

from dataclasses import dataclass
from typing import Final

from geo_service.web.rider_words import EN, Tongue


@dataclass(frozen=True, slots=True)
class DeskWords:
    """All that the desk says, in one language."""

    desk: str
    skip: str
    key: str
    planner: str
    # The list.
    open_ones: str
    overdue: str
    only_overdue: str
    stage: str
    every_open: str
    category: str
    body: str
    every: str
    shown_or_not: str
    shown: str
    hidden: str
    filter: str
    list_label: str
    nothing: str
    next_page: str
    first_page: str
    nobody: str
    no_deadline: str
    due_in: str
    late_by: str
    over: str
    minutes: str
    hours: str
    days: str
    escalated: str
    photos_waiting: str
    at_time: str
    """Takes day, month or month_name, and time."""
    # One issue.
    back: str
    no_words: str
    facts: str
    address: str
    unit: str
    position: str
    reported: str
    confirmed: str
    due: str
    supporters: str
    asked: str
    asked_told: str
    """Takes asked, there, gone and unsure."""
    nobody_asked: str
    rating: str
    merged_into: str
    merged_from: str
    map_label: str
    list_map: str
    photos: str
    photo: str
    no_photos: str
    show: str
    hide: str
    show_photo: str
    hide_photo: str
    photo_shown: str
    photo_hidden: str
    needs_issue: str
    history: str
    noted: str
    near: str
    near_about: str
    metres_away: str
    merge_here: str
    next_steps: str
    nothing_next: str
    visibility: str
    why: str
    why_needed: str
    to_body: str
    with_photo: str
    no_photo: str
    into: str
    number: str
    into_hint: str
    done: dict[str, str]
    wrong: dict[str, str]
    forbidden: dict[str, str]
    """Why a move is not allowed, by the field that it hangs on."""
    stands_at: str
    may_do: str
    may_nothing: str
    list_mark: str


ZH: Final = DeskWords(
    desk="工作台",
    skip="跳到内容",
    key="钥匙",
    planner="规划地图",
    open_ones="未办结",
    overdue="已超期",
    only_overdue="只看超期",
    stage="阶段",
    every_open="全部未办结",
    category="类别",
    body="责任主体",
    every="全部",
    shown_or_not="公开",
    shown="已公开",
    hidden="未公开",
    filter="筛选",
    list_label="事项列表",
    nothing="没有符合条件的事项。",
    next_page="下一页",
    first_page="回第一页",
    nobody="无责任主体",
    no_deadline="无时限",
    due_in="还剩 {}",
    late_by="超期 {}",
    over="已了结",
    minutes="{} 分钟",
    hours="{} 小时",
    days="{} 天",
    escalated="已上升 {} 次",
    photos_waiting="待审照片 {}",
    at_time="{month}月{day}日 {time}",
    back="返回列表",
    no_words="（没有文字说明）",
    facts="事项信息",
    address="地址",
    unit="百米网格",
    position="位置",
    reported="上报时间",
    confirmed="最近确认仍在",
    due="本阶段时限",
    supporters="也看到的骑手",
    asked="询问过的骑手",
    asked_told="问过 {asked} 位：仍在 {there}，已消失 {gone}，不确定 {unsure}",
    nobody_asked="还没有询问",
    rating="上报人评分",
    merged_into="已并入",
    merged_from="并入本事项的",
    map_label="事项位置示意图",
    list_map="地图：列表中的事项",
    photos="照片",
    photo="照片 {}",
    no_photos="没有照片。",
    show="公开事项",
    hide="不再公开",
    show_photo="通过照片 {}",
    hide_photo="撤下照片 {}",
    photo_shown="已通过",
    photo_hidden="待审",
    needs_issue="照片通过后，事项公开了才看得到。",
    history="办理经过",
    noted="备注",
    near="附近同类事项",
    near_about="同一件事请合并，上报人和附议的骑手会一起转过来。",
    metres_away="相距 {} 米",
    merge_here="并入本事项",
    next_steps="下一步",
    nothing_next="没有可做的下一步。",
    visibility="对公众",
    why="说明",
    why_needed="说明（必填）",
    to_body="派给谁",
    with_photo="附照片",
    no_photo="不附",
    into="并入哪个事项",
    number="编号",
    into_hint="从附近的选，或填写编号。",
    done={
        "moved": "已办理。",
        "merged": "已合并。",
        "shown": "事项已公开。",
        "hidden": "事项不再公开。",
        "photo-shown": "照片已通过。",
        "photo-hidden": "照片已撤下。",
    },
    wrong={
        "why": "请写明原因。",
        "why-text": "说明太长，或含有无法显示的字符。",
        "merged_into": "请写明并入哪个事项，且不能是它自己；该事项必须存在。",
        "body_id": "没有这个责任主体，请重新选择。",
        "photo_id": "这个事项没有这张照片，请重新选择。",
        "to": "没有这一步。",
        "seen": "这张表单不完整，请重新打开页面。",
        "moved-meanwhile": "在你填写时，别人已经动过这个事项，所以什么都没有做。"
        "下面是最新情况，你写的内容还在，请再看一眼。",
        "forbidden-move": "按目前的情况做不了这一步。",
    },
    forbidden={
        "body_id": "这个地点没有责任主体，请先选派给谁。",
        "merged_into": "要并入的事项已经了结。请另选一个未了结的，或先重新打开它。",
    },
    stands_at="这个事项现在是“{}”。",
    may_do="接下来可以：{}。",
    may_nothing="工作人员没有可做的下一步。",
    list_mark="、",
)
EN_WORDS: Final = DeskWords(
    desk="Desk",
    skip="Skip to the content",
    key="Key",
    planner="Planner's map",
    open_ones="Open",
    overdue="Overdue",
    only_overdue="Overdue only",
    stage="Stage",
    every_open="All that are open",
    category="Category",
    body="Who answers",
    every="All",
    shown_or_not="Shown to everybody",
    shown="Public",
    hidden="Hidden",
    filter="Filter",
    list_label="Issues",
    nothing="No issue fits.",
    next_page="Next page",
    first_page="First page",
    nobody="Nobody answers",
    no_deadline="No deadline",
    due_in="Due in {}",
    late_by="Overdue by {}",
    over="Over",
    minutes="{} min",
    hours="{} h",
    days="{} d",
    escalated="Gone up: {}",
    photos_waiting="Photos to approve: {}",
    at_time="{day} {month_name} {time}",
    back="Back to the list",
    no_words="(nothing was written)",
    facts="About this issue",
    address="Address",
    unit="100 m square",
    position="Position",
    reported="Reported",
    confirmed="Last seen",
    due="Deadline",
    supporters="See it too",
    asked="Riders asked",
    asked_told="{asked} asked: there {there}, gone {gone}, unsure {unsure}",
    nobody_asked="Nobody yet",
    rating="Reporter's rating",
    merged_into="Merged into",
    merged_from="Merged into this",
    map_label="Map of the streets around the issue",
    list_map="Map of the issues on this list",
    photos="Photos",
    photo="Photo {}",
    no_photos="No photos.",
    show="Show it to everybody",
    hide="Hide it",
    show_photo="Approve photo {}",
    hide_photo="Take back photo {}",
    photo_shown="Approved",
    photo_hidden="To approve",
    needs_issue="An approved photo is seen once the issue is public too.",
    history="What was done",
    noted="Note",
    near="Open issues of this category nearby",
    near_about="What is the same should be one: its reporter and supporters come along.",
    metres_away="{} m away",
    merge_here="Merge into this one",
    next_steps="Next step",
    nothing_next="Nothing is left to do here.",
    visibility="To the public",
    why="Words",
    why_needed="Words (needed)",
    to_body="To whom",
    with_photo="With a photo",
    no_photo="None",
    into="Into which issue",
    number="Its number",
    into_hint="Choose one nearby, or type its number.",
    done={
        "moved": "Done.",
        "merged": "Merged.",
        "shown": "Everybody sees the issue now.",
        "hidden": "The issue is hidden.",
        "photo-shown": "The photo is approved.",
        "photo-hidden": "The photo is taken back.",
    },
    wrong={
        "why": "Say why.",
        "why-text": "The words are too long, or hold a character that can't be shown.",
        "merged_into": "Name the issue that goes on: one that is there, and not this one.",
        "body_id": "There is no such body; choose again.",
        "photo_id": "This issue has no such photo; choose again.",
        "to": "There is no such step.",
        "seen": "This form is not whole; open the page anew.",
        "moved-meanwhile": "Somebody else has moved this issue on while you wrote, so nothing was "
        "done. Below is how it stands now, and what you wrote is kept: please look again.",
        "forbidden-move": "As things stand this can't be done.",
    },
    forbidden={
        "body_id": "Nobody answers for this place: choose whom it goes to.",
        "merged_into": "The issue that is to go on is over itself. Name an open one, or reopen it "
        "first.",
    },
    stands_at="The issue is now: {}. ",
    may_do="What can be done next: {}.",
    may_nothing="Nothing is left for staff to do.",
    list_mark=", ",
)


def desk_words(tongue: Tongue) -> DeskWords:
    """Return the words of a language; raises nothing."""
    return EN_WORDS if tongue is EN else ZH
