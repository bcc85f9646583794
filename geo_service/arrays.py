"""The arrays that cross the house, by what they hold."""

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Floats: TypeAlias = NDArray[np.float64]
Integers: TypeAlias = NDArray[np.int64]
Flags: TypeAlias = NDArray[np.bool_]
Seconds: TypeAlias = NDArray[np.uint32]
"""The second parts of packed costs: milliseconds or millimetres up to 49 days or 4,294 km."""
Shapes: TypeAlias = NDArray[np.object_]
"""Geometries of shapely."""
