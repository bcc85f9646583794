"""What can be done with the map: search, a link to it, measuring, printing, files."""

from geo_service.maps.words import Words

_SEARCH = Words("查找设施、问题、街道", "Find places, issues, streets")
_BRIEFLY = Words("查找设施、问题、街道", "Search")
_FOUND = Words("查找结果", "Found")
_NOTHING = Words("没有找到", "nothing found")
_STREET = Words("街道", "street")
_TOOLS = Words("工具", "Tools")
_LINK, _COPIED = Words("复制链接", "Copy link"), Words("链接已复制", "The link is copied")
_MEASURE = Words("测距", "Measure")
_HINT = Words("在地图上点选各点；Esc 结束", "Click points on the map; Esc ends")
_ADD, _UNDO = Words("加中心点", "Add centre"), Words("撤销", "Undo")
_DONE = Words("结束", "Done")
_PRINT = Words("打印", "Print")
_FILES = {"csv": Words("下载所见", "What I see, CSV"), "geojson": Words("下载所见", "GeoJSON")}
_SAVED = Words("已下载条数", "Rows written:")


def search_html() -> str:
    """Write the box that finds what the page holds."""
    return (
        '<div class="gm-search"><input type="search" role="combobox" autocomplete="off"'
        f' aria-label="{_SEARCH.line}" placeholder="{_BRIEFLY.line}" aria-expanded="false"'
        f' aria-autocomplete="list" aria-controls="gm-found" data-street="{_STREET.line}">'
        f'<ul id="gm-found" role="listbox" aria-label="{_FOUND.line}" hidden></ul>'
        f'<p role="alert" hidden>{_NOTHING.html}</p></div>'
    )


def tools_html() -> str:
    """Write the buttons of the other tools."""
    files = "".join(
        f'<button type="button" data-download="{kind}" data-done="{_SAVED.line}">'
        f"{words.html}</button>"
        for kind, words in _FILES.items()
    )
    return (
        f'<div class="gm-tools" role="group" aria-label="{_TOOLS.line}">'
        f'<button type="button" data-tool="link" data-done="{_COPIED.line}">{_LINK.html}</button>'
        '<button type="button" data-tool="measure" aria-pressed="false"'
        f' data-hint="{_HINT.line}">{_MEASURE.html}</button>'
        f'<button type="button" data-tool="print">{_PRINT.html}</button>{files}</div>'
    )


def answer_html() -> str:
    """Write where the tools say what they have done, and what one may do while measuring."""
    return (
        '<p class="gm-said" role="status"></p>'
        f'<div class="gm-measuring-steps" role="group" aria-label="{_MEASURE.line}" hidden>'
        f'<button type="button" data-tool="add">{_ADD.html}</button>'
        f'<button type="button" data-tool="undo">{_UNDO.html}</button>'
        f'<button type="button" data-tool="done">{_DONE.html}</button></div>'
    )
