"""The text language of filters: CQL2 Text read into the shape of CQL2's JSON.

The grammar is LALR(1): time grows with the length of the text, and no nesting of it can
overflow the stack.
"""

import re
from functools import cache

from lark import Lark, Token, Transformer, UnexpectedInput, UnexpectedToken, v_args

from geo_service.features.filters.refusals import refusal
from geo_service.features.filters.written import Group, WellKnownText, Written

_NUMBERS = r"\([-+.,\deE\s]*\)"
_RINGS = rf"\((?:[-+.,\deE\s]|{_NUMBERS})*\)"
_POLYGONS = rf"\((?:[-+.,\deE\s]|{_RINGS})*\)"
_GEOMETRY = (
    r"(?:MULTIPOLYGON|MULTILINESTRING|MULTIPOINT|POLYGON|LINESTRING|POINT)"
    rf"(?:\s+Z|Z)?\s*{_POLYGONS}"
)
_COLLECTION = rf"GEOMETRYCOLLECTION(?:\s+Z|Z)?\s*\(\s*{_GEOMETRY}(?:\s*,\s*{_GEOMETRY})*\s*\)"

_END = r"(?![\w.:])"
"""Of a word: no letter of a name follows."""

_GRAMMAR = rf"""
?start: any
?any: all (_OR all)+ -> disjunction
    | all
?all: factor (_AND factor)+ -> conjunction
    | factor
?factor: _NOT factor -> negation
    | predicate
?predicate: sum
    | sum COMPARISON sum -> operation
    | sum _LIKE sum -> like
    | sum _NOT _LIKE sum -> unlike
    | sum _BETWEEN sum _AND sum -> between
    | sum _NOT _BETWEEN sum _AND sum -> outside
    | sum _IN "(" list ")" -> among
    | sum _NOT _IN "(" list ")" -> not_among
    | sum _IS _NULL -> null
    | sum _IS _NOT _NULL -> not_null
?sum: product
    | sum PLUS product -> operation
    | sum MINUS product -> operation
?product: power
    | product TIMES power -> operation
?power: signed
    | signed RAISED signed -> operation
?signed: operand
    | MINUS operand -> negative
    | PLUS number -> positive
?operand: number
    | TEXT -> text
    | _TRUE -> true
    | _FALSE -> false
    | NAME -> property
    | QUOTED_NAME -> quoted_property
    | GEOMETRY -> geometry
    | NAME "(" ")" -> empty_call
    | NAME "(" list ")" -> call
    | "(" any ")" -> group
    | "(" any "," list ")" -> array
    | "(" ")" -> empty_array
number: NUMBER
list: any ("," any)*

_OR.2: /or{_END}/i
_AND.2: /and{_END}/i
_NOT.2: /not{_END}/i
_LIKE.2: /like{_END}/i
_BETWEEN.2: /between{_END}/i
_IN.2: /in{_END}/i
_IS.2: /is{_END}/i
_NULL.2: /null{_END}/i
_TRUE.2: /true{_END}/i
_FALSE.2: /false{_END}/i
COMPARISON: "<=" | ">=" | "<>" | "<" | ">" | "="
PLUS: "+"
MINUS: "-"
TIMES: "*" | "/" | "%" | /div{_END}/i
RAISED: "^"
NUMBER: /(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d+)?/
TEXT: /'(?:[^'\\]|''|\\.)*'/s
NAME: /[^\W\d][\w.:\u0300-\u036f]*|:[\w.:\u0300-\u036f]*/i
QUOTED_NAME: /"[^"]+"/
GEOMETRY.2: /{_COLLECTION}|{_GEOMETRY}/i
%ignore /\s+/
"""

_CONSTRUCTORS = {"date", "timestamp"}


@v_args(inline=True)
class _JsonShape(Transformer[Token, Written]):
    """Makes of each rule what CQL2's JSON has for it."""

    def disjunction(self, *args: Written) -> Written:
        return {"op": "or", "args": list(args)}

    def conjunction(self, *args: Written) -> Written:
        return {"op": "and", "args": list(args)}

    def negation(self, inner: Written) -> Written:
        return {"op": "not", "args": [inner]}

    def operation(self, left: Written, sign: Token, right: Written) -> Written:
        return {"op": sign.lower(), "args": [left, right]}

    def like(self, value: Written, pattern: Written) -> Written:
        return {"op": "like", "args": [value, pattern]}

    def unlike(self, value: Written, pattern: Written) -> Written:
        return self.negation(self.like(value, pattern))

    def between(self, value: Written, least: Written, most: Written) -> Written:
        return {"op": "between", "args": [value, least, most]}

    def outside(self, value: Written, least: Written, most: Written) -> Written:
        return self.negation(self.between(value, least, most))

    def among(self, value: Written, items: list[Written]) -> Written:
        return {"op": "in", "args": [value, items]}

    def not_among(self, value: Written, items: list[Written]) -> Written:
        return self.negation(self.among(value, items))

    def null(self, value: Written) -> Written:
        return {"op": "isNull", "args": [value]}

    def not_null(self, value: Written) -> Written:
        return self.negation(self.null(value))

    def negative(self, _: Token, operand: Written) -> Written:
        if isinstance(operand, int | float) and not isinstance(operand, bool):
            return -operand
        return {"op": "*", "args": [-1, operand]}

    def positive(self, _: Token, operand: Written) -> Written:
        return operand

    def number(self, digits: Token) -> Written:
        value = float(digits)
        return int(digits) if digits.isdecimal() and value < 2.0**63 else value

    def text(self, quoted: Token) -> Written:
        return re.sub(r"(''|\\')|(\\.)", _unescaped, quoted[1:-1], flags=re.DOTALL)

    def true(self) -> Written:
        return True

    def false(self) -> Written:
        return False

    def property(self, name: Token) -> Written:
        return {"property": str(name)}

    def quoted_property(self, quoted: Token) -> Written:
        return {"property": str(quoted[1:-1])}

    def geometry(self, text: Token) -> Written:
        return WellKnownText(str(text))

    def empty_call(self, name: Token) -> Written:
        return self.call(name, [])

    def call(self, name: Token, args: list[Written]) -> Written:
        op = name.lower()
        if op in _CONSTRUCTORS and len(args) == 1:
            return {op: args[0]}
        if op in {"interval", "bbox"}:
            return {op: args}
        return {"op": op, "args": args}

    def group(self, inner: Written) -> Written:
        return Group(inner)

    def array(self, first: Written, rest: list[Written]) -> Written:
        return [first, *rest]

    def empty_array(self) -> Written:
        return []

    def list(self, *items: Written) -> Written:
        return [*items]


def read_text(text: str) -> Written:
    """Read a filter of the text language.

    Parameters
    ----------
    text : str
        CQL2 Text (OGC 21-065r2). Keywords and names of functions in any case.

    Returns
    -------
    Written
        In the shape of CQL2's JSON. Whether its names, types and values are right is not known.

    Raises
    ------
    WrongUsage
        It is no CQL2 Text; says at which character.
    """
    try:
        written: Written = _parser().parse(text)
    except UnexpectedInput as error:
        raise refusal(
            f"The filter can't be read {_place(error)}.",
            "Write it in CQL2 Text, for example: kind = 'x' AND number > 3.",
        ) from None
    return written


@cache
def _parser() -> Lark:
    return Lark(_GRAMMAR, parser="lalr", transformer=_JsonShape())


def _place(error: UnexpectedInput) -> str:
    if isinstance(error, UnexpectedToken) and error.token.type == "$END":
        return "to its end: something is missing there"
    return f"from line {error.line}, character {error.column} on"


def _unescaped(found: re.Match[str]) -> str:
    return "'" if found[1] else found[2]
