"""What can be reported: categories, what is asked about each, and how long each stage may take."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from geo_service.domain.lifecycle import Stage

ANY_CATEGORY = "*"
"""In the table of deadlines: every category that has no line of its own."""


class DataType(StrEnum):
    """What an answer is, in the words of Open311."""

    STRING = "string"
    NUMBER = "number"
    DATETIME = "datetime"
    TEXT = "text"
    SINGLE_VALUE_LIST = "singlevaluelist"
    MULTI_VALUE_LIST = "multivaluelist"


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked about an issue of one category."""

    code: str
    datatype: DataType
    text: str
    text_en: str = ""
    required: bool = False
    choices: tuple[tuple[str, str], ...] = ()
    """Of the two lists: each choice's key and what it is called."""
    order: int = 0
    """Where it stands among those of its category; of equal ones the one known first."""


@dataclass(frozen=True, slots=True)
class Category:
    """Something that can be reported."""

    category: str
    """As issues name it."""
    name: str
    name_en: str = ""
    description: str = ""
    group: str = ""
    keywords: tuple[str, ...] = ()
    duplicate_m: float | None = None
    """How near an open issue of the category is offered as the same; None: the setting."""
    questions: tuple[Question, ...] = ()
    """In the order in which they are asked."""


Deadlines = Mapping[tuple[str, Stage], float]
"""Hours that a category may stay in a stage."""


def due_at(deadlines: Deadlines, category: str, stage: Stage, since: datetime) -> datetime | None:
    """Say when a stage should be over.

    Parameters
    ----------
    deadlines : mapping
        Hours by category and stage; the category ``*`` stands for those without a line.
    category, stage : str, Stage
        Of the issue.
    since : datetime
        When it came to this stage.

    Returns
    -------
    datetime or None
        None: there is no deadline. Raises nothing.
    """
    hours = deadlines.get((category, stage), deadlines.get((ANY_CATEGORY, stage)))
    return None if hours is None else since + timedelta(hours=hours)
