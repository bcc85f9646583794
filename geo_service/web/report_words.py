"""The words of the report page and of the page that follows a report, in Chinese and in English."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from geo_service.web.rider_words import EN, Tongue


@dataclass(frozen=True, slots=True)
class ReportWords:
    """All that the two pages say beside the rider's page's words, in one language."""

    report: str
    wrong: str
    """Above a form that was not taken."""
    photo: str
    most_photos: str
    photo_again: str
    """What was held is held no longer."""
    take: str
    add_photos: str
    drop_photo: str
    place: str
    here: str
    pin_hint: str
    use_pin: str
    by_hand: str
    address: str
    address_hint: str
    what: str
    no_categories: str
    optional: str
    needed: str
    describe: str
    describe_hint: str
    send: str
    key_of_yours: str
    key_is_known: str
    key_known: str
    key_hint: str
    your_key: str
    keep_key: str
    near: str
    near_more: str
    far: str
    another: str
    known: str
    since: str
    see_it_too: str
    look_at_it: str
    noted: str
    noted_more: str
    nothing_to_do: str
    not_supported: str
    drafts: str
    thanks: str
    thanks_more: str
    follow: str
    again: str
    your_report: str
    stands: str
    answers: str
    nobody: str
    due: str
    overdue: str
    life: str
    photos: str
    photo_waits: str
    photo_public: str
    report_waits: str
    report_public: str
    seen_too: str
    place_word: str
    why: str
    faults: Mapping[str, str]
    """What is said beside a field, by its name; "answer" and "unanswered" for questions."""
    script: Mapping[str, str]
    """What only the script says."""


ZH: Final = ReportWords(
    report="报告问题",
    wrong="还没有发出，请改一改标出的地方。",
    photo="拍照片",
    most_photos="最多 {} 张",
    photo_again="照片没能保留到现在，请重新选一次。",
    take="拍照或选照片",
    add_photos="先加上照片，再选下一张",
    drop_photo="删除照片 {}",
    place="在哪里",
    here="用我现在的位置",
    pin_hint="拖动图钉，或点地图，指出问题在哪里。",
    use_pin="就在这里",
    by_hand="手动填写位置",
    address="地点描述",
    address_hint="例如：长虹路与人民路路口东南角",
    what="是什么问题",
    no_categories="这里还没有可以报告的类别。",
    optional="可不填",
    needed="必填",
    describe="补充说明",
    describe_hint="看到了什么，影响多大",
    send="发送",
    key_of_yours="有骑手钥匙？报告记在你名下",
    key_is_known="这份报告记在你名下",
    key_known="这台手机已记住你的钥匙，也可以换一把。",
    key_hint="粘贴或输入一次即可，这台手机会记住。不填也能报告。",
    your_key="你的骑手钥匙",
    keep_key="记住钥匙",
    near="附近已有人报告，是同一个吗？",
    near_more="还没有发出，你填写的内容和照片都还在。不是同一个，就点下面的按钮发送。",
    far="相距 {} 米",
    another="不是这些，发送",
    known="已有人报告",
    since="报告时间",
    see_it_too="就是这个，我也看到了",
    look_at_it="就是这个，看进展",
    noted="谢谢，已记下",
    noted_more="看到的人越多，越先处理。不用再报告一次。",
    nothing_to_do="工作人员已经知道，不用再报告一次。",
    not_supported="没有记下：这个问题已了结，或是你自己报告的。",
    drafts="这台手机上的报告",
    thanks="谢谢，已收到",
    thanks_more="工作人员查看后公开。保存这个链接，随时看进展：",
    follow="查看进展",
    again="再报告一个",
    your_report="你的报告",
    stands="现在",
    answers="负责",
    nobody="还没有确定",
    due="应在此前完成这一步",
    overdue="已超时",
    life="经过",
    photos="照片",
    photo_waits="待审核，只有工作人员能看",
    photo_public="已公开",
    report_waits="待工作人员查看，尚未公开",
    report_public="已公开",
    seen_too="位骑手也看到了",
    place_word="位置",
    why="说明",
    faults={
        "service_code": "请选一个类别。",
        "no_place": "还没说在哪里：用现在的位置，或在地图上选。",
        "lat": "位置不对：纬度应在 -90 到 90 之间，且不能离本地街道太远。",
        "long": "位置不对：经度应在 -180 到 180 之间。",
        "datum": "请选一个坐标来源。",
        "description": "说明太长，或含有不能保存的字符；最多 4000 字。",
        "address_string": "地点描述太长，或含有不能保存的字符；最多 500 字。",
        "requested_datetime": "这台手机的时间不对，或草稿已超过 90 天。",
        "media": "这张照片不能用：请用 JPEG、PNG 或 WebP，不超过 10 MB；"
        "PNG、WebP 不超过 1600 万像素。",
        "held": "照片没能保留到现在，请重新选一次。",
        "many": "最多 5 张照片，多出的没有保留。",
        "answer": "请看看这个回答。",
        "unanswered": "请回答这个问题。",
        "key": "这把钥匙无效或已过期。请再输入一次，或不填直接发送。",
        "no_rider": "这不是骑手的钥匙，请换一把。",
        "form": "这份报告已经发送过。如果是另一个问题，请再点一次发送。",
    },
    script={
        "locating": "正在定位…",
        "located": "已定位，误差约 {} 米",
        "notLocated": "没有找到你的位置。请允许定位，或在地图上选。",
        "placed": "已在地图上选定",
        "noMap": "地图没有打开，请再试一次，或手动填写。",
        "sending": "正在发送…",
        "another": "不是这些，发送",
        "later": "保存，联网后发送",
        "kept": "没有网络，已保存在这台手机上，联网后自动发送。",
        "open": "草稿",
        "waiting": "等待发送",
        "refused": "没有被接收，请修改",
        "sent": "已发送",
        "resume": "继续填写",
        "sendNow": "现在发送",
        "discard": "删除",
        "follow": "查看进展",
        "untitled": "未选类别",
        "metres": "相距 {} 米",
        "supporters": "{} 位骑手也看到了",
        "support": "我也看到了",
        "lookAtIt": "就是这个，看进展",
        "photo": "照片 {}",
        "dropPhoto": "删除照片 {}",
        "tooMany": "最多 5 张照片，多出的没有保留。",
        "supported": "谢谢，已记下。这份报告不用再发了。",
        "notSupported": "没有记下，请再试一次。",
        "notReached": "没有连上，请再试一次。",
        "noStore": "这台手机不能保存草稿，请联网后发送。",
        "preview": "照片预览",
    },
)
EN_WORDS: Final = ReportWords(
    report="Report",
    wrong="Not sent yet. Please look at the marked places.",
    photo="Take photos",
    most_photos="at most {}",
    photo_again="The photos could not be held that long. Please choose them again.",
    take="Take or choose photos",
    add_photos="Add these, then choose another",
    drop_photo="Remove photo {}",
    place="Where is it?",
    here="Use my position",
    pin_hint="Drag the pin, or tap the map, to where the problem is.",
    use_pin="It is here",
    by_hand="Type the position",
    address="The place in words",
    address_hint="Such as: Changhong Road, south-east corner",
    what="What is it?",
    no_categories="There is nothing yet that can be reported here.",
    optional="optional",
    needed="needed",
    describe="Anything else",
    describe_hint="What you see, and how bad it is",
    send="Send",
    key_of_yours="A rider's key? The report is then yours",
    key_is_known="This report will be yours",
    key_known="This phone knows your key. You can use another one.",
    key_hint="Paste or type it once; this phone remembers it. You can report without one.",
    your_key="Your rider's key",
    keep_key="Remember the key",
    near="Reported nearby already. Is it one of these?",
    near_more="Not sent yet; all you wrote and your photos are here still. If it is another one, "
    "send it with the button below.",
    far="{} m away",
    another="It is another one: send",
    known="Reported already",
    since="Reported",
    see_it_too="It is this one: I see it too",
    look_at_it="It is this one: follow it",
    noted="Thank you, noted",
    noted_more="The more riders see it, the sooner it is looked at. You need not report it again.",
    nothing_to_do="Staff know of it. You need not report it again.",
    not_supported="Not noted: it is over, or you have reported it yourself.",
    drafts="Reports on this phone",
    thanks="Thank you, it is here",
    thanks_more="Staff look at it before everybody sees it. Keep this link to follow it:",
    follow="Follow it",
    again="Report something else",
    your_report="Your report",
    stands="Now",
    answers="Who answers",
    nobody="Not known yet",
    due="This step is due by",
    overdue="overdue",
    life="What has happened",
    photos="Photos",
    photo_waits="Not looked at yet; only staff see it",
    photo_public="Shown to everybody",
    report_waits="Staff have not looked at it yet; it is not public",
    report_public="Shown to everybody",
    seen_too="riders see it too",
    place_word="Place",
    why="Why",
    faults={
        "service_code": "Choose what it is.",
        "no_place": "Say where it is: use your position, or choose it on the map.",
        "lat": "The position is wrong: latitude is within -90 to 90, and not far from the streets "
        "of this city.",
        "long": "The position is wrong: longitude is within -180 to 180.",
        "datum": "Choose where the position was copied from.",
        "description": "This is too long, or holds signs that can't be kept; at most 4,000.",
        "address_string": "This is too long, or holds signs that can't be kept; at most 500.",
        "requested_datetime": "This phone's clock is wrong, or the draft is older than 90 days.",
        "media": "This photo can't be taken: send JPEG, PNG or WebP of at most 10 MB; "
        "PNG and WebP of at most 16 million pixels.",
        "held": "The photos could not be held that long. Please choose them again.",
        "many": "At most 5 photos; those beyond were left out.",
        "answer": "Please look at this answer.",
        "unanswered": "Please answer this.",
        "key": "This key is not valid, or no longer. Type it again, or send without one.",
        "no_rider": "This is not a rider's key. Use another one.",
        "form": "This report was sent before. If it is another one, send it once more.",
    },
    script={
        "locating": "Finding your position…",
        "located": "Found, to about {} m",
        "notLocated": "Your position could not be found. Allow it, or choose on the map.",
        "placed": "Chosen on the map",
        "noMap": "The map could not be opened. Try again, or type the position.",
        "sending": "Sending…",
        "another": "It is another one: send",
        "later": "Keep, and send when online",
        "kept": "No connection. It is kept on this phone and sent once you are online.",
        "open": "Draft",
        "waiting": "Waiting to be sent",
        "refused": "Not accepted; please correct it",
        "sent": "Sent",
        "resume": "Go on",
        "sendNow": "Send now",
        "discard": "Discard",
        "follow": "Follow it",
        "untitled": "Not chosen yet",
        "metres": "{} m away",
        "supporters": "{} riders see it too",
        "support": "I see it too",
        "lookAtIt": "It is this one: follow it",
        "photo": "Photo {}",
        "dropPhoto": "Remove photo {}",
        "tooMany": "At most 5 photos; those beyond were left out.",
        "supported": "Thank you, noted. You need not send this report.",
        "notSupported": "That was not noted. Please try again.",
        "notReached": "No connection. Please try again.",
        "noStore": "This phone can't keep drafts. Please send it when online.",
        "preview": "The photo",
    },
)


def report_words(tongue: Tongue) -> ReportWords:
    """Return the words of a language; raises nothing."""
    return EN_WORDS if tongue is EN else ZH
