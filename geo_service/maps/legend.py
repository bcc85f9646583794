"""The parts of a legend, as HTML."""

from collections.abc import Iterable, Sequence

from geo_service.maps.escape import as_entities
from geo_service.maps.figures import say_briefly
from geo_service.maps.icons import show_sign
from geo_service.maps.words import Words

NO_MARK = "<i></i>"
"""Stands where a row of ``keys`` has nothing to show."""


def explain(words: Words) -> str:
    """Explain what a layer's numbers mean."""
    return (
        f'<p class="gm-why"><span lang="zh-Hans">{as_entities(words.zh)}</span>'
        f'<span lang="en">{as_entities(words.en)}</span></p>'
    )


def keys(rows: Iterable[tuple[str, str, str]]) -> str:
    """List what is drawn: the mark, the words (both HTML) and the figure of each row."""
    items = "".join(
        f'<li>{mark}<span class="gm-words">{words}</span>'
        f'<span class="gm-figure">{as_entities(figure)}</span></li>'
        for mark, words, figure in rows
    )
    return f'<ul class="gm-keys">{items}</ul>'


def switches(name: str, rows: Iterable[tuple[str, str, str, str]]) -> str:
    """List what is drawn so that each line can be switched off.

    Parameters
    ----------
    name : str
        Of the filter: the page's script hides marks by it.
    rows : iterable of tuple of str
        Value (plain text), mark and words (both HTML), and figure of each line.
    """
    items = "".join(
        f'<li><button type="button" aria-pressed="true" data-filter="{name}"'
        f' data-value="{as_entities(value)}">{mark}<span class="gm-words">{words}</span>'
        f'<span class="gm-figure">{as_entities(figure)}</span></button></li>'
        for value, mark, words, figure in rows
    )
    return f'<ul class="gm-keys gm-switches">{items}</ul>'


def chips(
    name: str, title: Words, rows: Iterable[tuple[str, Words, str]], *, pressed: bool = True
) -> str:
    """Offer small switches side by side: the value (plain text), words and figure of each."""
    items = "".join(
        f'<button type="button" class="gm-chip" aria-pressed="{str(pressed).lower()}"'
        f' data-filter="{name}" data-value="{as_entities(value)}">'
        f'{words.html} <span class="gm-figure">{as_entities(figure)}</span></button>'
        for value, words, figure in rows
    )
    return (
        f'<div class="gm-chips" role="group" aria-label="{title.line}">'
        f"<p>{title.html}</p><div>{items}</div></div>"
    )


def mark(shape: str, state: str, colour: str, sign: str, letter: str = "") -> str:
    """Draw a facility's or issue's mark as it stands on the map."""
    inside = show_sign(sign) if sign else f"<b>{as_entities(letter)}</b>"
    return f'<i class="gm-mark gm-{shape} gm-{state}" style="--c:{colour}">{inside}</i>'


def stroke(*colours: str) -> str:
    """Draw a piece of street, in one colour or in several side by side."""
    share = 100 / len(colours)
    bands = ",".join(
        f"{colour} {share * place:.0f}% {share * (place + 1):.0f}%"
        for place, colour in enumerate(colours)
    )
    return f'<i class="gm-stroke" style="background:linear-gradient(90deg,{bands})"></i>'


def choices(key: str, rows: Iterable[tuple[str, str]]) -> str:
    """List what can be chosen, the first chosen: the mark and the words (both HTML) of each.

    The page writes the figure of each.
    """
    items = "".join(
        f'<li><label><input type="radio" name="gm-{key}" value="{place}"'
        f'{" checked" if place == 0 else ""}>{mark}<span class="gm-words">{words}</span>'
        '<span class="gm-figure"></span></label></li>'
        for place, (mark, words) in enumerate(rows)
    )
    return f'<ul class="gm-choices">{items}</ul>'


def slider(words: Words, value: int, most: int) -> str:
    """Let a whole number be chosen, from 1."""
    return (
        f'<div class="gm-slider"><span>{words.html}</span><output>{value}</output>'
        f'<input type="range" min="1" max="{most}" step="1" value="{value}" '
        f'aria-label="{words.line}"></div>'
    )


def swatch(colour: str) -> str:
    """Show a colour."""
    return f'<i class="gm-swatch" style="background:{colour}"></i>'


def scale(unit: Words, colours: Sequence[str], limits: Sequence[float]) -> str:
    """Draw classes of colour side by side, the least value of each under its beginning."""
    items = "".join(
        f'<li><i style="background:{colour}"></i>{as_entities(say_briefly(limit))}</li>'
        for colour, limit in zip(colours, limits, strict=True)
    )
    return f'<p class="gm-unit">{unit.html}</p><ol class="gm-scale">{items}</ol>'


def steps(colours: Sequence[str], ranges: Sequence[str]) -> str:
    """List classes of colour with the range of each."""
    items = "".join(
        f'<li><i style="background:{colour}"></i>{as_entities(text)}</li>'
        for colour, text in zip(colours, ranges, strict=True)
    )
    return f'<ul class="gm-steps">{items}</ul>'
