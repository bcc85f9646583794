"""The data dictionary: what every column of every table of figures means."""

from dataclasses import dataclass, replace

from geo_service.domain.slots import Per

TEXT, WHOLE, NUMBER, FLAG, TIME, SHAPE = (
    "text", "whole number", "number", "true or false", "time", "shape",
)  # fmt: skip
METRES = "m"
NEVER = "never"


@dataclass(frozen=True, slots=True)
class Column:
    """What a column holds."""

    name: str
    type: str
    meaning: str
    unit: str = ""
    empty: str = NEVER
    """When a cell of it has no value."""


@dataclass(frozen=True, slots=True)
class Table:
    """What a table holds."""

    name: str
    source: str
    """Where it comes from."""
    row: str
    """What each row stands for."""
    columns: tuple[Column, ...]


_ISSUE = Column("issue_id", TEXT, "The issue.")
_CATEGORY = Column("category", TEXT, "What kind of problem it is, in the words of its source.")
_EDGE = (
    Column("edge_id", TEXT, "The street edge, named in its forward direction."),
    Column("name", TEXT, "The street's name.", empty="it has none"),
    Column("highway", TEXT, "The street's class, as OpenStreetMap's tag `highway`."),
)
_CELL = Column("cell", TEXT, "The H3 cell, in hexadecimal digits.")
_SLOT = (
    Column(
        "weekday", WHOLE, "Day of the week in the city's time zone; no column per hour.",
        "1 Monday to 7 Sunday",
    ),
    Column(
        "hour", WHOLE, "Hour of the day in the city's time zone; no column per weekday.", "0 to 23"
    ),
)  # fmt: skip
_TRIPS = Column("trips", WHOLE, "Trips that were there, each once.")
_RIDERS = Column("riders", WHOLE, "Distinct riders who were there.")
_METRES = Column("metres", NUMBER, "Ridden there by all trips together.", METRES)
_ISSUES = Column("issues", WHOLE, "Issues that belong to the place, open or closed.")
_PASSES = Column("passes", WHOLE, "Passes at the issues that belong to the place.")
_PASSES_BY = Column("passes", WHOLE, "Trips that came by while it was open, each time they did.")
_RIDERS_BY = Column("riders", WHOLE, "Distinct riders who passed it.")
_NO_TRIPS = "no trip was there"
_NOBODY = "nobody passed it"
_FIGURES = (
    _TRIPS,
    _RIDERS,
    _METRES,
    _ISSUES,
    _PASSES,
    Column(
        "issues_per_1000_trips", NUMBER, "Issues for each 1,000 trips.", "per 1,000 trips",
        _NO_TRIPS,
    ),
    Column(
        "rate_low", NUMBER, "Lower end of that rate's exact 95 % interval.", "per 1,000 trips",
        _NO_TRIPS,
    ),
    Column(
        "rate_high", NUMBER, "Upper end of that rate's exact 95 % interval.", "per 1,000 trips",
        _NO_TRIPS,
    ),
    Column(
        "expected_issues", NUMBER, "Issues there would be if they fell on trips alike.", "issues",
        _NO_TRIPS,
    ),
)  # fmt: skip
_HOT = Column("hot_spot", FLAG, "Whether `q_value` is at most `GEO_SERVICE_HOT_SPOT_Q`.")
_Q = Column(
    "q_value", NUMBER, "If all places up to this value are called hot, at most so great a share "
    "of them is false, on average.", "0 to 1", _NO_TRIPS,
)  # fmt: skip
_Q_CELL = replace(_Q, meaning=f"{_Q.meaning} A cell is judged together with its neighbours.")
_POINT = Column("geometry", SHAPE, "Where the issue is, a point; not in CSV.", "WGS-84")
_LINE = Column("geometry", SHAPE, "The edge, a line; not in CSV.", "WGS-84")
_HEXAGON = Column("geometry", SHAPE, "The cell, a hexagon; not in CSV.", "WGS-84")
_CSV = (
    Column("lon", NUMBER, "Longitude of a point on the shape; only in CSV.", "degrees, WGS-84"),
    Column("lat", NUMBER, "Latitude of a point on the shape; only in CSV.", "degrees, WGS-84"),
)
_SLOT_FIGURES = (_TRIPS, _RIDERS, _METRES, _PASSES)

ISSUES = Table(
    "issue", "overlay --by issue, with --unconfirmed too; count_passes", "an issue, zeros too",
    (
        _ISSUE,
        _CATEGORY,
        Column("description", TEXT, "What its report says.", empty="it says nothing"),
        Column("reported_at", TIME, "When it was reported.", "UTC"),
        Column("closed_at", TIME, "When it was first closed.", "UTC", "it never was"),
        Column(
            "confirmed_at", TIME, "When somebody last saw that it is still there.", "UTC",
            "nobody did since its report",
        ),
        Column("approved", FLAG, "Whether everybody may see it."),
        _PASSES_BY,
        _RIDERS_BY,
        Column("first_pass", TIME, "The first pass's closest approach.", "UTC", _NOBODY),
        Column("last_pass", TIME, "The last pass's closest approach.", "UTC", _NOBODY),
        Column("closest_m", NUMBER, "How near the nearest pass came.", METRES, _NOBODY),
        Column(
            "last_confirmed_at", TIME,
            "When somebody last said that it is there: reported, reopened or confirmed it.", "UTC",
        ),
        Column(
            "riders_since_confirmed", WHOLE, "Distinct riders who passed it since then."
        ),
        _POINT,
        *_CSV,
    ),
)  # fmt: skip
STREETS = Table(
    "street", "overlay --by street; count_exposure", "a street edge that saw a trip or has an "
    "issue, both directions together", (*_EDGE, *_FIGURES, _Q, _HOT, _LINE, *_CSV),
)  # fmt: skip
CELLS = Table(
    "cell", "overlay --by cell; count_exposure", "an H3 cell that saw a trip or has an issue",
    (_CELL, *_FIGURES, _Q_CELL, _HOT, _HEXAGON, *_CSV),
)  # fmt: skip
ISSUE_SLOTS = Table(
    "issue per slot", "overlay --by issue --per ...; count_passes(per=...)",
    "an issue and a slot with a pass",
    (_ISSUE, _CATEGORY, *_SLOT, _PASSES_BY, _RIDERS_BY, _POINT, *_CSV),
)  # fmt: skip
STREET_SLOTS = Table(
    "street per slot", "overlay --by street --per ...; count_exposure(per=...)",
    "a street edge and a slot that saw a trip or a pass",
    (*_EDGE, *_SLOT, *_SLOT_FIGURES, _LINE, *_CSV),
)  # fmt: skip
CELL_SLOTS = Table(
    "cell per slot", "overlay --by cell --per ...; count_exposure(per=...)",
    "an H3 cell and a slot that saw a trip or a pass",
    (_CELL, *_SLOT, *_SLOT_FIGURES, _HEXAGON, *_CSV),
)  # fmt: skip
BLIND_STREETS = Table(
    "blind street", "overlay --by street --blind-spots; find_blind_spots",
    "a street edge that no trip rode along, most issues first",
    (
        *_EDGE,
        Column("length_m", NUMBER, "How long the edge is, both directions once.", METRES),
        _ISSUES,
        _LINE,
        *_CSV,
    ),
)  # fmt: skip
BLIND_CELLS = Table(
    "blind cell", "overlay --by cell --blind-spots; find_blind_spots",
    "an H3 cell with streets that no trip was in, most issues first",
    (
        _CELL,
        Column("street_m", NUMBER, "How much street runs through it.", METRES),
        _ISSUES,
        _HEXAGON,
        *_CSV,
    ),
)  # fmt: skip
PASSES = Table(
    "pass", "find_passes", "one trip coming near one issue while it is open",
    (
        Column("trip_id", TEXT, "The trip; of the type that the frame of traces has."),
        Column("rider_id", TEXT, "Its rider; out of a workspace a pseudonym."),
        _ISSUE,
        Column("t_closest", TIME, "When it came nearest.", "UTC"),
        Column("distance_m", NUMBER, "How near that was.", METRES),
    ),
)  # fmt: skip
RELEASED = Table(
    "release", "GET /releases/{period}", "an H3 cell that enough riders were in",
    (
        _CELL,
        Column("trips", WHOLE, "Trips that were there without their ends, rounded down."),
        Column("riders", WHOLE, "Distinct riders who were there, rounded down."),
        _HEXAGON,
    ),
)  # fmt: skip
TABLES = (
    ISSUES,
    STREETS,
    CELLS,
    ISSUE_SLOTS,
    STREET_SLOTS,
    CELL_SLOTS,
    BLIND_STREETS,
    BLIND_CELLS,
    PASSES,
    RELEASED,
)
_WHOLE = {"issue": ISSUES, "street": STREETS, "cell": CELLS}
_BY_SLOT = {"issue": ISSUE_SLOTS, "street": STREET_SLOTS, "cell": CELL_SLOTS}
_BLIND = {"street": BLIND_STREETS, "cell": BLIND_CELLS}


def table_of(by: str, *, per: Per | None = None, blind_spots: bool = False) -> Table:
    """Describe the table that a question is answered with.

    Parameters
    ----------
    by : str
        ``issue``, ``street`` or ``cell``.
    per : Per, optional
        The slots asked for.
    blind_spots : bool
        Whether the places without trips are asked for; not by issue, and not per slot.

    Returns
    -------
    Table
        With those columns only that the table has. Raises nothing of its own.
    """
    if blind_spots:
        return _BLIND[by]
    if per is None:
        return _WHOLE[by]
    missing = ("" if per.has_weekday else "weekday", "" if per.has_hour else "hour")
    table = _BY_SLOT[by]
    return replace(table, columns=tuple(one for one in table.columns if one.name not in missing))


def described(table: Table) -> str:
    """Describe a table in words: a line of heading, and one for each column."""
    width = max(len(column.name) for column in table.columns)
    lines = [f"{table.name} ({table.source}): a row is {table.row}."]
    for column in table.columns:
        kind = f"{column.type}, {column.unit}" if column.unit else column.type
        empty = "" if column.empty == NEVER else f" Empty if {column.empty}."
        lines.append(f"  {column.name:<{width}}  {column.meaning}{empty} [{kind}]")
    return "\n".join(lines)


def as_json(tables: tuple[Table, ...]) -> dict[str, object]:
    """Describe tables for a program."""
    return {
        "tables": [
            {
                "name": table.name,
                "source": table.source,
                "row": table.row,
                "columns": [
                    {
                        "name": column.name,
                        "type": column.type,
                        "unit": column.unit,
                        "meaning": column.meaning,
                        "empty": column.empty,
                    }
                    for column in table.columns
                ],
            }
            for table in tables
        ]
    }
