"""What the commands share: the workspace option, values typed by hand, and how things are said."""

import argparse
import json
import os
import re
import sys
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tqdm import tqdm

from geo_service.errors import NotReady
from geo_service.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from geo_service.flows.wiring import Workspace
    from geo_service.store.trace_days import LakeDay


ODD_NEGATIVE = re.compile(r"-(\d+\.?\d*|\.\d+)[eE][+-]?\d{1,3}|-\d+\.", re.ASCII)
"""Negative numbers that argparse does not know as numbers."""
SCHEDULER = re.compile(r"tcp://(?:[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\]):([0-9]{1,5})", re.ASCII)
"""The address of Dask's."""


def add_workspace(parser: argparse.ArgumentParser) -> None:
    """Give a command its ``--workspace``."""
    parser.add_argument(
        "--workspace",
        type=Path,
        metavar="DIR",
        help="the folder that holds one city (else GEO_SERVICE_WORKSPACE, else ./workspace)",
    )


def add_dask(parser: argparse.ArgumentParser) -> None:
    """Give a command its ``--dask``."""
    parser.add_argument(
        "--dask",
        type=dask_cluster,
        metavar="local|tcp://HOST:PORT",
        help="let workers of Dask do it: processes here, or those of a scheduler",
    )


def settings_of(arguments: argparse.Namespace) -> Settings:
    """Read the settings of the environment, with the workspace named on the command line."""
    settings = Settings.from_environ(os.environ)
    if arguments.workspace is not None:
        settings = replace(settings, workspace=arguments.workspace)
    if getattr(arguments, "dask", None) is not None:
        # Workers may have been started in another folder.
        settings = replace(settings, workspace=settings.workspace.resolve())
    return settings


def moment(text: str) -> datetime:
    """Read ``now`` or an ISO 8601 time with a zone."""
    if text == "now":
        return now()
    try:
        read = datetime.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(
            f"{text!r} is no time; write 'now' or for example 2026-10-01T12:00+08:00"
        ) from None
    if read.tzinfo is None:
        raise argparse.ArgumentTypeError(
            f"{text!r} has no time zone; write for example {read:%Y-%m-%dT%H:%M}+08:00"
        )
    try:
        return read.astimezone(UTC)
    except OverflowError:
        raise argparse.ArgumentTypeError(f"{text!r} is beyond all calendars") from None


def now() -> datetime:
    """Look at the clock; only doors do."""
    return datetime.now(tz=UTC)


def columns(text: str) -> dict[str, str]:
    """Read ``ours=theirs,ours=theirs``."""
    pairs = [pair.partition("=") for pair in text.split(",") if pair]
    if not pairs or not all(ours and theirs for ours, _, theirs in pairs):
        raise argparse.ArgumentTypeError(f"{text!r} is not of the form ours=theirs,ours=theirs")
    return {ours.strip(): theirs.strip() for ours, _, theirs in pairs}


def positive(text: str) -> int:
    """Read a whole number of 1 or more."""
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number of 1 or more")
    return int(text)


def port(text: str) -> int:
    """Read the number of a port, 1 to 65535."""
    number = positive(text)
    if number > 65_535:
        raise argparse.ArgumentTypeError(f"{text!r} is not a port; they end at 65535")
    return number


def dask_cluster(text: str) -> str:
    """Read ``local`` or the address of a scheduler, ``tcp://HOST:PORT``."""
    told = SCHEDULER.fullmatch(text)
    if text != "local" and told is None:
        raise argparse.ArgumentTypeError(
            f"{text!r} is no cluster; write local, or for example tcp://192.168.1.5:8786"
        )
    if told is not None:
        port(told[1])
    return text


@contextmanager
def working(workspace: "Workspace", dask: str | None) -> "Iterator[Workspace]":
    """Have the workers that were typed work for a workspace until the block ends."""
    if dask is None:
        yield workspace
        return
    try:
        from geo_service.flows.dask_workers import dask_workers
    except ModuleNotFoundError as problem:
        raise NotReady(
            f"Dask is not installed here ({problem.name} is missing).",
            where="--dask",
            remedy="Install it: pip install 'geo-service[dask]'.",
        ) from problem
    with dask_workers(dask) as workers:
        yield replace(workspace, workers=workers)


def plain_number(word: str) -> str:
    """Write a negative number such as ``-1e-3`` without an exponent, and leave all else alone.

    argparse takes such a word for an option.
    """
    return f"{Decimal(word):f}" if ODD_NEGATIVE.fullmatch(word) else word


def days_going_by(days: "Sequence[LakeDay]") -> "Iterable[LakeDay]":
    """Show on a terminal how many days of traces have been looked at; nothing in a pipe."""
    return tqdm(days, desc="days of traces", unit=" days", disable=None, leave=False)


def say(text: str) -> None:
    """Print a line for a person."""
    print(text)


def say_beside(text: str) -> None:
    """Print a line for a person on the error stream, so that a pipe stays clean."""
    print(text, file=sys.stderr)


def say_json(value: dict[str, Any]) -> None:
    """Print one line of JSON for a program."""
    say(json.dumps(value, ensure_ascii=False, allow_nan=False))
