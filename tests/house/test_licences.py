"""Every package the project leans on is listed with its licence, and none binds its users."""

import re
import tomllib
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FREE = frozenset(
    {
        *("0BSD", "Apache", "Apache-2.0", "BSD", "BSD 2-Clause", "BSD-2-Clause", "BSD-3-Clause"),
        *("CC0-1.0", "MIT", "MIT-CMU", "PSFL", "Python Software Foundation", "Zlib"),
    }
)
"""Licences that ask for no more than to be named."""
UNCHANGED = frozenset({"LGPL-3.0-only", "LGPL with exceptions", "MPL-2.0"})
"""Bind who changes the package itself; the row says that it is used as it is."""
USED_AS_IT_IS = "used as it is"
BESIDE = {"pandana": "AGPL-3.0-or-later"}
"""Only measured beside the project: nothing of it is imported by what others get."""

NOT_INSTALLED = ("bench",)
"""Extras that the tests do without, so that their licences are believed as they are listed."""
TELL_NOTHING = frozenset({"sedonadb"})
"""Packages whose metadata name no licence."""


def wanted() -> dict[str, list[str]]:
    """Return the names of all dependencies, by what they are for."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    groups = {"": project["dependencies"], **project["optional-dependencies"]}
    return {
        group: [re.split(r"[^\w-]", one)[0] for one in needed] for group, needed in groups.items()
    }


def rows() -> dict[str, tuple[str, str]]:
    """Return the licence and the reason of every package in the tables of ARCHITECTURE.md."""
    text = (ROOT / ".github" / "ARCHITECTURE.md").read_text()
    told: dict[str, tuple[str, str]] = {}
    tables = text.split("## Dependencies")[1].split("\n## ")[0]
    for packages, licences, reason in re.findall(
        r"^\| ([^|]+) \| ([^|]+) \| ([^|]+) \|", tables, re.MULTILINE
    ):
        names, each = packages.split(", "), licences.split("; ")
        for at, name in enumerate(names):
            told[name] = (each[at] if len(each) > 1 else each[0], reason)
    return told


def licence_of(package: Distribution) -> str:
    """Return what an installed package says of its licence, without the word "License"."""
    told = package.metadata
    classifiers = [
        line.split(" :: ")[-1]
        for line in told.get_all("Classifier") or []
        if line.startswith("License ::")
    ]
    short = (told.get("License") or "").strip()
    files = [file for file in package.files or [] if file.name.upper().startswith("LICENSE")]
    candidates = (
        told.get("License-Expression") or "",
        short if 0 < len(short) < 60 else "",
        " or ".join(classifiers),
        # Some say it nowhere but in the file itself.
        files[0].read_text().strip().splitlines()[0] if files else "",
    )
    first = next(filter(None, candidates), "")
    return re.sub(r"\b(The|Software License|License|\(MIT\))(?=\W|$)", "", first).strip()


LISTED = rows()


@pytest.mark.parametrize("group", wanted())
def test_each_dependency_is_listed_with_its_licence(group: str) -> None:
    assert [name for name in wanted()[group] if name not in LISTED] == []


def test_no_row_is_of_what_nothing_needs() -> None:
    needed = {name for names in wanted().values() for name in names}
    assert set(LISTED) - needed <= {"package"}


@pytest.mark.parametrize("name", sorted({name for names in wanted().values() for name in names}))
def test_the_licence_is_the_one_that_the_installed_package_tells(name: str) -> None:
    try:
        told = licence_of(distribution(name))
    except PackageNotFoundError:
        # What the tests are run without can't be asked; what they need must be here.
        assert name in {one for group in NOT_INSTALLED for one in wanted()[group]}
        return
    assert LISTED[name][0] == told or (name in TELL_NOTHING and not told)


@pytest.mark.parametrize("name", sorted({name for names in wanted().values() for name in names}))
def test_no_licence_binds_those_who_use_the_project(name: str) -> None:
    licence, reason = LISTED[name]
    if name in BESIDE:
        assert name in wanted()["bench"]
        assert licence == BESIDE[name]
        return
    parts = set(re.split(r" (?:AND|OR|or) ", licence))
    assert parts <= FREE | UNCHANGED, licence
    if not parts & FREE or parts & UNCHANGED:
        assert USED_AS_IT_IS in reason
