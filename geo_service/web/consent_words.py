"""The words of a rider's own page: consent, trips and what can be done with them."""

from dataclasses import dataclass
from typing import Final

from geo_service.web.rider_words import EN, Tongue


@dataclass(frozen=True, slots=True)
class ConsentWords:
    """All that the page says, in one language."""

    heading: str
    about: str
    agreed: str
    """Takes the moment."""
    changed: str
    not_agreed: str
    text: str
    other_text: str
    agree: str
    withdraw: str
    withdraw_about: str
    with_trips: str
    do_withdraw: str
    trips: str
    no_trips: str
    trip: str
    """Takes kilometres and minutes."""
    loaded: str
    """Of a trip that the rider has not sent."""
    loaded_about: str
    take_along: str
    older: str
    newest: str
    delete: str
    delete_about: str
    do_delete: str
    delete_all: str
    delete_all_about: str
    do_delete_all: str
    key: str
    stale: str
    gone: str
    untold: str
    """Takes spans of time,"""
    span: str
    """which take both their ends."""
    done: dict[str, str]


ZH: Final = ConsentWords(
    heading="我的轨迹与同意",
    about="这里只有你自己的内容，用这个浏览器记住的骑手钥匙打开。",
    agreed="你已于 {} 同意保存轨迹。",
    changed="说明已经更改。再次同意之前，不会接收新的轨迹。",
    not_agreed="你没有同意保存轨迹，所以不会接收你上传的轨迹。其他功能照常可用。",
    text="说明",
    other_text="English text",
    agree="我已阅读并同意",
    withdraw="撤回同意",
    withdraw_about="撤回后不再接收你上传的轨迹，已有的行程会留下，除非一并删除。",
    with_trips="同时删除我的全部行程",
    do_withdraw="确认撤回",
    trips="我的行程",
    no_trips="没有保存你的行程。",
    trip="{} 公里，{} 分钟",
    loaded="管理员载入",
    loaded_about="标有“管理员载入”的行程不是你上传的，而是本服务的管理员从文件载入的，"
    "与你是否同意无关。你可以在这里查看、下载和删除。",
    take_along="下载",
    older="更早的行程",
    newest="回到最新的行程",
    delete="删除",
    delete_about="删除后不能在这里恢复。之前做的备份里可能还有，直到备份被清除。",
    do_delete="确认删除这次行程",
    delete_all="删除全部行程",
    delete_all_about="全部行程都会删除，不能在这里恢复；之前做的备份里可能还有，直到备份被清除。"
    "你是否同意保持不变。",
    do_delete_all="确认删除全部行程",
    key="换一把钥匙",
    stale="说明刚刚更改，请重新阅读后再同意。",
    gone="没有这次行程，可能已经删除。",
    untold="以下时间开始的行程，当时的密钥已经不在，没有人能说清哪些属于谁，所以这里既看不到也删不掉：{}。",
    span="{} 起至 {} 前",
    done={
        "agreed": "已同意，谢谢。",
        "withdrawn": "已撤回同意。",
        "withdrawn-all": "已撤回同意，全部行程已删除。",
        "deleted": "这次行程已删除。",
        "deleted-all": "全部行程已删除。",
    },
)
EN_WORDS: Final = ConsentWords(
    heading="My traces and consent",
    about="Only what is yours stands here; the rider's key that this browser keeps opens it.",
    agreed="You agreed on {} to having your traces kept.",
    changed="The text has changed. Until you agree anew, no traces are taken.",
    not_agreed="You have not agreed, so no traces are taken from you. All else works as ever.",
    text="What you agree to",
    other_text="中文说明",
    agree="I have read this and agree",
    withdraw="Withdraw your consent",
    withdraw_about="No traces are taken from you from then on. Those that are here stay, unless "
    "you have them deleted too.",
    with_trips="Delete all my trips too",
    do_withdraw="Yes, withdraw",
    trips="My trips",
    no_trips="No trips of yours are kept.",
    trip="{} km, {} min",
    loaded="loaded by the service",
    loaded_about="You have not sent the trips marked “loaded by the service”: whoever runs this "
    "service loaded them from files, whether you agreed or not. You can see, download and delete "
    "them here.",
    take_along="Download",
    older="Older trips",
    newest="Back to the newest",
    delete="Delete",
    delete_about="What is deleted can't be brought back here. A backup made before may still hold "
    "it until that backup is removed.",
    do_delete="Yes, delete this trip",
    delete_all="Delete all trips",
    delete_all_about="All of them go and can't be brought back here; a backup made before may "
    "still hold them until that backup is removed. Your consent stays as it is.",
    do_delete_all="Yes, delete all trips",
    key="Show another key",
    stale="The text has just changed. Read it anew before you agree.",
    gone="There is no such trip of yours; it may be deleted already.",
    untold="Of trips that start in these times nobody can tell any more whose they are, since the "
    "key of that time is gone; so they can be neither seen nor deleted here: {}.",
    span="from {} until before {}",
    done={
        "agreed": "You have agreed. Thank you.",
        "withdrawn": "Your consent is withdrawn.",
        "withdrawn-all": "Your consent is withdrawn, and all your trips are deleted.",
        "deleted": "The trip is deleted.",
        "deleted-all": "All your trips are deleted.",
    },
)


def consent_words(tongue: Tongue) -> ConsentWords:
    """Return the words of a language; raises nothing."""
    return EN_WORDS if tongue is EN else ZH
