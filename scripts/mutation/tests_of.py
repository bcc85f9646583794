"""Which tests could kill a mutant of a module: its own first, then those of its neighbours."""

import ast
from collections import deque
from pathlib import Path


def own_tests(root: Path, module: Path) -> list[Path]:
    """Return the test files named for a module, by their folder and name.

    Parameters
    ----------
    root : Path
        The checkout.
    module : Path
        Relative to it, as ``geo_service/overlay/heat.py``.
    """
    folder = root / "tests" / module.relative_to("geo_service").parent
    names = {path.stem for path in (root / module).parent.glob("*.py")}
    # test_nearest_or_straight.py is of the module of that name, not of nearest.py.
    return [
        path
        for path in sorted(folder.glob(f"test_{module.stem}*.py"))
        if _subject(path, names) == module.stem
    ]


def _subject(test: Path, names: set[str]) -> str:
    told = test.stem.removeprefix("test_")
    fitting = [name for name in names if told == name or told.startswith(f"{name}_")]
    return max(fitting, key=len, default="")


def neighbours_tests(root: Path, module: Path) -> list[Path]:
    """Return the tests of the room's modules that use a module, the nearest users first."""
    room = root / Path(*module.parts[:2])
    modules = {
        ".".join(path.relative_to(root).with_suffix("").parts): path for path in room.rglob("*.py")
    }
    users: dict[str, set[str]] = {name: set() for name in modules}
    for name, path in modules.items():
        for used in _imported(path):
            if used in users:
                users[used].add(name)
    start = ".".join(module.with_suffix("").parts)
    seen, waiting, found = {start}, deque([start]), []
    while waiting:
        for user in sorted(users[waiting.popleft()] - seen):
            seen.add(user)
            waiting.append(user)
            found.extend(own_tests(root, modules[user].relative_to(root)))
    return found


def _imported(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module)
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
        elif isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
    return found
