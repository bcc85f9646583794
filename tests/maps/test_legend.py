from geo_service.maps.legend import (
    NO_MARK,
    choices,
    explain,
    keys,
    mark,
    scale,
    slider,
    steps,
    stroke,
)
from geo_service.maps.words import Words


def test_figures_and_words_are_escaped() -> None:
    assert "<script" not in keys([("", "", "<script>")])
    assert "<script" not in explain(Words("<script>", "<script>"))
    assert "<script" not in scale(Words("<script>", "<script>"), ["#000000"], [1.0])
    assert "<script" not in steps(["#000000"], ["<script>"])
    assert "<script" not in mark("round", "solid", "#000000", "", "<script>")


def test_mark_shows_its_sign_or_else_its_letter() -> None:
    assert "#gm-sign-noise" in mark("round", "solid", "#000000", "noise", "")
    assert "<b>C</b>" in mark("round", "solid", "#000000", "", "C")


def test_each_class_has_its_colour_and_range() -> None:
    html = steps(["#111111", "#222222"], ["0", "1"])
    assert html.index("#111111") < html.index("0</li>") < html.index("#222222")


def test_scale_says_its_unit_and_the_least_value_of_each_colour() -> None:
    html = scale(Words("每平方公里", "per km²"), ["#11111180", "#22222280"], [7.0, 20_000.0])
    assert "per&#32;km" in html
    assert html.index("#11111180") < html.index("7</li>") < html.index("#22222280")
    assert "20k</li>" in html


def test_row_without_a_mark_keeps_its_place() -> None:
    assert keys([(NO_MARK, "words", "1")]).startswith('<ul class="gm-keys"><li><i></i>')


def test_first_of_the_choices_is_chosen() -> None:
    html = choices("x", [("<i></i>", "one"), ("", "two")])
    assert html.index("checked") < html.index("<i></i>") < html.index("one") < html.index("two")
    assert html.count("checked") == 1
    assert html.count('name="gm-x"') == 2


def test_slider_says_its_number() -> None:
    html = slider(Words("分钟", "minutes"), 7, 30)
    assert "<output>7</output>" in html
    assert 'min="1" max="30" step="1" value="7"' in html
    assert 'aria-label="分钟 minutes"' in html


def test_stroke_shows_its_colours_side_by_side() -> None:
    assert "#111111 0% 50%,#222222 50% 100%" in stroke("#111111", "#222222")
