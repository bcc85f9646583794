"""Look for inputs that a parser can't stand, for as long as there is time.

What is found is kept in a folder, made as small as can be; once the parser is right, the file goes
into the corpus, so that it stays right.
"""

import argparse
import hashlib
import json
import logging
import random
import resource
import sys
import time
from collections import Counter
from pathlib import Path

from fuzz_mutator import mutate
from fuzz_parsers import PARSERS, Parser, corpus_of, look_at

MOST_MEMORY = 4 * 1024**3
"""Bytes of the whole process; an input that wants more fails with MemoryError."""


def fault_of(parser: Parser, data: bytes) -> str:
    """Return what goes wrong, in few words; blank: nothing."""
    try:
        look_at(parser, data)
    except Exception as problem:  # noqa: BLE001 - whatever is not our own is what is looked for
        trace, last = problem.__traceback__, None
        while trace is not None:
            last, trace = trace, trace.tb_next
        place = f"{Path(last.tb_frame.f_code.co_filename).name}:{last.tb_lineno}" if last else ""
        return f"{type(problem).__name__} at {place}"
    return ""


def made_smaller(parser: Parser, data: bytes, fault: str) -> bytes:
    """Return as little of an input as still goes wrong in the same way."""
    piece = len(data) // 2
    while piece:
        start = 0
        while start < len(data):
            less = data[:start] + data[start + piece :]
            if fault_of(parser, less) == fault:
                data = less
            else:
                start += piece
        piece //= 2
    return data


def look_for(name: str, seconds: float, seed: int, found: Path) -> tuple[Counter[str], set[str]]:
    """Try changed inputs of a parser until the time is over; keep those that go wrong."""
    parser, chance = PARSERS[name], random.Random(f"{name} {seed}")  # noqa: S311 - can be repeated
    kept = [*corpus_of(name).values()]
    outcomes, faults = Counter[str](), set[str]()
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        data = mutate(chance.choice(kept), kept, parser.words, chance)
        fault = fault_of(parser, data)
        outcomes["wrong" if fault else "right"] += 1
        if fault and fault not in faults:
            faults.add(fault)
            small = made_smaller(parser, data, fault)
            folder = found / name
            folder.mkdir(parents=True, exist_ok=True)
            (folder / hashlib.sha256(small).hexdigest()[:12]).write_bytes(small)
        elif len(kept) < 500 and chance.random() < 0.02:
            # Changes upon changes go farther from where they began.
            kept.append(data)
    return outcomes, faults


def main() -> None:
    """Read the words, look at each parser for its share of the time, say what was found."""
    parser = argparse.ArgumentParser(prog="scripts/fuzz", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="PARSER", help=", ".join(PARSERS))
    parser.add_argument("--minutes", type=float, default=5.0, help="of all parsers together")
    parser.add_argument("--seed", type=int, default=0, help="0: another one each time")
    parser.add_argument("--found", type=Path, default=Path("fuzz-found"), help="where they go")
    words = parser.parse_args()
    names = words.names or list(PARSERS)
    unknown = set(names) - set(PARSERS)
    if unknown:
        parser.error(f"no such parser: {', '.join(sorted(unknown))}")
    seed = words.seed or time.time_ns()
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    # Libraries say of each broken form what is broken in it.
    logging.disable(logging.WARNING)
    wrong = False
    for name in names:
        outcomes, faults = look_for(name, 60.0 * words.minutes / len(names), seed, words.found)
        wrong |= bool(faults)
        told = {"parser": name, "seed": seed, "inputs": outcomes.total(), "faults": sorted(faults)}
        print(json.dumps(told), flush=True)  # noqa: T201 - a command
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
