import pytest

from geo_service.export.spreadsheet import safe_cell


@pytest.mark.parametrize(
    "text",
    [
        "=1+1",
        "+1",
        "-1",
        "@SUM(A1)",
        "\t=1",
        "\r=1",
        "\n=1",
        "\uff1d1",
        "\uff0b1",
        "\uff0d1",
        "\uff201",
    ],
)
def test_formula_becomes_text(text: str) -> None:
    assert safe_cell(text) == "'" + text


@pytest.mark.parametrize("text", ["", "驿站", "a=1", "3-5", " ", "'=1", "f-123"])
def test_other_text_stays(text: str) -> None:
    assert safe_cell(text) == text
