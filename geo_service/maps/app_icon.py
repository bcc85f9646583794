"""The sign of the installed page, as a picture of any size."""

from functools import cache
from io import BytesIO

from PIL import Image, ImageDraw

GROUND, MARK = "#00558f", "#ffffff"
SIDE = 48
"""The drawing's own units, those of ``web/static/icon.svg``."""
WIDTH, RADIUS, NEAR, FAR = 3.2, 8.0, 9.6, 15.2
"""Of the lines, of the ring, and where the four ticks begin and end from the middle."""
FINER = 4
"""It is drawn so many times as large and made smaller, for smooth edges."""


@cache
def app_icon(pixels: int) -> bytes:
    """Draw the sign as PNG.

    All that matters lies within four tenths of the side around the middle, so that a phone may cut
    any shape out of it (W3C, Web Application Manifest, "maskable").

    Parameters
    ----------
    pixels : int
        The length of its side. Raises nothing.
    """
    side = pixels * FINER
    unit = side / SIDE
    picture = Image.new("RGB", (side, side), GROUND)
    draw = ImageDraw.Draw(picture)
    middle = side / 2

    def disc(x: float, y: float, radius: float, colour: str) -> None:
        draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill=colour)

    disc(middle, middle, (RADIUS + WIDTH / 2) * unit, MARK)
    disc(middle, middle, (RADIUS - WIDTH / 2) * unit, GROUND)
    for right, down in ((1, 0), (-1, 0), (0, 1), (0, -1)):
        ends = [(middle + right * away * unit, middle + down * away * unit) for away in (NEAR, FAR)]
        draw.line(ends, fill=MARK, width=round(WIDTH * unit))
        for x, y in ends:
            disc(x, y, WIDTH / 2 * unit, MARK)
    kept = BytesIO()
    picture.resize((pixels, pixels), Image.Resampling.LANCZOS).save(kept, "PNG", optimize=True)
    return kept.getvalue()
