"""Other people's tools that count the same passes, from the same files.

Each peer reads the lake's Parquet files and returns the table that ``pass_tables.as_table``
describes; ``differences`` tells whether two such tables are both right.
"""

from collections.abc import Callable, Sequence
from importlib import import_module
from pathlib import Path
from typing import TypeAlias

import pandas as pd
from lake_segments import BEIJING, PORTO, Frame
from pass_differences import differences

from geo_service.domain.issue import Issue
from geo_service.domain.pass_rule import PassRule

__all__ = ["BEIJING", "PEERS", "PORTO", "Frame", "Peer", "differences"]

Peer: TypeAlias = Callable[[Sequence[Path], Sequence[Issue], PassRule, Frame], pd.DataFrame]

MODULES = {
    "DuckDB": "duckdb_passes",
    "DuckDB spatial": "duckdb_spatial_passes",
    "SedonaDB": "sedona_passes",
    "GeoPandas": "geopandas_passes",
}


def installed() -> dict[str, Peer]:
    """Return the peers that are installed; the others are named, and left out."""
    peers = {}
    for name, module in MODULES.items():
        try:
            peers[name] = import_module(module).count_passes
        except ModuleNotFoundError as missing:
            print(f"{name} is left out: {missing}")  # noqa: T201 - a benchmark says what it lacks
    return peers


PEERS = installed()
