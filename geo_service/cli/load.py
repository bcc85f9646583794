"""``load``: bring facilities, issues, areas, streets, traces and tables into the workspace."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from geo_service.cli import words
from geo_service.errors import WrongUsage
from geo_service.geometry.datum import Datum

if TYPE_CHECKING:
    from geo_service.flows.import_traces import TraceReport
    from geo_service.flows.loading import LoadOptions, LoadReport
    from geo_service.flows.wiring import Workspace

WHAT = (
    "facilities",
    "issues",
    "areas",
    "streets",
    "traces",
    "categories",
    "questions",
    "deadlines",
    "offers",
)


def add_commands(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Describe the command."""
    load = commands.add_parser("load", help="load files into the workspace, all or nothing")
    words.add_workspace(load)
    load.add_argument("what", choices=WHAT)
    load.add_argument("files", nargs="*", type=Path, metavar="FILE")
    load.add_argument("--place", help="streets of a place, from OpenStreetMap (needs the internet)")
    load.add_argument(
        "--from-osm",
        action="append",
        type=Path,
        metavar="FILE",
        help="facilities of an OpenStreetMap file: parking, charging, water, shelter",
    )
    load.add_argument(
        "--from-open311",
        action="append",
        metavar="FILE|URL",
        help="issues of another Open311 server: its address, or an answer of it in a file",
    )
    load.add_argument("--api-key", help="the key you have from that server, if it wants one")
    load.add_argument(
        "--since",
        type=words.moment,
        metavar="ISO",
        help="what was reported there since; 90 days before --until, if nothing is said",
    )
    load.add_argument(
        "--until", type=words.moment, metavar="ISO", help="and until; now, if nothing is said"
    )
    load.add_argument("--datum", type=Datum, choices=list(Datum), default=Datum.WGS84)
    load.add_argument(
        "--columns",
        type=words.columns,
        default={},
        metavar="OURS=THEIRS,...",
        help="names of columns",
    )
    load.add_argument(
        "--kind", help="the kind of all facilities that name none; with --from-osm: only this kind"
    )
    load.add_argument("--rider", help="whose traces these are, where the file does not say")
    load.add_argument("--time-zone", help="of times without a zone, for example Asia/Shanghai")
    load.add_argument("--skip-refused", action="store_true", help="load the rest of the records")
    load.add_argument("--replace", action="store_true", help="the files are the whole truth")
    words.add_dask(load)
    load.add_argument("--json", action="store_true", help="print one line of JSON instead")
    load.set_defaults(run=run_load)


def run_load(arguments: argparse.Namespace) -> None:
    """Load, and say what was read, loaded and refused."""
    _check_sources(arguments)
    from geo_service.flows import load_tables
    from geo_service.flows.load_areas import load_areas
    from geo_service.flows.load_facilities import load_facilities, load_osm_facilities
    from geo_service.flows.load_issues import load_issues
    from geo_service.flows.load_streets import load_streets
    from geo_service.flows.loading import LoadOptions
    from geo_service.flows.start_workspace import start_workspace

    options = LoadOptions(
        datum=arguments.datum,
        columns=arguments.columns,
        kind=arguments.kind,
        rider=arguments.rider,
        time_zone=arguments.time_zone,
        skip_refused=arguments.skip_refused,
        replace=arguments.replace,
    )
    with start_workspace(words.settings_of(arguments), now=words.now()) as workspace:
        if arguments.what == "streets":
            _say(
                load_streets(
                    workspace,
                    arguments.files,
                    place=arguments.place,
                    columns=arguments.columns,
                    datum=arguments.datum,
                ),
                as_json=arguments.json,
            )
        elif arguments.what == "traces":
            from geo_service.flows.import_traces import import_traces

            with words.working(workspace, arguments.dask) as at_work:
                traces = import_traces(at_work, arguments.files, options, words.now())
            _say(traces.trips, as_json=arguments.json, traces=traces)
        elif arguments.from_osm:
            osm = load_osm_facilities(workspace, arguments.from_osm, options, words.now())
            _say(osm, as_json=arguments.json)
        elif arguments.from_open311:
            _say(_load_open311(arguments, workspace, options), as_json=arguments.json)
        else:
            load = {
                "facilities": load_facilities,
                "issues": load_issues,
                "areas": load_areas,
                "categories": load_tables.load_categories,
                "questions": load_tables.load_questions,
                "deadlines": load_tables.load_deadlines,
                "offers": load_tables.load_offers,
            }
            _say(
                load[arguments.what](workspace, arguments.files, options, words.now()),
                as_json=arguments.json,
            )


def _load_open311(
    arguments: argparse.Namespace, workspace: "Workspace", options: "LoadOptions"
) -> "LoadReport":
    from geo_service.flows.load_open311 import ServerOptions, load_open311

    server = ServerOptions(arguments.api_key or "", arguments.since, arguments.until)
    return load_open311(workspace, arguments.from_open311, options, words.now(), server=server)


def _check_sources(arguments: argparse.Namespace) -> None:
    """Refuse what can't be meant before a workspace is made."""
    what, files = arguments.what, arguments.files
    if arguments.place and what != "streets":
        raise WrongUsage("Only streets come from a place; name a file.", where="--place")
    if arguments.from_osm and what != "facilities":
        raise WrongUsage(
            f"Only facilities are told by tags; load {what} from files without this option.",
            where="--from-osm",
        )
    if arguments.from_osm and files:
        raise WrongUsage(
            f"{files[0]} is to be read by columns, the other file by tags; load them one by one.",
            where="--from-osm",
        )
    _check_open311(arguments)
    if arguments.dask is not None and what != "traces":
        raise WrongUsage("Only traces are read by workers of Dask.", where="--dask")
    if not (files or arguments.place or arguments.from_osm or arguments.from_open311):
        raise WrongUsage("Name at least one file to load.")


def _check_open311(arguments: argparse.Namespace) -> None:
    if arguments.from_open311 and (arguments.what != "issues" or arguments.files):
        raise WrongUsage(
            "Only issues come from Open311, and not together with other files.",
            where="--from-open311",
        )
    asking = (arguments.api_key, arguments.since, arguments.until)
    if any(asking) and not any("://" in one for one in arguments.from_open311 or ()):
        raise WrongUsage(
            "Only a server is asked for a span of time, or with a key.",
            where="--since, --until, --api-key",
            remedy="Name it with --from-open311.",
        )


def _say(report: "LoadReport", *, as_json: bool, traces: "TraceReport | None" = None) -> None:
    for warning in report.warnings:
        words.say_beside(f"warning: {warning}")
    if as_json:
        extra = {} if traces is None else _fixes_told(traces)
        words.say_json(
            {
                "what": report.what,
                "read": report.read,
                "loaded": report.loaded,
                "refused": report.refused,
                "replaced": report.replaced,
                "removed": report.removed,
                "refused_list": report.refused_list and str(report.refused_list),
                **extra,
            }
        )
        return
    changes = [
        f"{count} {word}"
        for count, word in ((report.replaced, "replaced"), (report.removed, "removed"))
        if count
    ]
    tail = f" ({', '.join(changes)})" if changes else ""
    words.say(
        f"{report.what}: {report.read} read, {report.loaded} loaded{tail}, {report.refused} refused"
    )
    if traces is not None:
        dropped = ", ".join(f"{count} {rule}" for rule, count in traces.dropped.items() if count)
        words.say(f"fixes: {traces.fixes} loaded" + (f", dropped: {dropped}" if dropped else ""))
        if traces.erased:
            words.say(f"trips of riders who were erased since: {traces.erased} left out")
        if traces.stops:
            words.say(f"stops: {traces.stops} kept, {traces.stop_seconds / 60:.0f} minutes in all")
    if report.refused_list is not None:
        words.say(f"The refused records and their reasons: {report.refused_list}")


def _fixes_told(traces: "TraceReport") -> dict[str, object]:
    """Say what became of single fixes, for JSON."""
    return {
        "fixes": traces.fixes,
        "dropped_fixes": traces.dropped,
        "stops": traces.stops,
        "stop_seconds": traces.stop_seconds,
        "of_erased_riders": traces.erased,
    }
