"""Bodies as a table that can be loaded again; they have no shape, so no map format holds them."""

import csv
import json
from collections.abc import Sequence
from pathlib import Path

from geo_service.domain.area import Body
from geo_service.export.spreadsheet import safe_cell

COLUMNS = ("record", "id", "name", "name_en", "level", "parent_id", "categories")


def write_bodies(bodies: Sequence[Body], path: Path) -> None:
    """Write a row a body, in CSV as spreadsheets take it; categories as a JSON list, blank: all.

    Raises
    ------
    OSError
        If the disk does not take it.
    """
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        rows = csv.writer(file, lineterminator="\n")
        rows.writerow(COLUMNS)
        for body in bodies:
            told = ("body", body.body_id, body.name, body.name_en, body.level, body.parent_id)
            rows.writerow([*map(safe_cell, told), _categories(body)])


def _categories(body: Body) -> str:
    return json.dumps(sorted(body.categories), ensure_ascii=False) if body.categories else ""
