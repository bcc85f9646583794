import base64
import json
import re
import zlib

from branca.element import Figure

from geo_service.maps.elements import Drawing, Picture, Sheet, StationMap, Verbatim


def test_verbatim_is_never_read_as_a_template() -> None:
    assert Verbatim("{{7*7}}{# gone #}").render() == "{{7*7}}{# gone #}"


def test_data_of_a_drawing_reach_the_script_whole() -> None:
    sheet = Sheet(title="t")
    page = StationMap(sheet, {})
    page.add_child(Drawing("rings", "passes", {"places": ["{{7*7}}"]}))
    html = sheet.render()
    assert r'geoMap.rings(map_page, {"places":["\u007b\u007b7*7\u007d\u007d"]});' in html


def test_map_stands_alone_in_its_sheet() -> None:
    sheet = Sheet(title="t")
    page = StationMap(sheet, {})
    assert isinstance(page.get_root(), Figure)
    assert page.get_root() is sheet
    assert page.get_name() == "map_page"


def test_picture_lies_in_the_pane_of_heat_once_however_often_the_page_is_written() -> None:
    sheet = Sheet(title="t")
    page = StationMap(sheet, {})
    page.add_child(Picture("x", "data:image/png;base64,AA==", [[1.0, 2.0], [3.0, 4.0]]))
    written = sheet.render()
    assert sheet.render() == written
    assert 'L.imageOverlay("data:image/png;base64,AA==", [[1.0,2.0],[3.0,4.0]]' in written
    assert written.count("imageOverlay(") == written.count('{pane: "heat"}') == 1
    assert written.count(".addTo(map_page)") == 1


def test_much_data_are_folded_and_little_can_be_read() -> None:
    sheet = Sheet(title="t")
    page = StationMap(sheet, {})
    data = {"places": [f"place {number}" for number in range(9_000)]}
    page.add_child(Drawing("rings", "many", data))
    html = sheet.render()
    assert "place 17" not in html
    found = re.search(r'geoMap\.unfold\("rings", map_page, "([A-Za-z0-9+/=]+)"\);', html)
    assert found is not None
    assert json.loads(zlib.decompress(base64.b64decode(found[1]))) == data
    assert len(html) < len(str(data)) / 3
