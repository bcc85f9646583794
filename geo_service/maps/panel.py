"""The card beside the map: title, moment, layers with their legends."""

from collections.abc import Collection, Mapping

from geo_service.maps.content import MapContent
from geo_service.maps.drawn_layer import DrawnLayer
from geo_service.maps.escape import as_entities
from geo_service.maps.figures import say_count, say_time
from geo_service.maps.icons import sign_sheet
from geo_service.maps.panel_tools import answer_html, search_html, tools_html
from geo_service.maps.words import LAYERS, OPEN_ISSUES, Words

_LEGEND = Words("图层与图例", "Layers and legend")
_NOTHING = Words("尚无数据", "no data yet")
_SHOWN = Words("显示时刻", "As of")
_TRACES = Words("轨迹时段", "Traces")


def panel_html(
    content: MapContent, layers: Mapping[str, DrawnLayer | None], opened: Collection[str]
) -> str:
    """Write the card.

    Parameters
    ----------
    content : MapContent
    layers : mapping of str to DrawnLayer or None
        By name; None where a layer was asked for but there is nothing to draw.
    opened : collection of str
        The layers that are ticked when the page opens.
    """
    note = f'<p class="gm-note">{as_entities(content.note)}</p>' if content.note else ""
    sections = "".join(_section(key, layer, ticked=key in opened) for key, layer in layers.items())
    return (
        f"{sign_sheet()}"
        '<aside class="gm-panel" id="gm-panel" aria-label="图例 Legend">'
        f"<header><h1>{as_entities(content.title)}</h1>{_figures(content)}{_times(content)}{note}"
        f"{search_html()}{answer_html()}"
        '<button type="button" class="gm-fold" aria-expanded="true" aria-controls="gm-layers">'
        f"{_LEGEND.html}</button></header>"
        f'<div class="gm-layers" id="gm-layers">{tools_html()}{sections}</div></aside>'
    )


def _figures(content: MapContent) -> str:
    """Write the counts that a planner asks for first."""
    still_open = sum(issue.is_open(content.now) for issue in content.issues)
    counts = [
        (len(content.facilities), Words("设施", "facilities")),
        (still_open, OPEN_ISSUES),
        (len(content.issues) - still_open, Words("已结", "closed")),
    ]
    items = "".join(
        f"<li><b>{say_count(count)}</b>{words.html}</li>" for count, words in counts if count
    )
    return f'<ul class="gm-counts">{items}</ul>' if items else ""


def _times(content: MapContent) -> str:
    zone = content.zone
    lines = [(_SHOWN, f"{say_time(content.now, zone)} ({content.time_zone})")]
    if content.since or content.until:
        since = content.since.astimezone(zone).date().isoformat() if content.since else "…"
        until = content.until.astimezone(zone).date().isoformat() if content.until else "…"
        lines.append((_TRACES, f"{since} → {until}"))
    return "".join(
        f'<p class="gm-time">{words.html} <b>{as_entities(text)}</b></p>' for words, text in lines
    )


def _section(key: str, layer: DrawnLayer | None, *, ticked: bool) -> str:
    words = LAYERS[key]
    if layer is None:
        return (
            f'<section class="gm-layer gm-none"><label><input type="checkbox" disabled>'
            f"{words.html}</label><p>{_NOTHING.html}</p></section>"
        )
    checked = " checked" if ticked else ""
    return (
        f'<section class="gm-layer"><label>'
        f'<input type="checkbox" data-layer="{key}"{checked}>{words.html}</label>'
        f'<div class="gm-legend">{layer.legend}</div></section>'
    )
