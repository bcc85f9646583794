"""The few elements of the page that are ours, in the way folium builds pages."""

from collections.abc import Mapping

import folium
from branca.element import Element, Figure, MacroElement
from folium.raster_layers import ImageOverlay
from folium.template import Template
from jinja2 import Template as PlainTemplate

from geo_service.maps.cards import Cards
from geo_service.maps.escape import as_script
from geo_service.maps.folding import fold
from geo_service.maps.page_parts import Parts


class Sheet(Figure):
    """A page that says its language and can be zoomed."""

    _template = Template("""<!DOCTYPE html>
<html lang="zh-Hans">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<link rel="icon" href="data:,">
<title>{{ this.title }}</title>
{{ this.header.render(**kwargs) }}
</head>
<body>
{{ this.html.render(**kwargs) }}
<script>
{{ this.script.render(**kwargs) }}
</script>
</body>
</html>
""")


class Verbatim(Element):
    """Text that goes into the page as it is, never read as a template."""

    _template = PlainTemplate("{{ this.text }}")

    def __init__(self, text: str) -> None:
        super().__init__()
        self.text = text


class StationMap(folium.Map):
    """A folium map that asks no outside host for scripts and styles."""

    default_js: list[tuple[str, str]] = []  # noqa: RUF012 - as folium declares it
    default_css: list[tuple[str, str]] = []  # noqa: RUF012 - as above
    _template = Template("""
{% macro html(this, kwargs) %}
<main id="{{ this.get_name() }}" class="folium-map gm-map" aria-label="地图 Map"></main>
{% endmacro %}
{% macro script(this, kwargs) %}
const {{ this.get_name() }} = geoMap.open("{{ this.get_name() }}", {{ this.view }});
{% endmacro %}
""")

    def __init__(self, sheet: Sheet, view: dict[str, object]) -> None:
        super().__init__(tiles=None)
        sheet.add_child(self)
        self._id = "page"
        self.view = as_script(view)


class Picture(ImageOverlay):
    """A picture that lies straight on the map, above cells and below names."""

    _template = Template("""
{% macro script(this, kwargs) %}
const {{ this.get_name() }} =
    L.imageOverlay({{ this.address }}, {{ this.corners }}, {pane: "heat"});
{{ this.get_name() }}.addTo({{ this._parent.get_name() }});
{% endmacro %}
""")

    def __init__(self, key: str, address: str, corners: list[list[float]]) -> None:
        # Not shown by folium, which would add it once more each time the page is written.
        super().__init__(address, corners, pixelated=False, show=False)
        self._id = key
        self.address = as_script(address)
        self.corners = as_script(corners)


_APART_FROM = 40_000
"""Data of so many letters are folded, or asked for; less can be read in the page."""


class Drawing(MacroElement):
    """Something the page's script draws from data: ``geoMap.<what>(parent, data)``.

    Many data are folded, or asked for once the page is shown.
    """

    _template = Template("""
{% macro script(this, kwargs) %}
{%- if this.address %}
geoMap.ask("{{ this.what }}", {{ this._parent.get_name() }}, "{{ this.address }}");
{%- elif this.folded %}
geoMap.unfold("{{ this.what }}", {{ this._parent.get_name() }}, "{{ this.folded }}");
{%- else %}
geoMap.{{ this.what }}({{ this._parent.get_name() }}, {{ this.data }});
{%- endif %}
{% endmacro %}
""")

    def __init__(
        self, what: str, key: str, data: Mapping[str, object], cards: Cards | None = None
    ) -> None:
        super().__init__()  # type: ignore[no-untyped-call] # branca leaves it untyped
        self._name = "Drawing"
        self._id = f"{what}_{key}"
        self._given, self._cards = data, cards
        self.what = what
        self.data = self.folded = self.address = ""
        self._settled = False

    def render(self, **kwargs: object) -> str:
        """Write it into the page; a drawing that nobody has settled stands there whole."""
        if not self._settled:
            self.settle(None)
        return str(super().render(**kwargs))  # type: ignore[no-untyped-call] # as above

    def settle(self, parts: Parts | None) -> None:
        """Decide what stands in the page, and what it asks for; None: it can't ask."""
        self._settled = True
        given = dict(self._given)
        if self._cards is not None:
            given["cards"] = self._cards.settle(self._id, parts)
        data = as_script(given)
        many = len(data) >= _APART_FROM
        self.data = "" if many else data
        self.address = parts.keep(self._id, lambda: data) if many and parts is not None else ""
        self.folded = fold(data) if many and parts is None else ""


class Panel(MacroElement):
    """The card with title, layers and legends."""

    _template = Template("""
{% macro html(this, kwargs) %}{{ this.content }}{% endmacro %}
{% macro script(this, kwargs) %}
geoMap.panel({{ this._parent.get_name() }}, {
{%- for key, group in this.groups.items() %}"{{ key }}": {{ group.get_name() }},{% endfor -%}
}, {{ this.corners }});
{% endmacro %}
""")

    def __init__(
        self, content: str, groups: dict[str, folium.FeatureGroup], corners: list[list[float]]
    ) -> None:
        super().__init__()  # type: ignore[no-untyped-call] # branca leaves it untyped
        self._name = "Panel"
        self._id = "page"
        self.content = content
        self.groups = groups
        self.corners = as_script(corners)
