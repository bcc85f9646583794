"""Where routes pass issues: passes out of the lake, import, map matching; peers in the same run.

``scripts/bench overlay passes``, ``import`` or ``matching`` measures only that.
"""

import sys
import tempfile
from pathlib import Path

from figures import keep_table, porto
from overlay_import import bench_import
from overlay_matching import bench_known_routes, bench_simulated_rides
from overlay_passes import bench_growth, bench_passes

from geo_service.streets.profile import Profile

PARTS = ("matching", "import", "passes")


def main() -> None:
    """Print the figures."""
    parts = sys.argv[1:] or PARTS
    network, grid = porto(Profile.EBIKE)
    with tempfile.TemporaryDirectory() as folder:
        if "matching" in parts:
            bench_known_routes()
            bench_simulated_rides(network, grid)
        if "import" in parts:
            (Path(folder) / "import").mkdir()
            bench_import(network, Path(folder) / "import")
        if "passes" in parts:
            bench_passes(network, 10**6, Path(folder) / "few", with_peers=False)
            bench_passes(network, 10**7, Path(folder) / "some", with_peers=True)
            bench_growth(network, 10**8, Path(folder) / "many")
    if parts == PARTS:
        keep_table("overlay", "Where routes pass issues: riders on the streets of Porto, two cores")


if __name__ == "__main__":
    main()
