"""Members of a JSON body: read strictly by a model, each fault named."""

from collections.abc import Mapping
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationError, WithJsonSchema

from geo_service.errors import RefusedFields

LONGEST_NAME = 64


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise ValueError("It must be text.")  # noqa: TRY004 - pydantic wants ValueError
    return value


def _truth(value: object) -> bool:
    if not isinstance(value, bool):
        raise ValueError("It must be true or false.")  # noqa: TRY004 - as above
    return value


def _whole(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise ValueError("It must be a whole number.")  # noqa: TRY004 - as above
    return value


TextMember = Annotated[str, BeforeValidator(_text)]
TruthMember = Annotated[bool, BeforeValidator(_truth), WithJsonSchema({"type": "boolean"})]
WholeMember = Annotated[int, BeforeValidator(_whole), WithJsonSchema({"type": "integer"})]


class Members(BaseModel):
    """The members of one kind of body; each door has its own."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class ApprovedBody(Members):
    """Whether everybody may see something."""

    approved: TruthMember


Model = TypeVar("Model", bound=Members)


def read_members(model: type[Model], members: Mapping[str, Any]) -> Model:
    """Read a body.

    Parameters
    ----------
    model : type
        Which members there are.
    members : mapping
        As `read_object` gives them.

    Raises
    ------
    RefusedFields
        Naming each member that is unknown, missing or wrong; what was sent is not repeated.
    """
    try:
        return model.model_validate(members)
    except ValidationError as wrong:
        raise RefusedFields(
            {
                str(entry["loc"][0])[:LONGEST_NAME]: _sentence(model, entry)
                for entry in wrong.errors(include_url=False, include_input=False)
            }
        ) from wrong


def _sentence(model: type[Members], entry: Mapping[str, Any]) -> str:
    if entry["type"] == "missing":
        return "It is required."
    if entry["type"] == "extra_forbidden":
        return f"There is no such member. Known: {', '.join(model.model_fields)}."
    if entry["type"] == "value_error":
        return str(entry["ctx"]["error"])
    return f"{entry['msg'].replace('Input should', 'It must')}."
