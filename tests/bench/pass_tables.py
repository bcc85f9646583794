"""What peers share: issues as tables, SQL from segments to passes, and the table they return."""

from collections.abc import Sequence
from datetime import datetime

import numpy as np
import pandas as pd
import pyarrow as pa

from geo_service.domain.issue import Issue
from geo_service.domain.moments import to_microseconds

NEVER_US = np.iinfo(np.int64).max
COLUMNS = ("passes", "riders", "first_pass", "last_pass", "closest_m")

TABLE_OF_OFFSETS = """
    shares AS (
        SELECT *, CASE
            WHEN dx * dx + dy * dy > 0.0
            THEN greatest(0.0, least(1.0, -(x * dx + y * dy) / (dx * dx + dy * dy)))
            ELSE 0.0 END AS share
        FROM offsets
    ),
    approaches AS (
        SELECT
            issue, number, rider_id, joined,
            began_ms * 1000 + CAST(round(share * (ended_ms - began_ms) * 1000) AS BIGINT) AS at_us,
            sqrt(power(x + share * dx, 2) + power(y + share * dy, 2)) AS metres
        FROM shares
    ),
    hits AS MATERIALIZED (
        SELECT * FROM approaches WHERE metres <= $radius_m
    ),
    beside_last AS (
        SELECT *, number - lag(number) OVER (PARTITION BY issue ORDER BY number) AS step FROM hits
    ),
    in_runs AS (
        SELECT *, sum(CASE WHEN joined AND step = 1 THEN 0 ELSE 1 END)
            OVER (PARTITION BY issue ORDER BY number ROWS UNBOUNDED PRECEDING) AS run
        FROM beside_last
    ),
    beside_closest AS (
        SELECT *, min(metres) OVER (PARTITION BY issue, run) AS closest_m FROM in_runs
    ),
    runs AS (
        -- What differs by less than a micrometre is tied: the earliest stands.
        SELECT
            issue, run, min(rider_id) AS rider_id, min(closest_m) AS closest_m,
            min(CASE WHEN metres <= closest_m + 1e-6 THEN at_us END) AS at_us
        FROM beside_closest GROUP BY issue, run
    ),
    passes AS (
        SELECT * FROM runs WHERE EXISTS (
            SELECT 1 FROM intervals
            WHERE intervals.issue = runs.issue AND from_us <= at_us AND at_us < to_us
        )
    )
    SELECT
        issue, count(*) AS passes, count(DISTINCT rider_id) AS riders,
        min(at_us) AS first_us, max(at_us) AS last_us, min(closest_m) AS closest_m
    FROM passes GROUP BY issue
"""
"""From ``offsets`` and ``intervals`` to a row for each issue that was passed.

An offset is a segment as seen from an issue: it begins at ``x, y`` and leads on by ``dx, dy``
(metres), ``number`` is that of its last fix, ``joined`` whether it is one: a fix that is not joined
to the one before begins with a segment without length. Where others follow, that changes nothing:
the next one comes as near, at the same moment, in the same run.

DuckDB would do the arithmetic of the hits again and again, were they not materialized.
"""


def places_of(issues: Sequence[Issue]) -> pa.Table:
    """Return where issues lie: ``issue`` (its place in the order), ``lon``, ``lat``."""
    return pa.table(
        {
            "issue": np.arange(len(issues)),
            "lon": np.array([one.lon for one in issues], dtype=np.float64),
            "lat": np.array([one.lat for one in issues], dtype=np.float64),
        }
    )


def intervals_of(issues: Sequence[Issue]) -> pa.Table:
    """Return when issues are open: ``issue``, ``from_us``, ``to_us`` (that moment is not)."""
    rows = [
        (number, to_microseconds(start), _end_us(end))
        for number, one in enumerate(issues)
        for start, end in one.open_intervals
    ]
    columns = np.array(rows, dtype=np.int64).reshape(-1, 3).T
    return pa.table(dict(zip(("issue", "from_us", "to_us"), columns, strict=True)))


def as_table(found: pd.DataFrame, issues: Sequence[Issue]) -> pd.DataFrame:
    """Return a row for each issue, in their order, from those that were passed.

    Parameters
    ----------
    found : DataFrame
        As ``TABLE_OF_OFFSETS`` selects it.
    issues : sequence of Issue
        All of them.

    Returns
    -------
    DataFrame
        Index ``issue_id``; ``passes``, ``riders``, ``first_pass``, ``last_pass`` (UTC),
        ``closest_m``. Raises nothing.
    """
    table = found.set_index("issue").reindex(np.arange(len(issues)))
    table.index = pd.Index([one.issue_id for one in issues], name="issue_id", dtype=object)
    moments = {
        name: pd.to_datetime(table[us].astype("Int64"), unit="us", utc=True).dt.as_unit("us")
        for name, us in (("first_pass", "first_us"), ("last_pass", "last_us"))
    }
    whole = {name: table[name].fillna(0).astype(np.int64) for name in ("passes", "riders")}
    return table.assign(**moments, **whole)[list(COLUMNS)]


def _end_us(end: datetime | None) -> int:
    return int(NEVER_US) if end is None else to_microseconds(end)
