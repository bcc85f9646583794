"""The signs on the map: one family, drawn for this project on a grid of 24 units.

Lines are 2 units wide with round ends; the page draws each sign once and points to it.
"""

SIGNS = {
    "rest_station": '<path d="M5 9h11v5a4 4 0 0 1-4 4H9a4 4 0 0 1-4-4z"/>'
    '<path d="M16 10.5h1.2a2.3 2.3 0 0 1 0 4.6H16M8.5 3.6v2.2M12.5 3.6v2.2"/>',
    "parking_point": '<path d="M9 19.5v-15h4.2a4.4 4.4 0 0 1 0 8.8H9"/>',
    "charging_cabinet": '<path d="M13.5 3.5 6.5 13.5h5l-1 7 7-10h-5z"/>',
    "water_point": '<path d="M12 3.8c3.3 4 5.6 6.9 5.6 10.1a5.6 5.6 0 0 1-11.2 0C6.4 10.7 8.7 7.8 '
    '12 3.8z"/><path d="M9.6 14.2a2.5 2.5 0 0 0 2.3 2.5"/>',
    "service_window": '<path d="M4.5 19.5h15M6.5 19.5v-9a5.5 5.5 0 0 1 11 0v9"/>'
    '<path d="M6.5 14.5h11M12 5v9"/>',
    "liaison_station": '<path d="M4.5 5.5h15v10h-8l-4 3.6v-3.6h-3z"/>'
    '<path d="M8.5 10.5h.01M12 10.5h.01M15.5 10.5h.01"/>',
    "facility": '<path d="M12 20.5s6.3-5.6 6.3-10.4a6.3 6.3 0 0 0-12.6 0c0 4.8 6.3 10.4 6.3 '
    '10.4zM12 10h.01"/>',
    "standing_water": '<path d="M4 10c2.7-2.4 5.3-2.4 8 0s5.3 2.4 8 0M4 16c2.7-2.4 5.3-2.4 8 0s5.3 '
    '2.4 8 0"/>',
    "food_hygiene": '<path d="M7.5 4v5.5a2.5 2.5 0 0 0 5 0V4M10 4v16M17 20V4c-2 1.2-3 3.6-3 8h3"/>',
    "blocked_lane": '<path d="M4.5 8h15v6h-15zM7 14v6M17 14v6M8 14l5-6M13.5 14l5-6"/>',
    "damaged_road": '<path d="M8 20 10 4M16 20 14 4M12 5.5v2M12 11v3l-1.6 2 2.6 1.2-1 2.8"/>',
    "broken_light": '<path d="M7 20V8a4 4 0 0 1 8 0v1M11.5 9h7l-1.2 3.5h-4.6zM5 20h4"/>',
    "littering": '<path d="M6 8h12l-1.2 12H7.2zM4.5 8h15M9.5 8V4.8h5V8"/>',
    "illegal_parking": '<path d="M12 4a8 8 0 1 1 0 16 8 8 0 0 1 0-16zM6.5 6.5l11 11"/>',
    "fire_hazard": '<path d="M12 3.5c.6 3.6 5 5.5 5 10.2a5 5 0 0 1-10 0c0-2.2 1-3.4 2-4.5.3 1.4.9 '
    '2.2 1.8 2.6C10.3 8.6 10.6 5.9 12 3.5z"/>',
    "missing_manhole_cover": '<path d="M12 4a8 8 0 1 1 0 16 8 8 0 0 1 0-16z"/>'
    '<path d="M8.5 9.5h7M7.5 12.5h9M9 15.5h6"/>',
    "noise": '<path d="M4.5 9.5v5h3.5l4.5 4v-13l-4.5 4zM16 9a4.3 4.3 0 0 1 0 6M18.6 6.5a8 8 0 0 1 '
    '0 11"/>',
    "issue": '<path d="M12 5v8.5M12 18.5h.01"/>',
}
OTHER_FACILITY, OTHER_ISSUE = "facility", "issue"


def sign(known: str, otherwise: str) -> str:
    """Name the sign of a kind or category; those without a sign of their own share one."""
    return known if known in SIGNS else otherwise


def sign_sheet() -> str:
    """Return the HTML that holds every sign once, unseen."""
    symbols = "".join(
        f'<symbol id="gm-sign-{name}" viewBox="0 0 24 24">{shape}</symbol>'
        for name, shape in SIGNS.items()
    )
    return f'<svg class="gm-sheet" width="0" height="0" aria-hidden="true">{symbols}</svg>'


def show_sign(name: str) -> str:
    """Return the HTML that shows a sign."""
    return f'<svg class="gm-sign" aria-hidden="true"><use href="#gm-sign-{name}"/></svg>'
