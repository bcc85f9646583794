"""The words of the page on which a key is shown, in Chinese and in English."""

from dataclasses import dataclass
from typing import Final

from geo_service.web.rider_words import EN, Tongue


@dataclass(frozen=True, slots=True)
class KeyWords:
    """All that the page says, in one language."""

    heading: str
    about: str
    label: str
    hint: str
    show: str
    known: str
    """Takes the role."""
    public_map: str
    offered: str
    """Takes the role."""
    use_offered: str
    keep_known: str
    go_on: str
    forget: str
    needed: str
    wrong: str
    forgotten: str
    home: str
    roles: dict[str, str]


ZH: Final = KeyWords(
    heading="出示钥匙",
    about="“我的轨迹与同意”用骑手的钥匙打开；工作台用工作人员的，"
    "规划地图的更多图层用分析人员的。钥匙由管理员发放。",
    label="钥匙",
    hint="这个浏览器会记住 30 天；公用的电脑，用完请忘记。",
    show="进入",
    known="这个浏览器已记住一把钥匙：{}。",
    public_map="在规划地图上，这把钥匙能打开的和所有人看到的一样。要看更多图层，需要分析人员的钥匙。",
    offered="您打开的链接带有另一把钥匙：{}。要改用它吗？如果不是您要的链接，请保留原来的钥匙。",
    use_offered="改用这把钥匙",
    keep_known="保留原来的钥匙",
    go_on="继续",
    forget="忘记这把钥匙",
    needed="请输入钥匙。",
    wrong="这把钥匙无效或已过期，请再输入一次。",
    forgotten="已忘记钥匙。",
    home="回首页",
    roles={
        "rider": "骑手",
        "operator": "运营方",
        "staff": "工作人员",
        "analyst": "分析人员",
        "admin": "管理员",
    },
)
EN_WORDS: Final = KeyWords(
    heading="Show your key",
    about="A rider's key opens “My traces and consent”, a key of staff the desk, an analyst's more "
    "of the planner's map. Whoever runs this service hands them out.",
    label="Key",
    hint="This browser keeps it for 30 days. On a computer that others use, forget it afterwards.",
    show="Go on",
    known="This browser keeps a key: {}.",
    public_map="Of the planner's map this key opens no more than everybody sees. More layers need "
    "an analyst's key.",
    offered="The link you opened brings another key: {}. Use this key? If you did not ask for the "
    "link, keep the one you have.",
    use_offered="Use this key",
    keep_known="Keep the one I have",
    go_on="Go on with it",
    forget="Forget this key",
    needed="Type the key.",
    wrong="This key is not valid, or no longer. Type it again.",
    forgotten="The key is forgotten.",
    home="Home",
    roles={
        "rider": "rider",
        "operator": "operator",
        "staff": "staff",
        "analyst": "analyst",
        "admin": "administrator",
    },
)


def key_words(tongue: Tongue) -> KeyWords:
    """Return the words of a language; raises nothing."""
    return EN_WORDS if tongue is EN else ZH
