"""Facilities by kind."""

from collections import Counter
from collections.abc import Sequence

import numpy as np

from geo_service.domain.usable import Usable
from geo_service.maps.content import FacilityOnMap, MapContent
from geo_service.maps.drawn_layer import DrawnLayer, new_group
from geo_service.maps.escape import as_entities
from geo_service.maps.figures import say_count, say_time
from geo_service.maps.icons import OTHER_FACILITY, sign
from geo_service.maps.legend import explain, keys, mark
from geo_service.maps.mark_table import MarkTable
from geo_service.maps.palette import KIND_COLOURS, OTHER_KIND_COLOUR, QUIET
from geo_service.maps.view import View
from geo_service.maps.words import (
    AMENITIES,
    FACTS,
    HOURS_UNKNOWN,
    KINDS,
    NOW_CLOSED,
    NOW_OPEN,
    USABLE,
    Words,
    said,
)

MOST_LETTERS = 150_000
"""A page that can't ask for more holds no more of cards than this, folded; those usable first."""
_LOOK = {Usable.YES: "solid", Usable.NO: "hollow", Usable.UNKNOWN: "unsure"}
_LABELS = (
    "kind",
    "now",
    "usable",
    "hours",
    "charged",
    "empty",
    "free",
    "observed_at",
    "visits",
    "visit_hours",
    "amenities",
    "operator",
    "address",
    "id",
)
BARS = "▁▂▃▄▅▆▇█"
_WHY = Words(
    "颜色与图形表示类别；实心为此刻可用。",
    "Colour and sign tell the kind; solid marks can be used at the time of this map.",
)


def draw_facilities(content: MapContent, view: View) -> DrawnLayer | None:
    """Draw facilities as square marks with a card each; None if there are none."""
    if not content.facilities:
        return None
    places = content.facilities
    counts = Counter(place.facility.kind for place in places)
    kinds = sorted(
        counts, key=lambda kind: (list(KINDS).index(kind) if kind in KINDS else 99, kind)
    )
    number = {kind: place for place, kind in enumerate(kinds)}
    looks = list(_LOOK.values())
    styles = [
        [KIND_COLOURS.get(kind, OTHER_KIND_COLOUR), sign(kind, OTHER_FACILITY), "",
         said(KINDS, kind).line]
        for kind in kinds
    ]  # fmt: skip
    table = MarkTable(
        lon=view.unwrapped([place.facility.lon for place in places]),
        lat=np.array([place.facility.lat for place in places]),
        style=np.array([number[place.facility.kind] for place in places]),
        look=np.array([looks.index(_LOOK[place.usable]) for place in places]),
        important=np.array(sorted(range(len(places)), key=lambda row: _order(places[row]))),
        card=lambda row: _card(places[row], content),
        tags=np.empty((len(places), 0), dtype=np.int64),
    )
    group = new_group("facilities")
    data = {
        "shape": "square",
        "looks": looks,
        "styles": styles,
        "labels": [FACTS[label].line for label in _LABELS],
        "searched": [_LABELS.index(label) for label in ("kind", "operator", "address", "id")],
    }
    group.add_child(table.drawing("facilities", data, MOST_LETTERS))
    listed = [
        (mark("square", "solid", colour, name), said(KINDS, kind).html, say_count(counts[kind]))
        for kind, (colour, name, *_) in zip(kinds, styles, strict=True)
    ]
    usable = Counter(place.usable for place in content.facilities)
    states = [
        (
            mark("square", _LOOK[state], QUIET, OTHER_FACILITY),
            USABLE[state].html,
            say_count(usable[state]),
        )
        for state in Usable
        if usable[state]
    ]
    legend = keys(listed) + keys(states) + explain(_WHY)
    return DrawnLayer("facilities", group, legend)


def _order(place: FacilityOnMap) -> tuple[int, str]:
    return list(_LOOK).index(place.usable), place.facility.facility_id


def _card(place: FacilityOnMap, content: MapContent) -> list[object]:
    """Return title, subtitle and the facts in the order of the labels, as HTML; None: not known."""
    facility, state = place.facility, place.facility.state
    title = facility.name or facility.name_en or said(KINDS, facility.kind).zh
    amenities = [said(AMENITIES, name) for name in sorted(facility.amenities)]
    return [
        as_entities(title),
        as_entities(facility.name_en if facility.name_en != title else ""),
        said(KINDS, facility.kind).line,
        _now(place, content),
        USABLE[place.usable].line,
        _or_none(facility.opening_hours),
        state.charged if state else None,
        state.empty if state else None,
        state.free if state else None,
        say_time(state.observed_at, content.zone) if state else None,
        place.use.visits if place.use else None,
        _by_hour(place.use.hours) if place.use else None,
        _or_none(" · ".join(f"{words.zh} {words.en}".strip() for words in amenities)),
        _or_none(facility.operator),
        _or_none(facility.address),
        as_entities(facility.facility_id),
    ]


def _now(place: FacilityOnMap, content: MapContent) -> str:
    if not place.facility.opening_hours:
        return HOURS_UNKNOWN.line
    words = NOW_OPEN if place.opening.open else NOW_CLOSED
    if place.opening.changes_at is None:
        return words.line
    change = place.opening.changes_at.astimezone(content.zone)
    same_day = change.date() == content.now.astimezone(content.zone).date()
    return f"{words.line} → {change.strftime('%H:%M' if same_day else '%m-%d %H:%M')}"


def _by_hour(visits: Sequence[int]) -> str | None:
    """Draw a bar an hour, half a day a line, and say which was the busiest; None: no visit."""
    most = max(visits)
    if not most:
        return None
    # An hour with visits is never drawn as one without.
    bars = "".join(BARS[-(-count * (len(BARS) - 1) // most)] for count in visits)
    busiest = visits.index(most)
    halves = f"0-12 {bars[:12]}<br>12-24 {bars[12:]}"
    return f"{halves}<br>{Words('最多', 'most').line} {busiest}:00-{busiest + 1}:00 ({most})"


def _or_none(text: str) -> str | None:
    return as_entities(text) if text else None
