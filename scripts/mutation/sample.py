"""A seeded sample of mutants, tried one after the other; says how many the tests killed."""

import argparse
import json
import random
import sys
import tempfile
from collections import Counter
from pathlib import Path
from typing import NamedTuple

from places import Mutant, mutants_of
from tests_of import neighbours_tests, own_tests
from trial import KILLED, SURVIVED, TIMEOUT, copy_tree, read_ahead, run_tests

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("geometry", "domain", "streets", "overlay")
NEIGHBOURS = 3
"""Test files of other modules that a mutant must survive too, the nearest users of its own."""


MOST_S = 600
"""Seconds of the processor's time that a test file may take when nothing is broken."""


class Suspect(NamedTuple):
    """A mutant and the module it is of, relative to the checkout."""

    module: Path
    mutant: Mutant


def all_suspects(rooms: list[str], only: list[Path]) -> list[Suspect]:
    """Return every mutant of the rooms, or of certain modules of them."""
    modules = sorted(
        path.relative_to(ROOT)
        for room in rooms
        for path in (ROOT / "geo_service" / room).rglob("*.py")
    )
    return [
        Suspect(module, mutant)
        for module in modules
        if not only or module in only
        for mutant in mutants_of((ROOT / module).read_text(encoding="utf-8"))
    ]


def survivors(suspects: list[Suspect], kept: Path) -> list[Suspect]:
    """Return the mutants that survived an earlier run, though their lines may have moved."""
    found = []
    for line in kept.read_text(encoding="utf-8").splitlines():
        told = json.loads(line)
        alike = [
            one
            for one in suspects
            if told["outcome"] == SURVIVED
            and str(one.module) == told["module"]
            and (one.mutant.before, one.mutant.after) == (told["before"], told["after"])
        ]
        if alike:
            found.append(min(alike, key=lambda one: abs(one.mutant.line - told["line"])))
    return found


class Bench:
    """A copy of the tree, and how long each test file takes there when nothing is broken."""

    def __init__(self, folder: Path) -> None:
        self.folder = copy_tree(ROOT, folder)
        self._limits: dict[Path, int] = {}

    def limit_s(self, test: Path) -> int:
        """Return how much of the processor's time a test file may take.

        0: it fails though nothing is broken, so it says nothing.
        """
        if test not in self._limits:
            outcome, took = run_tests(self.folder, [test], MOST_S)
            self._limits[test] = 10 + round(4.0 * took) if outcome == SURVIVED else 0
            if outcome != SURVIVED:
                sys.stderr.write(f"{test} fails though nothing is broken: left out\n")
        return self._limits[test]

    def try_out(self, suspect: Suspect) -> str:
        """Break the line, run the tests that could notice, and mend it."""
        own = own_tests(ROOT, suspect.module)
        near = [path for path in neighbours_tests(ROOT, suspect.module) if path not in own]
        broken = self.folder / suspect.module
        whole = broken.read_text(encoding="utf-8")
        for test in [path.relative_to(ROOT) for path in (*own, *near[:NEIGHBOURS])]:
            limit = self.limit_s(test)
            if not limit:
                continue
            broken.write_text(suspect.mutant.applied_to(whole), encoding="utf-8")
            outcome, _ = run_tests(self.folder, [test], limit)
            broken.write_text(whole, encoding="utf-8")
            if outcome != SURVIVED:
                return outcome
        return SURVIVED


def report(counts: dict[str, Counter[str]]) -> str:
    """Return how many were killed, in each room and together."""
    lines = []
    together: Counter[str] = sum(counts.values(), Counter())
    for room, outcomes in [*counts.items(), ("together", together)]:
        tried = outcomes.total()
        share = 100.0 * (outcomes[KILLED] + outcomes[TIMEOUT]) / max(tried, 1)
        told = ", ".join(f"{outcomes[name]} {name}" for name in (KILLED, SURVIVED, TIMEOUT))
        lines.append(f"{room}: {tried} tried, {told}: {share:.1f} % noticed")
    return "\n".join(lines)


def main() -> None:
    """Read the words, draw the sample, try each, print what survived."""
    parser = argparse.ArgumentParser(prog="scripts/mutants", description=__doc__)
    parser.add_argument("--sample", type=int, default=300, help="how many mutants")
    parser.add_argument("--seed", type=int, default=1, help="which sample")
    parser.add_argument("--room", action="append", choices=ROOMS, help="only of this room")
    parser.add_argument("--only", type=Path, action="append", default=[], help="only of this file")
    parser.add_argument("--out", type=Path, help="a line of JSON for each mutant goes here")
    parser.add_argument("--part", default="1/1", help="2/4: the second of four parts of the sample")
    parser.add_argument("--again", type=Path, help="only what survived, of a file that --out made")
    words = parser.parse_args()
    suspects = all_suspects(words.room or list(ROOMS), words.only)
    chance = random.Random(words.seed)  # noqa: S311 - a sample, no secret
    drawn = chance.sample(suspects, min(words.sample, len(suspects)))
    if words.again:
        drawn = survivors(suspects, words.again)
    part, parts = map(int, words.part.split("/"))
    # A module's mutants are tried together, by one part: its tests are timed once.
    modules = list(dict.fromkeys(suspect.module for suspect in drawn))[part - 1 :: parts]
    drawn = [suspect for module in modules for suspect in drawn if suspect.module == module]
    sys.stderr.write(f"{len(drawn)} of {len(suspects)} mutants\n")
    read_ahead()
    counts: dict[str, Counter[str]] = {}
    with tempfile.TemporaryDirectory(prefix="mutants-") as folder:
        bench = Bench(Path(folder))
        for suspect in drawn:
            outcome = bench.try_out(suspect)
            counts.setdefault(suspect.module.parts[1], Counter())[outcome] += 1
            told = {"outcome": outcome, "module": str(suspect.module), **suspect.mutant._asdict()}
            line = json.dumps(told, ensure_ascii=False)
            if words.out:
                with words.out.open("a", encoding="utf-8") as kept:
                    kept.write(line + "\n")
            if outcome == SURVIVED:
                print(line, flush=True)
    print(report(counts))


if __name__ == "__main__":
    main()
