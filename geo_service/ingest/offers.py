"""What riders can take for their points, from a table that a person edits."""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from types import MappingProxyType

import pandas as pd

from geo_service.domain.offer import Offer
from geo_service.domain.refusal import Batch
from geo_service.errors import RefusedData
from geo_service.ingest.columns import Columns, name_columns
from geo_service.ingest.files.table import read_table
from geo_service.ingest.intake import take_records
from geo_service.ingest.times import Clock, TimeFault, read_times, zone_named
from geo_service.ingest.values import (
    count_of,
    id_reason,
    long_name_reason,
    long_text_reason,
    shown,
)

COLUMNS: Mapping[str, str] = MappingProxyType(
    {
        "offer_id": "id",
        "name": "",
        "name_en": "",
        "provider": "",
        "facility_id": "",
        "points": "",
        "stock": "",
        "until": "",
        "note": "",
    }
)
MOST_POINTS = 1_000_000
MOST_STOCK = 1_000_000_000


def read_offers(
    path: Path,
    *,
    columns: Mapping[str, str] = MappingProxyType({}),
    time_zone: str | None = None,
) -> Batch[Offer]:
    """Read offers.

    Parameters
    ----------
    path : Path
        A table with the columns ``offer_id, name, points``, and where they are there ``name_en,
        provider, facility_id`` (blank: a shop), ``stock`` (blank: enough), ``until`` (blank:
        until further notice); a ``note`` is for those who edit it.
    columns : mapping of str to str
        Our name of a column to theirs.
    time_zone : str, optional
        Where times without a zone are meant.

    Raises
    ------
    UnreadableFile
        If the file as a whole can't be read.
    MissingColumn
        If a column is missing that is needed.
    WrongUsage
        If ``columns`` or ``time_zone`` make no sense.
    """
    rows = read_table(path)
    found = name_columns(rows, columns, COLUMNS)
    found.need("offer_id", "name", "points")
    maker = _Maker(found, Clock(zone_named(time_zone)))
    return take_records(
        rows,
        [one["offer_id"] for one in maker.told],
        maker.make,
        warnings=(*found.left_out(), *maker.until.warnings),
    )


class _Maker:
    """Makes the offer of a row, from columns read once."""

    def __init__(self, columns: Columns, clock: Clock) -> None:
        self.told = columns.told()
        nothing = pd.Series([None] * len(columns.rows), dtype=object)
        until = columns.series("until")
        self.until = read_times(nothing if until is None else until, clock)

    def make(self, row: int) -> tuple[str, Offer]:
        """Return a row's id and offer; RefusedData says what is wrong with it."""
        told = self.told[row]
        reason = (
            long_text_reason(told)
            or id_reason(told["facility_id"], "facility_id")
            or long_name_reason({name: told[name] for name in ("name", "name_en", "provider")})
        )
        if reason:
            raise RefusedData(reason)
        for name in ("offer_id", "name"):
            if not told[name]:
                raise RefusedData(f"The offer has no {name}.")
        return told["offer_id"], Offer(
            offer_id=told["offer_id"],
            name=told["name"],
            name_en=told["name_en"],
            provider=told["provider"],
            facility_id=told["facility_id"],
            points=_points(told["points"]),
            stock=_stock(told["stock"]),
            until=self._until(row),
        )

    def _until(self, row: int) -> datetime | None:
        if self.until.fault[row] == TimeFault.MISSING:
            return None
        reason = self.until.reason(row, "until")
        if reason:
            raise RefusedData(reason)
        return self.until.moment(row)


def _points(text: str) -> int:
    try:
        points = count_of(text, MOST_POINTS)
    except ValueError:
        points = None
    # What costs nothing could be taken without end.
    if not points:
        raise RefusedData(
            f"Its points are {shown(text)}; write a whole number from 1 to {MOST_POINTS:,}."
        )
    return points


def _stock(text: str) -> int | None:
    try:
        return count_of(text, MOST_STOCK)
    except ValueError as problem:
        raise RefusedData(
            f"Its stock is {shown(text)}; write a whole number from 0 to {MOST_STOCK:,}, or leave "
            "it blank if there is enough."
        ) from problem
