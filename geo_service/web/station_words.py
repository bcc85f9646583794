"""The words of a station's page, in Chinese and in English."""

from dataclasses import dataclass
from typing import Final

from geo_service.web.rider_words import EN, Tongue


@dataclass(frozen=True, slots=True)
class StationWords:
    """All that the page says beside the rider's page's words, in one language."""

    check_in: str
    about: str
    """What checking in is good for; takes the points."""
    your_key: str
    key_hint: str
    key_known: str
    other_key: str
    scan: str
    wrong_code: str
    counted: str
    already: str
    points_given: str
    no_points: str
    balance: str
    key_needed: str
    key_wrong: str
    no_rider: str
    address: str


ZH: Final = StationWords(
    check_in="签到",
    about="本站每天第一次签到得 {} 分",
    your_key="你的骑手钥匙",
    key_hint="粘贴或输入一次即可，这台手机会记住。",
    key_known="这台手机已记住你的钥匙。",
    other_key="换一把钥匙",
    scan="到站后扫描现场的二维码，即可签到。",
    wrong_code="这不是本站的二维码，请扫描现场张贴的那一张。",
    counted="签到成功",
    already="今天已签到过",
    points_given="+{} 分",
    no_points="每站每天记一次，明天再来。",
    balance="共有积分",
    key_needed="请输入你的骑手钥匙。",
    key_wrong="这把钥匙无效或已过期，请再输入一次。",
    no_rider="这不是骑手的钥匙，请换一把。",
    address="地址",
)
EN_WORDS: Final = StationWords(
    check_in="Check in",
    about="Points for the first check-in of the day here: {}",
    your_key="Your rider's key",
    key_hint="Paste or type it once; this phone remembers it.",
    key_known="This phone knows your key.",
    other_key="Use another key",
    scan="Scan the code at the station to check in.",
    wrong_code="This is not the code of this station. Scan the one that is put up here.",
    counted="Checked in",
    already="Checked in already today",
    points_given="+{} for your points",
    no_points="One visit a day counts at each station. See you tomorrow.",
    balance="Your points",
    key_needed="Type your rider's key.",
    key_wrong="This key is not valid, or no longer. Type it again.",
    no_rider="This is not a rider's key. Use another one.",
    address="Address",
)


def station_words(tongue: Tongue) -> StationWords:
    """Return the words of a language; raises nothing."""
    return EN_WORDS if tongue is EN else ZH
