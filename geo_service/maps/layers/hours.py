"""Riding by hour and weekday: cells by their trips in the slot that the reader chooses."""

import numpy as np

from geo_service.arrays import Integers
from geo_service.domain.slots import HOURS, WEEK_SLOTS
from geo_service.maps.cell_shapes import pack_cells
from geo_service.maps.content import HoursOnMap, MapContent
from geo_service.maps.drawn_layer import DrawnLayer, new_group
from geo_service.maps.elements import Drawing
from geo_service.maps.escape import as_entities, as_script
from geo_service.maps.figures import round_limits
from geo_service.maps.folding import fold
from geo_service.maps.legend import explain, scale
from geo_service.maps.palette import EMPTY_CELL, EXPOSURE_RAMP
from geo_service.maps.view import View
from geo_service.maps.words import CELL, FACTS, WEEKDAYS, Words
from geo_service.overlay.cells import cell_names
from geo_service.overlay.slot_exposure import SlotExposure

MOST_CELLS = 3_000
MOST_ROWS = 120_000
MOST_LETTERS = 270_000
"""A page holds about so many cells, so many rows of a cell and a slot, and no more than this of
their figures, folded; whoever gathers its content takes larger cells if need be."""
_LABELS = ("slot", "trips", "riders", "passes")
_DAY, _HOUR = Words("星期", "Day of the week"), Words("小时", "Hour")
_ALL_HOURS = Words("全天", "all hours")
_SHORT_DAYS = ("All", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_PLAY, _PAUSE = Words("逐时播放", "Play"), Words("暂停", "Pause")
_STEP = Words("下一小时", "Next hour")
_BUSIEST = Words("最多", "most")
_UNITS = (
    Words("全部时段的行程数", "Trips at any time"),
    Words("该小时的行程数，各天合并", "Trips in this hour of the day, all days together"),
    Words("该星期日的行程数，全天", "Trips on this day of the week, all hours together"),
    Words("每周该小时的行程数", "Trips in this hour of the week"),
)
"""Of everything, of an hour, of a weekday, and of an hour of the week: each has its own scale."""


def draw_hours(content: MapContent, view: View) -> DrawnLayer | None:
    """Draw cells whose colour follows the slot chosen on the page; None without trips."""
    hours = content.hours
    if hours is None or not hours.week.trips.any():
        return None
    cells = np.unique(hours.week.place)
    names = cell_names(cells)
    limits = _limits(hours.week)
    group = new_group("hours")
    data = {
        "lines": pack_cells(names, view),
        "titles": [f"{CELL.line} {as_entities(name)}" for name in names],
        "colours": EXPOSURE_RAMP,
        "empty": EMPTY_CELL,
        "limits": limits,
        "figures": _figures(hours.week),
        "labels": [FACTS[label].line for label in _LABELS],
        "byHour": FACTS["visit_hours"].line,
        "busiest": _BUSIEST.line,
        "days": [words.line for words in WEEKDAYS],
        "allHours": _ALL_HOURS.line,
    }
    group.add_child(Drawing("hours", "hours", data))
    legend = _controls() + _scales(limits) + explain(_why(content, hours))
    return DrawnLayer("hours", group, legend)


def fits(week: SlotExposure) -> bool:
    """Say whether a page has room for these figures."""
    return (
        len(week) <= MOST_ROWS
        and len(np.unique(week.place)) <= MOST_CELLS
        and len(fold(as_script(_figures(week)))) <= MOST_LETTERS
    )


def _figures(week: SlotExposure) -> dict[str, list[int]]:
    """Write rows as small numbers, which fold better in digits than packed.

    ``step`` goes from row to row, of ``WEEK_SLOTS`` a cell; ``again`` is how many trips there are
    more than riders; passes, which are few, have steps of their own, from row to row number.
    """
    _, cell = np.unique(week.place, return_inverse=True)
    passed = np.flatnonzero(week.passes)
    return {
        "step": _steps(cell * WEEK_SLOTS + week.slot),
        "trips": week.trips.tolist(),
        "again": (week.trips - week.riders).tolist(),
        "passedStep": _steps(passed),
        "passes": week.passes[passed].tolist(),
    }


def _steps(ascending: Integers) -> list[int]:
    steps: list[int] = np.diff(ascending, prepend=0).tolist()
    return steps


def _limits(week: SlotExposure) -> list[list[int]]:
    """Return the least number of trips of each class, for each kind of slot; at least one class.

    Classes are the same for all slots of a kind, so that their colours can be compared.
    """
    weekday, hour = np.divmod(week.slot, HOURS + 1)
    kind = 2 * (weekday > 0) + (hour > 0)
    most = [int(week.trips[kind == one].max(initial=1)) for one in range(len(_UNITS))]
    return [
        sorted({max(1, int(limit)) for limit in round_limits(1.0, float(one), len(EXPOSURE_RAMP))})
        for one in most
    ]


def _controls() -> str:
    chips = "".join(
        f'<label><input type="radio" name="gm-day" value="{day}"{"" if day else " checked"}'
        f' aria-label="{words.line}"><span aria-hidden="true">{_briefly(words)}'
        f' <span class="gm-en">{short}</span></span></label>'
        for day, (words, short) in enumerate(zip(WEEKDAYS, _SHORT_DAYS, strict=True))
    )
    return (
        f'<div class="gm-days" role="radiogroup" aria-label="{_DAY.line}">{chips}</div>'
        f'<div class="gm-slider gm-hour"><span>{_HOUR.html}</span>'
        f'<output aria-live="off">{_ALL_HOURS.line}</output>'
        f'<input type="range" min="-1" max="{HOURS - 1}" step="1" value="-1"'
        f' aria-label="{_HOUR.line}" aria-valuetext="{WEEKDAYS[0].line} {_ALL_HOURS.line}"></div>'
        f'<button type="button" class="gm-play" data-play="{_PLAY.line}"'
        f' data-pause="{_PAUSE.line}" data-step="{_STEP.line}">{_PLAY.line}</button>'
    )


def _briefly(day: Words) -> str:
    return as_entities(day.zh.removeprefix("周"))


def _scales(limits: list[list[int]]) -> str:
    return "".join(
        f'<div data-kind="{kind}"{" hidden" if kind else ""}>'
        f"{scale(unit, EXPOSURE_RAMP[-len(of_kind) :], of_kind)}</div>"
        for kind, (unit, of_kind) in enumerate(zip(_UNITS, limits, strict=True))
    )


def _why(content: MapContent, hours: HoursOnMap) -> Words:
    since, until = (
        moment.astimezone(content.zone).date().isoformat() for moment in (hours.since, hours.until)
    )
    return Words(
        f"{since} 至 {until} 累计，时刻为当地时间。跨越两个小时的行程在两个小时里各计一次，"
        "在“全天”里只计一次；骑手同理，不重复计。同类时段的颜色可以互相比较。",
        f"Added up from {since} to {until}, by local time. A trip through two hours counts in "
        "each, and once in all hours together; so does a rider. Colours compare between slots of "
        "one kind.",
    )
