"""What can be reported, as the tiles and inputs of the report page."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import quote

from geo_service.domain.category import Category, DataType, Question
from geo_service.web.rider_words import EN, Tongue

FEW = 6
"""So many categories are shown at once; more are reached through their groups."""
_BOTH = re.compile(r"(?P<zh>.*[\u4e00-\u9fff][^A-Za-z]*?)\s+(?P<en>[A-Za-z][\x20-\x7e]*)")


@dataclass(frozen=True, slots=True)
class Asked:
    """A question, in the page's words."""

    field: str
    text: str
    kind: DataType
    required: bool
    choices: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Choice:
    """Something that can be reported, in the page's words."""

    code: str
    name: str
    about: str
    questions: tuple[Asked, ...]


@dataclass(frozen=True, slots=True)
class Group:
    """Choices that belong together; of a blank name the choices stand by themselves."""

    name: str
    choices: tuple[Choice, ...]

    def holds(self, code: str) -> bool:
        """Say whether a category is one of its choices; raises nothing."""
        return any(choice.code == code for choice in self.choices)


def group_choices(tongue: Tongue, categories: Sequence[Category]) -> list[Group]:
    """Put what can be reported into groups, so that any is reached in two taps.

    Parameters
    ----------
    tongue : Tongue
        Whose words.
    categories : sequence of Category
        In the order in which they are shown.

    Returns
    -------
    list of Group
        In the order of their first categories; one without a name if there are few. Raises
        nothing.
    """
    names = dict.fromkeys(category.group for category in categories)
    if len(categories) <= FEW or len(names) == 1:
        names = {"": None}
    return [
        Group(
            in_tongue(tongue, name),
            tuple(
                _choice(tongue, category)
                for category in categories
                if len(names) == 1 or category.group == name
            ),
        )
        for name in names
        if categories
    ]


def answer_field(category: str, code: str) -> str:
    """Name the input of a question: in ASCII, and apart from other categories' questions."""
    return f"answer:{quote(category, safe='')}:{quote(code, safe='')}"


def in_tongue(tongue: Tongue, text: str) -> str:
    """Return the half of a text that is in a language, if it is Chinese followed by English."""
    both = _BOTH.fullmatch(text)
    if both is None:
        return text
    return both["en"] if tongue is EN else both["zh"]


def category_name(tongue: Tongue, category: Category) -> str:
    """Return what a category is called; raises nothing."""
    return (category.name_en if tongue is EN else "") or category.name


def _choice(tongue: Tongue, category: Category) -> Choice:
    return Choice(
        category.category,
        category_name(tongue, category),
        in_tongue(tongue, category.description),
        tuple(_asked(tongue, category.category, question) for question in category.questions),
    )


def _asked(tongue: Tongue, category: str, question: Question) -> Asked:
    return Asked(
        answer_field(category, question.code),
        (question.text_en if tongue is EN else "") or question.text,
        question.datatype,
        question.required,
        tuple((key, in_tongue(tongue, name)) for key, name in question.choices),
    )
