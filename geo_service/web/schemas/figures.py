"""What answers with figures look like: exposure, releases, the use of stations, teams."""

from geo_service.export import dictionary
from geo_service.export.dictionary import Column, Table
from geo_service.web.schemas.facilities import FACILITY_ID, KIND, NAME
from geo_service.web.schemas.geojson import (
    LINE_OR_LINES,
    POINT,
    POLYGON,
    POLYGON_OR_POLYGONS,
    feature,
    feature_collection,
)
from geo_service.web.schemas.shapes import (
    Schema,
    moment,
    number,
    or_null,
    record,
    several,
    text,
    truth,
    whole,
)

_EXAMPLES = {
    "category": "standing_water",
    "cell": "8a40a378022ffff",
    "edge_id": "176/forward",
    "highway": "tertiary",
    "issue_id": "issue-002",
    "name": "长虹路",
}
_IN_CSV = ("lon", "lat", "geometry")
_SOMETIMES = ("weekday", "hour")


_COUNTED: dict[str, Schema] = {
    "since": or_null(
        moment(
            "Trips that start then or later are counted: as asked, or since riders' names last "
            "changed; null: all before `until`."
        )
    ),
    "until": or_null(moment("Only those that start before then; null: all the others.")),
}


def _of_column(column: Column) -> Schema:
    told = f"{column.meaning} {column.unit}".strip()
    schema = {
        dictionary.TEXT: lambda: text(told, _EXAMPLES.get(column.name, "")),
        dictionary.WHOLE: lambda: whole(told, 1),
        dictionary.NUMBER: lambda: number(told, 1.5),
        dictionary.FLAG: lambda: truth(told),
        dictionary.TIME: lambda: moment(told),
    }[column.type]()
    return schema if column.empty == dictionary.NEVER else or_null(schema)


def _of_table(title: str, table: Table, geometry: Schema) -> Schema:
    """Describe a table of figures as the data dictionary does, a feature a row."""
    columns = {one.name: _of_column(one) for one in table.columns if one.name not in _IN_CSV}
    sometimes = {name: columns.pop(name) for name in _SOMETIMES if name in columns}
    properties = record(f"{title}Properties", columns, sometimes, f"Of {table.row}.")
    return feature_collection(
        f"{title}Collection", feature(title, properties, geometry, named=False), _COUNTED
    )


ISSUES: Schema = {
    "anyOf": [
        _of_table("IssueExposure", dictionary.ISSUES, POINT),
        _of_table("IssueSlotExposure", dictionary.ISSUE_SLOTS, POINT),
    ]
}
STREETS: Schema = {
    "anyOf": [
        _of_table("StreetExposure", dictionary.STREETS, LINE_OR_LINES),
        _of_table("StreetSlotExposure", dictionary.STREET_SLOTS, LINE_OR_LINES),
        _of_table("BlindStreet", dictionary.BLIND_STREETS, LINE_OR_LINES),
    ]
}
CELLS: Schema = {
    "anyOf": [
        _of_table("CellExposure", dictionary.CELLS, POLYGON_OR_POLYGONS),
        _of_table("CellSlotExposure", dictionary.CELL_SLOTS, POLYGON_OR_POLYGONS),
        _of_table("BlindCell", dictionary.BLIND_CELLS, POLYGON_OR_POLYGONS),
    ]
}

PERIOD = text("A month.", "2026-10")
_RELEASE: dict[str, Schema] = {
    "period": PERIOD,
    "since": moment("When it begins."),
    "until": moment("When it ends."),
    "resolution": whole("Of its H3 cells.", 9),
}
RELEASES = record(
    "Releases",
    {
        "releases": several(
            record(
                "ReleaseSummary",
                {
                    **_RELEASE,
                    "cells": whole("How many cells it has.", 27),
                    "href": text(
                        "Where its cells are.", "/releases/2026-10", format="uri-reference"
                    ),
                },
            ),
            "Newest first.",
        )
    },
)
RELEASE = feature_collection(
    "Release",
    feature(
        "ReleasedCell",
        record(
            "ReleasedCellProperties",
            {
                "cell": text("The H3 cell, in hexadecimal digits.", "8940a378027ffff"),
                "trips": whole("Rounded down.", 20),
                "riders": whole("Rounded down.", 20),
            },
        ),
        POLYGON,
    ),
    _RELEASE,
)


def _counts(what: str, length: int) -> Schema:
    return several(
        {"type": "integer", "minimum": 0},
        what,
        minItems=length,
        maxItems=length,
        examples=[[1] * length],
    )


STATION_USE = record(
    "StationUse",
    {
        "since": or_null(moment("Only visits then or later.")),
        "until": or_null(moment("Only visits before then.")),
        "time_zone": text("In which hours and days are counted.", "Asia/Shanghai"),
        "stations": several(
            record(
                "UsedStation",
                {
                    "facility_id": FACILITY_ID,
                    "kind": or_null(KIND),
                    "name": or_null(NAME),
                    "visits": whole("Visits.", 24),
                    "riders": whole("Distinct riders.", 7),
                    "hours": _counts("Visits by hour of the day, from midnight on.", 24),
                    "weekdays": _counts("Visits by day of the week, from Monday on.", 7),
                },
            )
        ),
    },
)
TEAM_FIGURES = record(
    "TeamFigures",
    {
        "month": PERIOD,
        "teams": several(
            record(
                "TeamFigure",
                {
                    "team_id": text("The team's id.", "team-morning"),
                    "name": text("In Chinese.", "晨跑队"),
                    "name_en": text("In English; may be empty.", "Morning team"),
                    "members": whole("Who belonged to it.", 12),
                    "reports": whole("Issues they reported.", 5),
                    "checks": whole("Questions they answered.", 31),
                    "closures": whole("Of their issues, those that were closed.", 2),
                },
            )
        ),
    },
)
