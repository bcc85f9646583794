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

PASS_RAMP = ("#fcd591", "#f9b467", "#f08b46", "#d75f30", "#ad3824", "#7a1618")
"""Heat of passes: sand to deep red."""
ISSUE_RAMP = ("#f5c3d8", "#eb9fc3", "#da74a6", "#be4787", "#932668", "#5f0e41")
"""Heat of issues: pale to deep rose."""
EXPOSURE_RAMP = ("#bcd9ed", "#91c0df", "#60a4cf", "#3582b4", "#1b5e90", "#0a3a60")
"""Heat of exposure, and streets: pale to deep blue."""
RATE_RAMP = ("#eadff0", "#cfb3de", "#ab7fc3", "#80509f", "#522a70")
"""Issues per 1,000 trips: pale to deep purple."""
RELEASE_RAMP = ("#d3ece4", "#9ed4c3", "#5fb39b", "#2a8a71", "#0c5c49")
"""Released cells: pale to deep green."""
CATCHMENT_COLOURS = ("#3f9c90", "#6199d1", "#9c8bcf", "#8faa6e")
"""Catchments: cool and calm; a colour only tells a catchment from its neighbours."""
HOLE = "#d1301f"
"""A street too far from every facility: nothing else on the map is so strong."""
BLIND = "#3d4043"
"""A street that nobody rode, in dashes: without a hue, so that it is taken for no class."""
EMPTY_CELL = "#e4e6e4"
"""A cell in which there is nothing to count."""
