"""How much stations are used, for programs and spreadsheets."""

import csv
from collections.abc import Sequence
from pathlib import Path

from geo_service.domain.station_use import StationUse
from geo_service.errors import WrongUsage
from geo_service.export.spreadsheet import safe_cell
from geo_service.export.whole_file import whole_file

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
COLUMNS = (
    "facility_id",
    "kind",
    "name",
    "visits",
    "riders",
    *(f"h{hour:02}" for hour in range(24)),
    *DAYS,
)
"""``h08``: visits from eight to nine, local time."""


def use_record(use: StationUse) -> dict[str, object]:
    """Describe the use of one facility as JSON knows it; raises nothing."""
    return {
        "facility_id": use.facility_id,
        "kind": use.kind,
        "name": use.name,
        "visits": use.visits,
        "riders": use.riders,
        "hours": list(use.hours),
        "weekdays": list(use.weekdays),
    }


def check_csv(path: Path) -> None:
    """Refuse a name that does not end in .csv, before any work is done.

    Raises
    ------
    WrongUsage
        Naming the ending.
    """
    if path.suffix.lower() != ".csv":
        raise WrongUsage(
            f"{path.name} does not say what to write.",
            where="--out",
            remedy="End the name in .csv.",
        )


def write_use(uses: Sequence[StationUse], path: Path) -> None:
    """Write a table of the use of facilities, a row each, as a CSV file that appears whole.

    Text that a spreadsheet would run as a formula is neutralised.

    Raises
    ------
    WrongUsage
        If the name does not end in .csv.
    """
    check_csv(path)
    with (
        whole_file(path) as unfinished,
        unfinished.open("w", newline="", encoding="utf-8-sig") as file,
    ):
        table = csv.writer(file)
        table.writerow(COLUMNS)
        for use in uses:
            texts = map(safe_cell, (use.facility_id, use.kind, use.name))
            table.writerow([*texts, use.visits, use.riders, *use.hours, *use.weekdays])
