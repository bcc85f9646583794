"""What stages, steps, movers and levels are called on pages, in Chinese and in English."""

from collections.abc import Mapping
from types import MappingProxyType

from geo_service.domain.area import Level
from geo_service.domain.lifecycle import WORDS, Mover, Stage
from geo_service.web.rider_words import EN, Tongue

Said = tuple[str, str]
"""Chinese and English."""

MOVERS: Mapping[Mover, Said] = MappingProxyType(
    {
        Mover.REPORTER: ("上报人", "its reporter"),
        Mover.RIDERS: ("路过的骑手", "riders who passed"),
        Mover.STAFF: ("工作人员", "staff"),
        Mover.SYSTEM: ("系统", "the service"),
    }
)
LEVELS: Mapping[Level, Said] = MappingProxyType(
    {
        Level.STREET_COMMITTEE: ("街道工委", "Street committee"),
        Level.BUSINESS_DISTRICT_COMMITTEE: ("商圈委员会", "Business district committee"),
        Level.COMMUNITY: ("社区", "Community"),
        Level.COMPANY_BRANCH: ("企业支部", "Company branch"),
        Level.VOLUNTEER_BODY: ("志愿队伍", "Volunteers"),
    }
)
STEPS: Mapping[Stage, Said] = MappingProxyType(
    {
        Stage.FILED: ("受理建卷", "Accept"),
        Stage.REJECTED: ("不予受理", "Reject"),
        Stage.MERGED: ("合并到别的事项", "Merge into another issue"),
        Stage.DISPATCHED: ("派遣", "Dispatch"),
        Stage.HANDLING: ("开始处置", "Take up"),
        Stage.REPORTED_BACK: ("反馈：已处置", "Report back: done"),
        Stage.CLOSED: ("核查结案", "Check and close"),
        Stage.REOPENED: ("重新打开", "Reopen"),
    }
)
"""What staff do to bring an issue to a stage,"""
STEPS_FROM: Mapping[tuple[Stage, Stage], Said] = MappingProxyType(
    {
        (Stage.DISPATCHED, Stage.DISPATCHED): ("改派", "Pass on to another body"),
        (Stage.HANDLING, Stage.DISPATCHED): ("改派", "Pass on to another body"),
        (Stage.REPORTED_BACK, Stage.DISPATCHED): ("重新派遣", "Dispatch again"),
        (Stage.REPORTED_BACK, Stage.HANDLING): ("退回重办", "Send back: not done"),
    }
)
"""and where that is called otherwise, by the stage it comes from."""


def say(tongue: Tongue, said: Said) -> str:
    """Choose the words of a language; raises nothing."""
    chinese, english = said
    return english if tongue is EN else chinese


def say_stage(tongue: Tongue, stage: Stage) -> str:
    """Say what a stage is called; raises nothing."""
    return say(tongue, WORDS[stage])


def say_step(tongue: Tongue, stage: Stage, to: Stage) -> str:
    """Say what it is called to bring an issue from one stage to another, as staff may."""
    return say(tongue, STEPS_FROM.get((stage, to)) or STEPS[to])


def say_name(tongue: Tongue, name: str, name_en: str) -> str:
    """Say the name of something that may have one in English too; raises nothing."""
    return name_en if tongue is EN and name_en else name
