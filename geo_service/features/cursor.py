"""Where a page ended, as a short text for the address of the next one."""

import json
import math
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence

from geo_service.features.columns import Kind
from geo_service.features.order import After

LONGEST = 4_000
_TYPES: dict[Kind, type | tuple[type, ...]] = {
    Kind.TEXT: str,
    Kind.INTEGER: int,
    Kind.NUMBER: (int, float),
    Kind.FLAG: bool,
    Kind.MOMENT: int,
}


def write_cursor(end: After) -> str:
    """Write where a page ended; letters, digits, ``-`` and ``_``. Raises nothing."""
    text = json.dumps([*end.values, end.feature_id], ensure_ascii=False, separators=(",", ":"))
    return urlsafe_b64encode(text.encode()).decode().rstrip("=")


def read_cursor(text: str, kinds: Sequence[Kind]) -> After:
    """Read where a page ended.

    Parameters
    ----------
    text : str
        From the address of a request.
    kinds : sequence of Kind
        Of the fields that the pages are ordered by.

    Raises
    ------
    ValueError
        If no page of this order ends so.
    """
    if len(text) > LONGEST:
        raise ValueError("It is too long.")
    try:
        held = json.loads(urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    except (ValueError, RecursionError) as problem:
        raise ValueError("It can't be read.") from problem
    if not isinstance(held, list) or len(held) != len(kinds) + 1:
        raise ValueError("It is of another order.")
    *values, feature_id = held
    if not isinstance(feature_id, str) or not all(map(_fits, values, kinds)):
        raise ValueError("It is of another order.")
    return After(tuple(values), feature_id)


def _fits(value: object, kind: Kind) -> bool:
    if value is None:
        return True
    if isinstance(value, bool) is not (kind is Kind.FLAG):
        return False
    if isinstance(value, float) and not math.isfinite(value):
        return False
    return isinstance(value, _TYPES[kind])
