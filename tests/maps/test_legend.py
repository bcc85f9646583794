from geo_service.maps.legend import explain, keys, mark, ramp, steps
from geo_service.maps.words import Words


def test_figures_and_words_are_escaped() -> None:
    assert "<script" not in keys([("", "", "<script>")])
    assert "<script" not in explain(Words("<script>", "<script>"))
    assert "<script" not in ramp(["#000000"], "<script>", "<script>")
    assert "<script" not in steps(["#000000"], ["<script>"])
    assert "<script" not in mark("round", "solid", "#000000", "", "<script>")


def test_mark_shows_its_sign_or_else_its_letter() -> None:
    assert "#gm-sign-noise" in mark("round", "solid", "#000000", "noise", "")
    assert "<b>C</b>" in mark("round", "solid", "#000000", "", "C")


def test_each_class_has_its_colour_and_range() -> None:
    html = steps(["#111111", "#222222"], ["0", "1"])
    assert html.index("#111111") < html.index("0</li>") < html.index("#222222")
