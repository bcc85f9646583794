import re

from geo_service.maps.panel_tools import answer_html, search_html, tools_html


def test_every_control_has_a_name_and_no_handler_of_its_own() -> None:
    page = search_html() + tools_html() + answer_html()
    assert not re.search(r"\son\w+=", page)
    buttons = re.findall(r"<button[^>]*>(.*?)</button>", page)
    assert len(buttons) == 8
    for words in buttons:
        assert 'lang="zh-Hans"' in words
        assert 'lang="en"' in words
    assert page.count("aria-label=") == 4


def test_search_box_says_what_it_opens() -> None:
    controlled = re.search('aria-controls="([^"]+)"', search_html())
    assert controlled is not None
    assert f'id="{controlled[1]}" role="listbox"' in search_html()
