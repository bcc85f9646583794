"""Arguments of the analyst's questions, checked and brought into the program's own values."""

import math
from typing import Literal, TypeAlias

from geo_service.domain.opening import Calendar, check_calendar
from geo_service.domain.pass_rule import PassRule
from geo_service.domain.slots import Per, SlotRule
from geo_service.errors import WrongUsage

PlaceName: TypeAlias = Literal["street", "cell"]
PLACES = ("street", "cell")
PerName: TypeAlias = Literal["hour", "weekday", "weekday_hour"]
USUAL_ZONE = Calendar().time_zone


def pass_rule(radius_m: float) -> PassRule:
    """Return the rule of passes with a radius.

    Raises
    ------
    WrongUsage
        If the radius is not more than 0.
    """
    if not 0.0 < radius_m < math.inf:
        raise WrongUsage(f"The radius is {radius_m} m; it must be more than 0.", where="radius_m")
    return PassRule(radius_m=radius_m)


def slot_rule(per: str, time_zone: str) -> SlotRule:
    """Return how moments are put into hours and weekdays.

    Raises
    ------
    WrongUsage
        If there is no such ``per`` or time zone.
    """
    if per not in tuple(Per):
        raise WrongUsage(
            f"Figures can't be counted per {per!r}.",
            where="per",
            remedy=f"There are: {', '.join(Per)}.",
        )
    calendar = Calendar(time_zone=time_zone)
    check_calendar(calendar)
    return SlotRule(Per(per), calendar.zone)


def check_place(by: str) -> None:
    """Refuse what is no kind of place.

    Raises
    ------
    WrongUsage
        Naming those there are.
    """
    if by not in PLACES:
        raise WrongUsage(
            f"Figures can't be counted by {by!r}.",
            where="by",
            remedy=f"There are: {', '.join(PLACES)}.",
        )
