"""The 8 nearest of every node, beside pandana on the same graph and the same facilities."""

from time import perf_counter

import numpy as np
import pandana
import pandas as pd
from figures import tell, timed_in_turn
from nearest_questions import directed_arcs

from geo_service.streets.measure import Measure
from geo_service.streets.network import Network
from geo_service.streets.prepared import Streets
from geo_service.streets.sites import place_sites
from geo_service.streets.tables import Table, make_table

FACILITIES, K, LIMIT_M = 1000, 8, 10_000.0


def bench_all_nodes(network: Network) -> None:
    """Tell what both take, and that they agree to a metre at every node."""
    Streets.of(network)
    begun = perf_counter()
    streets = Streets.of(network)
    tell("preprocessing (grid, elimination for both measures)", perf_counter() - begun, "s")
    node = np.random.default_rng(6).choice(network.nodes, FACILITIES, replace=False)
    lon, lat = network.node_lon[node], network.node_lat[node]
    ids = [f"f{row:04}" for row in range(FACILITIES)]
    sites = place_sites(network, streets.grid, ids, lon, lat, 500.0)
    everyone = np.ones(FACILITIES, dtype=np.bool_)
    begun = perf_counter()
    peer = _peer(network)
    tell("pandana, preprocessing", perf_counter() - begun, "s")
    peer.set_pois("facility", LIMIT_M, K, pd.Series(lon), pd.Series(lat))
    found: dict[str, object] = {}

    def ours() -> None:
        found["ours"] = make_table(streets, sites, everyone, Measure.DISTANCE, width=K)

    def theirs() -> None:
        found["theirs"] = peer.nearest_pois(LIMIT_M, "facility", num_pois=K)

    seconds = timed_in_turn({"ours": ours, "pandana": theirs})
    tell("8 nearest of every node", seconds["ours"] * 1e3, "ms")
    tell("8 nearest of every node, pandana", seconds["pandana"] * 1e3, "ms")
    tell("times faster than pandana", seconds["pandana"] / seconds["ours"], "ratio")
    tell("greatest difference", _difference_m(found["ours"], found["theirs"]), "m")


def _peer(network: Network) -> pandana.Network:
    tail, head, length = directed_arcs(network)
    return pandana.Network(
        pd.Series(network.node_lon),
        pd.Series(network.node_lat),
        pd.Series(tail),
        pd.Series(head),
        pd.DataFrame({"metres": length / 1000}),
        twoway=False,
    )


def _difference_m(table: Table, frame: pd.DataFrame) -> float:
    """Compare at every node; a facility beyond the limit is at the limit for both."""
    metres = np.minimum((table.key[table.place] >> 32) / 1000, LIMIT_M)
    return float(np.abs(metres - frame.to_numpy()[:, :K]).max())
