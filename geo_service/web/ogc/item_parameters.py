"""The parameters of a page of features, read strictly; what is wrong is told as a bad request."""

from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from geo_service.features.columns import ID, Field, Kind, Value
from geo_service.features.cursor import read_cursor
from geo_service.features.filters.reading import Language
from geo_service.features.order import By, orders_by
from geo_service.features.selection import Selection
from geo_service.geometry.reference_systems import WGS84, ReferenceSystem
from geo_service.web.ogc.boxes import AskedBox, read_box
from geo_service.web.ogc.formats import read_format
from geo_service.web.ogc.instants import Interval, read_interval
from geo_service.web.parameters import (
    LONGEST_NAME,
    MOST_FAULTS,
    read_flag,
    read_moment,
    read_number,
    read_whole,
)
from geo_service.web.problems import BadParameters, Fault

USUAL_LIMIT, LARGEST_LIMIT = 10, 10_000
FIXED = (
    "limit", "bbox", "bbox-crs", "datetime", "crs", "filter", "filter-lang", "filter-crs",
    "sortby", "properties", "cursor", "f",
)  # fmt: skip
"""Names with a meaning of their own; any other is a property that features must hold."""
MOST_ORDERED = 8
_FIXED = frozenset(FIXED)
_ID_FIELD = Field(ID, Kind.TEXT, "")
_WHAT = f"Known: {', '.join(FIXED)}, and the collection's queryables."

_READ: Mapping[Kind, Callable[[str], Value]] = {
    Kind.TEXT: str,
    Kind.TEXTS: str,
    Kind.INTEGER: read_whole,
    Kind.NUMBER: read_number,
    Kind.FLAG: read_flag,
    Kind.MOMENT: read_moment,
}
Read = TypeVar("Read")


@dataclass(frozen=True, slots=True)
class ItemQuestion:
    """What a request for a page of features asks."""

    selection: Selection
    """But for the filter."""
    system: ReferenceSystem = WGS84
    """In whose coordinates features are told."""
    names: tuple[str, ...] | None = None
    """The properties that are told; None: all."""
    filter: str | None = None
    filter_language: Language = Language.TEXT
    filter_system: ReferenceSystem = WGS84


class _Texts:
    """The texts of one request, read one by one; what is wrong is gathered."""

    def __init__(
        self, pairs: Iterable[tuple[str, str]], names: Container[str], *, what: str
    ) -> None:
        self.held: dict[str, str] = {}
        self.faults: dict[str, str] = {}
        for name, text in pairs:
            if name not in names:
                self.faults[name[:LONGEST_NAME]] = f"There is no such parameter. {what}"
            elif name in self.held:
                self.faults[name] = "It is given more than once."
            else:
                self.held[name] = text

    def read(self, name: str, reading: Callable[[str], Read], usual: Read) -> Read:
        text = self.held.get(name)
        if text is None:
            return usual
        try:
            return reading(text)
        except ValueError as wrong:
            self.faults[name] = str(wrong)
            return usual

    def refuse(self) -> None:
        """Raise BadParameters if anything is wrong."""
        if self.faults:
            told = [Fault(name, detail) for name, detail in self.faults.items()]
            raise BadParameters(told[:MOST_FAULTS])


def read_item_question(
    pairs: Iterable[tuple[str, str]],
    fields: Sequence[Field],
    systems: Sequence[ReferenceSystem],
) -> ItemQuestion:
    """Read what is asked of a collection's features.

    Parameters
    ----------
    pairs : iterable of (name, text)
        As they stand in the address.
    fields : sequence of Field
        Of the collection.
    systems : sequence of ReferenceSystem
        Those that can be asked for, CRS84 first.

    Raises
    ------
    BadParameters
        Naming each that is unknown, repeated or wrong; what was sent is not repeated.
    """
    known = {field.name: field for field in (_ID_FIELD, *fields)}
    texts = _Texts(pairs, _FIXED | known.keys(), what=_WHAT)
    selection = _selection(texts, known, systems)
    question = ItemQuestion(
        selection,
        texts.read("crs", lambda text: read_system(text, systems), WGS84),
        texts.read("properties", lambda text: _names(text, known), None),
        texts.held.get("filter"),
        texts.read("filter-lang", _language, Language.TEXT),
        texts.read("filter-crs", lambda text: read_system(text, systems), WGS84),
    )
    texts.read("f", read_format, None)
    texts.refuse()
    return question


def read_one_question(
    pairs: Iterable[tuple[str, str]], systems: Sequence[ReferenceSystem]
) -> ReferenceSystem:
    """Read in whose coordinates one feature is asked for.

    Raises
    ------
    BadParameters
        Naming each parameter that is unknown, repeated or wrong.
    """
    texts = _Texts(pairs, ("crs", "f"), what="Known: crs, f.")
    system = texts.read("crs", lambda text: read_system(text, systems), WGS84)
    texts.read("f", read_format, None)
    texts.refuse()
    return system


def read_system(text: str, systems: Sequence[ReferenceSystem]) -> ReferenceSystem:
    """Read the name of a reference system.

    Raises
    ------
    ValueError
        Naming those that can be asked for.
    """
    for system in systems:
        # Some write the name in brackets, as the header Content-Crs does.
        if text.strip("<>") == system.uri:
            return system
    raise ValueError(f"It must be one of: {', '.join(system.uri for system in systems)}.")


def _selection(
    texts: _Texts, known: Mapping[str, Field], systems: Sequence[ReferenceSystem]
) -> Selection:
    box_system = texts.read("bbox-crs", lambda text: read_system(text, systems), WGS84)
    nowhere: AskedBox | None = None
    box = texts.read("bbox", lambda text: read_box(text, box_system), nowhere)
    time = texts.read("datetime", read_interval, Interval(None, None))
    by_id: tuple[By, ...] = ()
    order = texts.read("sortby", lambda text: _order(text, known), by_id)
    kinds = [known[one.field].kind for one in order]
    equal = []
    for name, text in texts.held.items():
        if name not in FIXED:
            value = texts.read(name, _READ[known[name].kind], None)
            equal.append((name, text if value is None else value))
    return Selection(
        box=None if box is None else box.box,
        meets=None if box is None else box.meets,
        since_us=time.since_us,
        until_us=time.until_us,
        equal=tuple(equal),
        order=order,
        after=texts.read("cursor", lambda text: read_cursor(text, kinds), None),
        limit=texts.read("limit", _limit, USUAL_LIMIT),
    )


def _language(text: str) -> Language:
    try:
        return Language(text)
    except ValueError:
        raise ValueError(f"It must be one of: {', '.join(Language)}.") from None


def _limit(text: str) -> int:
    limit = read_whole(text)
    if limit < 1:
        raise ValueError("It must be 1 or more.")
    # More than the most is answered with the most, as the standard wants it.
    return min(limit, LARGEST_LIMIT)


def _order(text: str, known: Mapping[str, Field]) -> tuple[By, ...]:
    order = []
    for part in text.split(","):
        name = part.removeprefix("-") if part.startswith("-") else part.removeprefix("+").strip()
        if name not in known or not orders_by(known[name].kind):
            raise ValueError("It must be names of queryables parted by commas, - before a name to "
                             "begin with the greatest.")  # fmt: skip
        order.append(By(name, descending=part.startswith("-")))
    if len({one.field for one in order}) < len(order) or len(order) > MOST_ORDERED:
        raise ValueError(f"It must name each property once, and {MOST_ORDERED} at most.")
    return () if order == [By(ID)] else tuple(order)


def _names(text: str, known: Mapping[str, Field]) -> tuple[str, ...]:
    names = [name for name in text.split(",") if name]
    if any(name not in known for name in names):
        raise ValueError("It must be names of properties parted by commas.")
    return tuple(names)
