"""Where a line can be broken, and how: the mutants of one file.

A mutant is one small wrong version of the program, of the kind that people write by mistake. Left
alone is what no test should look at: docstrings, type hints, the wording of errors, ``__all__``,
and whatever runs only for a type checker.
"""

import ast
from collections.abc import Iterator
from typing import NamedTuple

COMPARED: dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]] = {
    ast.Lt: (ast.LtE, ast.GtE),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.LtE),
    ast.GtE: (ast.Gt, ast.Lt),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
}
RECKONED: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Mult,
    ast.Mod: ast.Mult,
    ast.Pow: ast.Mult,
    ast.BitAnd: ast.BitOr,
    ast.BitOr: ast.BitAnd,
    ast.LShift: ast.RShift,
    ast.RShift: ast.LShift,
}


class Mutant(NamedTuple):
    """One piece of a file, by its bytes, and what stands there instead."""

    start: int
    stop: int
    line: int
    kind: str
    before: str
    after: str

    def applied_to(self, source: str) -> str:
        """Return the file's text with the piece replaced."""
        raw = source.encode()
        return (raw[: self.start] + self.after.encode() + raw[self.stop :]).decode()


def mutants_of(source: str) -> list[Mutant]:
    """Return every mutant of a file's text, in the order of the text."""
    raw = source.encode()
    starts = [0]
    for line in raw.splitlines(keepends=True):
        starts.append(starts[-1] + len(line))
    found = []
    for node, kind, after in _changes(ast.parse(source)):
        assert node.end_lineno is not None  # noqa: S101 - ast gives every node its end
        assert node.end_col_offset is not None  # noqa: S101 - as above
        start = starts[node.lineno - 1] + node.col_offset
        stop = starts[node.end_lineno - 1] + node.end_col_offset
        before = raw[start:stop].decode()
        found.append(Mutant(start, stop, node.lineno, kind, before, after))
    return sorted(set(found))


def _changes(tree: ast.AST) -> Iterator[tuple[ast.expr | ast.stmt, str, str]]:
    for node in _looked_at(tree):
        if isinstance(node, ast.expr):
            for kind, after in _wrong_expressions(node):
                yield node, kind, f"({ast.unparse(after)})"
        elif isinstance(node, ast.stmt):
            for kind, text in _wrong_statements(node):
                yield node, kind, text


def _looked_at(node: ast.AST) -> Iterator[ast.AST]:
    """Yield the parts of a program that do something when it runs."""
    yield node
    if isinstance(node, ast.Raise | ast.Assert | ast.Import | ast.ImportFrom | ast.JoinedStr):
        return
    if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
        return
    if isinstance(node, ast.Assign) and _is_of_types(node):
        return
    for field, value in ast.iter_fields(node):
        if field in ("annotation", "returns", "decorator_list", "bases", "type_params"):
            continue
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, ast.AST) and not _is_text(child):
                yield from _looked_at(child)


def _is_of_types(node: ast.Assign) -> bool:
    """Return whether an assignment names what a module shows, or a type."""
    names = [target.id for target in node.targets if isinstance(target, ast.Name)]
    made = node.value.func if isinstance(node.value, ast.Call) else None
    is_type = isinstance(made, ast.Name) and made.id in ("TypeVar", "NewType", "ParamSpec")
    return "__all__" in names or is_type


def _is_text(node: ast.AST) -> bool:
    return (
        isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, str)
    )


def _wrong_expressions(node: ast.expr) -> Iterator[tuple[str, ast.expr]]:
    if isinstance(node, ast.Compare):
        for at, operator in enumerate(node.ops):
            for wrong in COMPARED[type(operator)]:
                ops = [*node.ops[:at], wrong(), *node.ops[at + 1 :]]
                yield "comparison", ast.Compare(node.left, ops, node.comparators)
    elif isinstance(node, ast.BinOp) and type(node.op) in RECKONED:
        yield "arithmetic", ast.BinOp(node.left, RECKONED[type(node.op)](), node.right)
    elif isinstance(node, ast.IfExp):
        yield "boolean", ast.IfExp(node.test, node.orelse, node.body)
    elif isinstance(node, ast.BoolOp | ast.UnaryOp):
        yield from _wrong_logic(node)
    elif isinstance(node, ast.Constant):
        yield from _wrong_constants(node)


def _wrong_logic(node: ast.BoolOp | ast.UnaryOp) -> Iterator[tuple[str, ast.expr]]:
    if isinstance(node, ast.BoolOp):
        other = ast.Or() if isinstance(node.op, ast.And) else ast.And()
        yield "boolean", ast.BoolOp(other, node.values)
    elif isinstance(node.op, ast.Not):
        yield "boolean", node.operand
    elif isinstance(node.op, ast.USub) and not isinstance(node.operand, ast.Constant):
        yield "arithmetic", node.operand


def _wrong_constants(node: ast.Constant) -> Iterator[tuple[str, ast.expr]]:
    if isinstance(node.value, bool):
        yield "boolean", ast.Constant(not node.value)
    elif isinstance(node.value, int | float):
        yield "constant", ast.Constant(node.value + 1)
        yield "constant", ast.Constant(node.value - 1)


def _wrong_statements(node: ast.stmt) -> Iterator[tuple[str, str]]:
    if isinstance(node, ast.If | ast.While):
        # The condition's own parts are broken elsewhere; here the whole of it.
        return
    if isinstance(node, ast.Return) and node.value is not None:
        if not (isinstance(node.value, ast.Constant) and node.value.value is None):
            yield "return", "return None"
    elif (
        isinstance(node, ast.Raise | ast.AugAssign | ast.Delete)
        or (isinstance(node, ast.Expr) and isinstance(node.value, ast.Call))
        or (
            isinstance(node, ast.Assign)
            and any(isinstance(target, ast.Subscript | ast.Attribute) for target in node.targets)
        )
    ):
        yield "removal", "pass"
    elif isinstance(node, ast.Continue):
        yield "removal", "break"
    elif isinstance(node, ast.Break):
        yield "removal", "continue"
