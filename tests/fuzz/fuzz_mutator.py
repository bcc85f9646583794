"""Inputs that nobody meant: files of the corpus, changed by chance, the same for the same seed."""

import json
import random
from collections.abc import Sequence
from typing import Any

LARGEST = 64 * 1024
"""Bytes of an input; what is longer is cut."""
STRANGE_BYTES = (
    b"\0",
    b"\xff",
    b"\xef\xbb\xbf",
    b"\xff\xfe",
    b"\xed\xa0\x80",
    b"\xc0\x80",
    b"\xf4\x90\x80\x80",
    b"\xe2\x80\xae",
    b"\xef\xbf\xbd",
    b"\r",
    b"\n",
    b"\r\n",
    b"\x1a",
    b'"',
    b"'",
    b"\\",
    b"%",
    b"&",
    b"<",
    b"[",
    b"{",
    b"(",
    b")",
    b"]",
    b"}",
    b",",
    b";",
    b"=",
    b":",
    b"-",
    b"+",
    b"..",
    b"NaN",
    b"nan",
    b"Infinity",
    b"-inf",
    b"1e999",
    b"-1e-999",
    b"1e308",
    b"-0.0",
    b"0x10",
    b"1_000",
    b"99999999999999999999999",
    b"-9223372036854775809",
    b"2147483648",
    b"180",
    b"-180",
    b"180.0000001",
    b"90",
    b"-90",
    b"91",
    b"9999-12-31T23:59:59.999999Z",
    b"0001-01-01T00:00:00+14:00",
    b"2016-12-31T23:59:60Z",
    b"1969-12-31T23:59:59Z",
    b"2024-02-30T00:00:00Z",
    b"null",
    b"true",
    b"[]",
    b"{}",
    "\u0661\u0662".encode(),
    "\uff11".encode(),
    "\u00b2".encode(),
    "\u2028".encode(),
    "\U0001f6b2".encode(),
)
STRANGE_VALUES: tuple[Any, ...] = (
    None,
    True,
    False,
    0,
    -1,
    1,
    0.5,
    -0.0,
    1e308,
    -1e308,
    5e-324,
    180,
    -180,
    180.0000001,
    90,
    90.1,
    2**31,
    2**63,
    -(2**63) - 1,
    10**40,
    "",
    " ",
    "\0",
    "\ud800",
    "x" * 300,
    "NaN",
    "1e999",
    "null",
    "\u202e",
    "..",
    "9999-12-31T23:59:59.999999Z",
    "0001-01-01T00:00:00+14:00",
    "2016-12-31T23:59:60Z",
    "2024-02-29",
    1e18,
    -62135596801,
    253402300800,
    "../..",
    "=1+1",
    [],
    {},
    [[]],
    [None],
    {"": None},
    [1e308, 1e308],
    {"type": "Point", "coordinates": [180, 90]},
    {"type": "Point", "coordinates": []},
    {"type": "GeometryCollection", "geometries": []},
    [[112.1, 32.0], [112.1, 32.0]],
)


def mutate(
    data: bytes, corpus: Sequence[bytes], words: Sequence[bytes], chance: random.Random
) -> bytes:
    """Change an input a little.

    Parameters
    ----------
    data : bytes
        What to begin with.
    corpus : sequence of bytes
        Other inputs of the same parser, to take pieces from.
    words : sequence of bytes
        What means something to the parser.
    chance : Random
        Decides all.

    Returns
    -------
    bytes
        At most `LARGEST`. Raises nothing.
    """
    if chance.random() < 0.5:
        told = _other_document(data, chance)
        if told is not None:
            return told[:LARGEST]
    for _ in range(chance.choice((1, 1, 2, 3, 8))):
        data = _other_bytes(data, corpus, words, chance)
    return data[:LARGEST]


def _other_bytes(
    data: bytes, corpus: Sequence[bytes], words: Sequence[bytes], chance: random.Random
) -> bytes:
    start, stop = sorted(chance.randrange(len(data) + 1) for _ in range(2))
    stop = min(stop, start + chance.choice((1, 1, 4, 16, 64, LARGEST)))
    piece = data[start:stop]
    other = chance.choice(corpus) if corpus else b""
    first = chance.randrange(len(other) + 1)
    between = chance.choice(
        (
            b"",
            piece[::-1],
            piece * 2,
            piece * chance.choice((3, 30, 300)),
            bytes(byte ^ 1 << chance.randrange(8) for byte in piece),
            chance.randbytes(len(piece)),
            chance.choice(STRANGE_BYTES),
            piece + chance.choice(STRANGE_BYTES),
            piece + chance.choice(words or STRANGE_BYTES),
            chance.choice(words or STRANGE_BYTES),
            other[first : first + chance.choice((1, 8, 64, LARGEST))],
        )
    )
    if chance.random() < 0.05:
        return data[:start]
    return data[:start] + between + data[stop:]


def _other_document(data: bytes, chance: random.Random) -> bytes | None:
    """Change a part of a JSON document; None: it is none."""
    try:
        document = json.loads(data)
    except (ValueError, RecursionError):
        return None
    for _ in range(chance.choice((1, 1, 2, 4))):
        parts = list(_parts(document))
        if not parts:
            break
        _change(*chance.choice(parts), [inner[key] for inner, key in parts], chance)
    return json.dumps(document, ensure_ascii=chance.random() < 0.5).encode(
        "utf-8", errors="surrogatepass"
    )


def _parts(value: Any) -> Any:  # noqa: ANN401 - lists and objects of JSON
    """Yield every place of a document: what it lies in, and its key there."""
    waiting = [value]
    while waiting:
        inner = waiting.pop()
        if isinstance(inner, dict | list):
            keys = list(inner) if isinstance(inner, dict) else range(len(inner))
            for key in keys:
                yield inner, key
                waiting.append(inner[key])


def _change(inner: Any, key: Any, others: list[Any], chance: random.Random) -> None:  # noqa: ANN401 - as above
    choice = chance.randrange(6)
    if choice == 0:
        del inner[key]
    elif choice == 1 and isinstance(inner, list):
        inner[key:key] = [json.loads(json.dumps(inner[key]))] * chance.choice((1, 2, 50))
    elif choice == 2 and isinstance(inner, dict):
        inner[str(chance.choice(STRANGE_VALUES))] = inner.pop(key)
    elif choice == 3:
        # A copy: what holds itself is no JSON.
        inner[key] = json.loads(json.dumps(chance.choice(others)))
    elif choice == 4:
        for _ in range(chance.choice((1, 3, 40, 200))):
            inner[key] = [inner[key]]
    else:
        inner[key] = json.loads(json.dumps(chance.choice(STRANGE_VALUES)))
