"""Datum, metric frame and grid: the ground everything measures on. numpy and pyproj only."""
