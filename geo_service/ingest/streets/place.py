"""Streets of a named place, asked of OpenStreetMap's servers through osmnx; its only home."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from geo_service.errors import NotFound, NotReady, RefusedData
from geo_service.ingest.streets.graph import ways_from_graph
from geo_service.streets.ways import KEPT_TAGS, Ways

_ALL_STREETS = '["highway"]'
"""Which of them a profile may use is decided later, by one rule for every source."""


def fetch_streets(place: str) -> Ways:
    """Ask OpenStreetMap for the streets of a place; needs the internet.

    The servers asked are those of ``osmnx.settings``.

    Parameters
    ----------
    place : str
        As one would type it into a map, for example "樊城区, 襄阳".

    Returns
    -------
    Ways
        With OSM's ids and tags.

    Raises
    ------
    NotFound
        If no place has this name.
    RefusedData
        If the place is a point, or has no streets.
    NotReady
        If the servers can't be reached, or answer with an error.
    """
    # osmnx takes seconds to import, and nothing else needs it.
    import osmnx  # noqa: PLC0415

    errors: Any = osmnx._errors  # noqa: SLF001 - osmnx names its errors nowhere else
    with _as_wanted(osmnx.settings):
        try:
            area = osmnx.geocode_to_gdf(place).union_all()
            graph = _graph_of(osmnx, area, place, errors)
        except TypeError as problem:
            raise RefusedData(
                f"OpenStreetMap knows {place!r} as a point, not as an area.",
                remedy="Name the district or town around it.",
            ) from problem
        except errors.InsufficientResponseError as problem:
            raise NotFound(
                f"OpenStreetMap knows no place {place!r}.",
                remedy="Write it as in OpenStreetMap, with the town or country after a comma.",
            ) from problem
        except (OSError, errors.ResponseStatusCodeError) as problem:
            raise NotReady(
                f"OpenStreetMap's servers can't be reached ({problem}).",
                remedy="Try again later, or load a downloaded .osm.pbf file.",
            ) from problem
    return ways_from_graph(graph)


def _graph_of(osmnx: Any, area: object, place: str, errors: Any) -> Any:  # noqa: ANN401 - osmnx is a module without types
    nothing = RefusedData(
        f"OpenStreetMap has no streets in {place!r}.", remedy="Name a larger place."
    )
    try:
        graph = osmnx.graph_from_polygon(
            area,
            simplify=False,
            retain_all=True,
            truncate_by_edge=True,
            custom_filter=_ALL_STREETS,
        )
    except errors.ResponseStatusCodeError:
        raise
    except ValueError as problem:
        raise nothing from problem
    if graph.number_of_edges() == 0:
        raise nothing
    return graph


@contextmanager
def _as_wanted(settings: Any) -> Iterator[None]:  # noqa: ANN401 - as above
    """Let osmnx keep each way as OSM has it, and leave no cache folder behind."""
    wanted = {
        "all_oneway": True,
        "use_cache": False,
        "useful_tags_way": [*KEPT_TAGS, "name", "name:en"],
    }
    before = {name: getattr(settings, name) for name in wanted}
    for name, value in wanted.items():
        setattr(settings, name, value)
    try:
        yield
    finally:
        for name, value in before.items():
            setattr(settings, name, value)
