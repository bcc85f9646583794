"""The cards of the rider's page: each place found, in words a rider reads at a glance."""

from dataclasses import dataclass
from datetime import datetime

from markupsafe import Markup

from geo_service.domain.facility import Facility, State
from geo_service.domain.near_facility import NearFacility
from geo_service.domain.usable import Usable
from geo_service.export.navigate import amap_link
from geo_service.maps.icons import OTHER_FACILITY, show_sign, sign
from geo_service.maps.words import AMENITIES, KINDS, Words, said
from geo_service.streets.measure import Measure
from geo_service.web.rider_words import EN, Tongue, say_age, say_metres, say_minutes, say_opening


@dataclass(frozen=True, slots=True)
class Card:
    """A place found, in the page's words."""

    facility_id: str
    slug: str
    """The kind as it is asked for."""
    lat: str
    lon: str
    kind: str
    sign: Markup
    name: str
    name_beside: str
    """In the other language; empty if it has none."""
    minutes: str
    """Empty in a straight line."""
    metres: str
    is_open: bool
    opening: str
    usable: str
    """yes, no or unknown; empty where a place is closed or reports no state."""
    usable_words: str
    counts: tuple[str, ...]
    """Only while they can be believed."""
    amenities: tuple[str, ...]
    link: str


def write_card(tongue: Tongue, near: NearFacility, now: datetime, *, by: Measure) -> Card:
    """Put a place found into words; ``now`` with a zone."""
    facility = near.facility
    names = [name for name in (facility.name, facility.name_en) if name]
    if tongue is EN:
        names.reverse()
    # Of a place that is closed nobody wants to know how full it is.
    age_s = near.state_age_s if near.opening.open else None
    return Card(
        facility_id=facility.facility_id,
        slug=facility.kind,
        lat=f"{facility.lat:.6f}",
        lon=f"{facility.lon:.6f}",
        kind=kind_word(tongue, facility.kind),
        sign=kind_sign(facility.kind),
        name=names[0] if names else kind_word(tongue, facility.kind),
        name_beside=names[1] if len(names) > 1 else "",
        minutes="" if by is Measure.STRAIGHT else say_minutes(tongue, near.duration_s),
        metres=say_metres(tongue, near.distance_m),
        is_open=near.opening.open,
        opening=say_opening(tongue, near.opening, now)
        if facility.opening_hours
        else tongue.hours_unknown,
        usable="" if age_s is None else str(near.usable),
        usable_words=""
        if age_s is None
        else f"{tongue.usable[near.usable]} · {say_age(tongue, age_s)}",
        counts=()
        if age_s is None or near.usable is Usable.UNKNOWN
        else _counts(tongue, facility.state),
        amenities=amenity_words(tongue, facility),
        link=amap_link(facility, riding=True),
    )


def kind_word(tongue: Tongue, kind: str) -> str:
    """Say a kind; one without words is said as it is written."""
    return _word(tongue, KINDS, kind)


def kind_sign(kind: str) -> Markup:
    """Return the HTML that shows a kind's sign."""
    return Markup(show_sign(sign(kind, OTHER_FACILITY)))  # noqa: S704 - our own drawings


def amenity_words(tongue: Tongue, facility: Facility) -> tuple[str, ...]:
    """Say what a facility has; what has no words is said as it is written."""
    return tuple(_word(tongue, AMENITIES, slug) for slug in sorted(facility.amenities))


def _counts(tongue: Tongue, state: State | None) -> tuple[str, ...]:
    if state is None:
        return ()
    if state.out_of_order:
        return (tongue.out_of_order,)
    counted = (
        (tongue.charged, state.charged),
        (tongue.empty, state.empty),
        (tongue.free, state.free),
    )
    return tuple(words.format(count) for words, count in counted if count is not None)


def _word(tongue: Tongue, known: dict[str, Words], slug: str) -> str:
    words = said(known, slug)
    return (words.en or words.zh) if tongue is EN else words.zh
