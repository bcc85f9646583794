"""The report page's form: what was typed, read strictly, and what is wrong with it in words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from geo_service.domain.category import Category, DataType, Question
from geo_service.errors import GeoServiceError, RefusedFields
from geo_service.flows.answer_once import HEADER
from geo_service.web.forms import Form
from geo_service.web.parameters import read_parameters
from geo_service.web.problems import WrongParameters
from geo_service.web.report_choices import answer_field
from geo_service.web.report_words import ReportWords
from geo_service.web.rider_words import EN, Tongue
from geo_service.web.sent_report import ReportFields, SentReport

READ_BY_PAGE = (
    "service_code",
    "lat",
    "long",
    "datum",
    "description",
    "address_string",
    "requested_datetime",
    "idempotency_key",
)
PHOTO = "media"
POSITION = ("lat", "long", "address_string")
"""Any of these says where it is."""


@dataclass(frozen=True, slots=True)
class Typed:
    """What somebody typed, as it came, to be shown again."""

    texts: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def one(self, name: str) -> str:
        """Return what stands in a field; blank: nothing."""
        return self.texts.get(name, ("",))[0]

    def has(self, name: str, value: str) -> bool:
        """Say whether a choice of a field was made."""
        return value in self.texts.get(name, ())


def typed_in(form: Form) -> Typed:
    """Gather what was typed by the names of fields; raises nothing."""
    texts: dict[str, tuple[str, ...]] = {}
    for name, text in form.texts:
        texts[name] = (*texts.get(name, ()), text)
    return Typed(texts)


def read_sent(
    typed: Typed,
    photos: Sequence[bytes],
    categories: Sequence[Category],
    zone: ZoneInfo,
    idempotency_key: str = "",
) -> SentReport:
    """Read a report out of the page's form.

    Parameters
    ----------
    typed : Typed
        Answers to questions of other categories than the chosen one are left alone.
    photos : sequence of bytes
        As they came.
    categories : sequence of Category
        What can be reported.
    zone : ZoneInfo
        The city's, in which the form's moments are.
    idempotency_key : str
        As the header has it; blank: the form's own counts.

    Raises
    ------
    WrongParameters
        Naming each field that is missing or can't be read; what was sent is not repeated.
    """
    given = {name: typed.one(name) for name in READ_BY_PAGE if typed.one(name).strip()}
    plain = {name: text if name == "description" else text.strip() for name, text in given.items()}
    fields = read_parameters(ReportFields, plain.items())
    chosen = [one for one in categories if one.category == fields.service_code]
    answers = {
        question.code: tuple(_told(question, text, zone) for text in texts)
        for category in chosen
        for question in category.questions
        if (texts := _texts(typed, category, question))
    }
    return SentReport(fields, answers, photos, idempotency_key or fields.idempotency_key)


def faults_in_words(
    tongue: Tongue, words: ReportWords, error: GeoServiceError, typed: Typed
) -> dict[str, str]:
    """Say what is wrong with a form, by the names of its fields.

    Parameters
    ----------
    tongue, words : Tongue, ReportWords
        The page's.
    error : GeoServiceError
        As the report was refused.
    typed : Typed
        For the category that was chosen.

    Raises
    ------
    GeoServiceError
        The error itself, if it is not about the form.
    """
    if isinstance(error, WrongParameters):
        found = {fault.field: fault.detail for fault in error.faults}
    elif isinstance(error, RefusedFields):
        found = dict(error.faults)
    else:
        raise error
    told = {}
    for name, detail in found.items():
        if name in (HEADER, "idempotency_key"):
            told["form"] = words.faults["form"]
        elif name.startswith("attribute["):
            code = name.removeprefix("attribute[").removesuffix("]")
            place = answer_field(typed.one("service_code"), code)
            missing = not any(text.strip() for text in typed.texts.get(place, ()))
            told[place] = words.faults["unanswered" if missing else "answer"]
            if tongue is EN and not missing:
                told[place] = detail
        elif name in POSITION and not any(typed.one(part).strip() for part in POSITION):
            told[name] = words.faults["no_place"]
        else:
            told[name] = words.faults.get(name, words.wrong)
    return told


def _texts(typed: Typed, category: Category, question: Question) -> tuple[str, ...]:
    texts = typed.texts.get(answer_field(category.category, question.code), ())
    return tuple(text for text in texts if text.strip())


def _told(question: Question, text: str, zone: ZoneInfo) -> str:
    """Return an answer as reports have it: browsers send moments without a zone."""
    if question.datatype is not DataType.DATETIME:
        return text
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError:
        return text
    return text if moment.tzinfo else moment.replace(tzinfo=zone).isoformat()
