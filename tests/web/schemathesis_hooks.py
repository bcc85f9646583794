"""What the fuzzer is told besides the document: which rules no JSON Schema can say.

A refusal of data that fits its schema is right where the operation states a rule for each field
that is refused; any other is a fault, of the schema or of the door.
"""

import json
import re
from collections.abc import Iterable
from typing import Any

import schemathesis
from schemathesis.openapi.checks import MissingHeaderNotRejected, RejectedPositiveData
from schemathesis.specs.openapi import checks

RULES = "x-rules-beyond-schema"
DESCRIPTION = re.compile("<description>([^:<]*):")
BY_CONTRACT = {403}
"""What analysts' doors, and pages that need a rider's key, answer to whoever shows none."""


@schemathesis.check
def positive_data_within_rules(ctx: Any, response: Any, case: Any) -> bool | None:  # noqa: ANN401
    """Let data be refused for the reasons that the operation states, and for no others."""
    try:
        return checks.positive_data_acceptance(ctx, response, case)
    except RejectedPositiveData:
        rules = case.operation.definition.raw.get(RULES, {})
        if response.status_code in {400, 422} and _within(rules, response):
            return None
        raise


@schemathesis.check
def missing_key_is_refused(ctx: Any, response: Any, case: Any) -> bool | None:  # noqa: ANN401
    """Let a key that is missing be refused with the status that the contract names."""
    try:
        return checks.missing_required_header(ctx, response, case)
    except MissingHeaderNotRejected:
        if response.status_code in BY_CONTRACT:
            return None
        raise


def _within(rules: dict[str, str], response: Any) -> bool:  # noqa: ANN401
    if "page" in rules:
        return True
    refused = set(_refused(response.content.decode()))
    return bool(refused) and refused <= rules.keys()


def _refused(text: str) -> Iterable[str]:
    """Name the fields of a problem, or of Open311's errors; a part of a field is that field."""
    if text.startswith("<?xml"):
        fields = DESCRIPTION.findall(text)
    elif text.startswith("["):
        fields = [one["description"].partition(":")[0] for one in json.loads(text)]
    else:
        fields = [one["field"] for one in json.loads(text)["errors"]]
    return [field.removeprefix("state.").partition("[")[0] for field in fields]
