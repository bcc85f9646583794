"""The plan of all streets: each as a few points in metres, with its names and tags.

The names are invented; nothing here was surveyed. Ends that come close to another street are
joined to it when the plan is drawn (``streets.py``).
"""

from demo_district.lanes import COMPOUNDS, LANES
from demo_district.paths import MALL, PATHS
from demo_district.roads import ROADS, STREETS

PLAN = (*ROADS, *STREETS, *LANES, *COMPOUNDS, *PATHS, *MALL)
