"""Streets from a file or a place's name, compiled for both profiles into the workspace."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from geo_service.errors import WrongUsage
from geo_service.flows.loading import LoadReport
from geo_service.flows.wiring import Workspace
from geo_service.geometry.datum import Datum, convert
from geo_service.ingest.streets.read import fetch_streets, read_streets
from geo_service.store import city
from geo_service.streets.assemble import Assembled, build_network
from geo_service.streets.network import Network
from geo_service.streets.profile import Profile
from geo_service.streets.ways import Ways, WaysKind


def load_streets(
    workspace: Workspace,
    files: list[Path],
    *,
    place: str | None = None,
    columns: Mapping[str, str] | None = None,
    datum: Datum = Datum.WGS84,
) -> LoadReport:
    """Replace the workspace's streets, in one step that readers see whole or not at all.

    Parameters
    ----------
    workspace : Workspace
        Opened for writing.
    files : list of Path
        One file: .osm, .osm.bz2, .osm.pbf, .graphml, or a layer of lines.
    place : str, optional
        Instead of a file, a place to ask OpenStreetMap for; needs the internet.
    columns : mapping of str to str, optional
        Our name of a column of the line layer to theirs.
    datum : Datum
        How the positions of a line layer are meant; OpenStreetMap's are always WGS-84.

    Raises
    ------
    WrongUsage
        If not exactly one file or one place is given, or OpenStreetMap is said to be in another
        datum.
    RefusedData
        If the file can't be read or holds no street that a profile may use.
    NotReady
        If the workspace can't be written; the streets in use stay.
    """
    if len(files) + (place is not None) != 1:
        raise WrongUsage("Streets come from one file, or from one --place.")
    ways = fetch_streets(place) if place else read_streets(files[0], columns=columns or {})
    ways = _in_wgs84(ways, datum)
    built = {profile: build_network(ways, profile) for profile in Profile}
    _take_into_use(workspace, {profile: each.network for profile, each in built.items()})
    return LoadReport(
        what="streets",
        read=_count(ways),
        loaded=max(assembled.network.edges for assembled in built.values()),
        refused=0,
        warnings=tuple(
            warning
            for profile, assembled in built.items()
            for warning in _piece_warnings(profile, assembled)
        ),
    )


def _take_into_use(workspace: Workspace, networks: Mapping[Profile, Network]) -> None:
    """Write the streets, make them current, and remove those that nobody opens any more."""
    with workspace.networks.changing():
        version = workspace.networks.write(networks)
        with workspace.database.writing() as connection:
            previous = city.read_streets_version(connection)
            city.write_streets_version(connection, version)
        # Who asked for the current version a moment ago may be about to open the previous one.
        workspace.networks.remove_others({version, previous or version})


def _in_wgs84(ways: Ways, datum: Datum) -> Ways:
    if datum is Datum.WGS84:
        return ways
    if ways.kind is WaysKind.OSM:
        raise WrongUsage(f"OpenStreetMap is in wgs84, not {datum}.", where="--datum")
    lon, lat = convert(ways.node_lon, ways.node_lat, source=datum, target=Datum.WGS84)
    return replace(ways, node_lon=lon, node_lat=lat)


def _count(ways: Ways) -> int:
    return len(ways.way_id)


def _piece_warnings(profile: Profile, assembled: Assembled) -> list[str]:
    if assembled.left_out_m < 1:
        return []
    left_out_km = assembled.left_out_m / 1000
    warning = (
        f"For {profile} the streets are in {assembled.pieces} pieces; the longest is used, and "
        f"{left_out_km:.1f} km that can't be reached from it both ways are left out."
    )
    return [warning]
