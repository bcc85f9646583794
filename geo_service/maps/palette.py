"""The colours of the maps: few, calm, and told apart by people who see colours differently.

The hues are those of Okabe and Ito, "Color Universal Design" (2008), darkened where a white sign
must be legible on them (contrast 3:1 or better). Ramps go from light to dark in one hue, so that
they read in grey too.
"""

INK = "#2b2f33"
QUIET = "#6b7278"

# Services are cool, problems warm: the one difference of hue that nearly everybody sees. Within
# each family the sign tells what the hue alone may not.
KIND_COLOURS = {
    "rest_station": "#00785a",
    "parking_point": "#0067a3",
    "charging_cabinet": "#5b4a9e",
    "water_point": "#2483b5",
    "service_window": "#34506b",
    "liaison_station": "#4d7a84",
}
OTHER_KIND_COLOUR = "#5f6b73"

CATEGORY_COLOURS = (
    "#c2410c",
    "#946200",
    "#a2447f",
    "#9b2c2c",
    "#7a4a21",
    "#c83c5a",
    "#6f6a1a",
    "#b8621b",
)
OTHER_CATEGORY_COLOUR = "#5f6b73"

PASS_RAMP = ("#fddfa6", "#fbb462", "#f07f3c", "#cf4a26", "#8e1f1a")
"""Heat of passes: sand to deep red."""
EXPOSURE_RAMP = ("#cfe3f1", "#95c3e0", "#549ccb", "#21709f", "#0a426b")
"""Heat of exposure, and streets: pale to deep blue."""
RATE_RAMP = ("#eadff0", "#cfb3de", "#ab7fc3", "#80509f", "#522a70")
"""Issues per 1,000 trips: pale to deep purple."""
RELEASE_RAMP = ("#d3ece4", "#9ed4c3", "#5fb39b", "#2a8a71", "#0c5c49")
"""Released cells: pale to deep green."""
CATCHMENT_COLOURS = ("#3f9c90", "#6199d1", "#9c8bcf", "#8faa6e")
"""Catchments: cool and calm; a colour only tells a catchment from its neighbours."""
HOLE = "#d1301f"
"""A street too far from every facility: nothing else on the map is so strong."""
EMPTY_CELL = "#e4e6e4"
"""A cell in which there is nothing to count."""


def gradient(ramp: tuple[str, ...]) -> dict[float, str]:
    """Spread a ramp over the strengths of a heat layer, from 0 to 1."""
    last = len(ramp) - 1
    return {round(0.15 + 0.85 * step / last, 2): colour for step, colour in enumerate(ramp)}
