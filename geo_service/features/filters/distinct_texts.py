"""What is found out of texts, once for each that is different."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray


def over_distinct(
    values: NDArray[np.object_], function: Callable[[Any], Any], array_type: type[Any]
) -> NDArray[Any]:
    """Return what a function makes of each value, asking it once for each different one.

    Parameters
    ----------
    values : ndarray of hashable objects, shape (n,) or ()
    function : callable
    array_type : type
        Of the array that is returned: bool, or object for texts.

    Returns
    -------
    ndarray
        Of the same shape.
    """
    if values.ndim == 0:
        return np.array(function(values[()]), array_type)
    rows = values.tolist()
    found = {value: function(value) for value in set(rows)}
    return np.fromiter(map(found.__getitem__, rows), array_type, len(rows))


def alone(value: Any) -> NDArray[np.object_]:  # noqa: ANN401 - whatever a column may hold
    """Return an array of no dimension that holds one object, whatever it is."""
    held = np.empty((), np.object_)
    held[()] = value
    return held
