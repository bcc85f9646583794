"""What a file says of its features besides their fields: its name, shapes, ids and names."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Layer:
    """Features of one sort, as formats know them."""

    name: str
    """Of the layer, in formats that have layers."""
    geometry: str
    """``Point``, ``LineString`` or ``Polygon``: one of them, or several together."""
    id_name: str
    """The column of ids."""
    called: tuple[str, ...] = ()
    """The columns that may name a feature, the first that does; else its id."""
    sort: str = ""
    """The column that says what sort of thing it is."""
    begins: str = ""
    """The column that says when it began."""
