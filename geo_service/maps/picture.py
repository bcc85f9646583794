"""A surface as a picture: a few classes of colour, each between stated limits."""

import base64
from collections.abc import Sequence
from io import BytesIO

import numpy as np
from PIL import Image

from geo_service.overlay.heat import Surface

_OPACITIES = (0.6, 0.62, 0.64, 0.67, 0.7, 0.74)
"""Of six classes, the lowest first: streets shine through, and most where there is least."""


def translucent(ramp: Sequence[str]) -> list[str]:
    """Write a ramp of six colours so that a map shines through, as ``#rrggbbaa``."""
    return [
        f"{colour}{round(255 * opacity):02x}"
        for colour, opacity in zip(ramp, _OPACITIES, strict=True)
    ]


def paint(surface: Surface, limits: Sequence[float], colours: Sequence[str]) -> str:
    """Paint a surface as a PNG.

    Parameters
    ----------
    surface : Surface
        What to paint; the picture's pixels are its own.
    limits : sequence of float
        The least density of each class, ascending; below the first the picture is clear.
    colours : sequence of str
        The colour of each class, as ``#rrggbbaa``.

    Returns
    -------
    str
        A ``data:`` address, always the same for the same surface. Raises nothing.
    """
    classes = np.searchsorted(limits, surface.density, side="right").astype(np.uint8)
    picture = Image.frombytes("P", classes.shape[::-1], classes.tobytes())
    # Clear pixels are of the lowest class's colour, so that its border fades and does not darken.
    shown = [bytes.fromhex(f"{colours[0][1:7]}00"), *(bytes.fromhex(one[1:]) for one in colours)]
    picture.putpalette(b"".join(one[:3] for one in shown))
    written = BytesIO()
    picture.save(written, "PNG", transparency=bytes(one[3] for one in shown), optimize=True)
    return "data:image/png;base64," + base64.b64encode(written.getvalue()).decode("ascii")
