"""``serve`` and ``demo``: answer over HTTP."""

import argparse
import threading

from geo_service.cli import words


def add_commands(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Describe the commands."""
    serve = commands.add_parser("serve", help="serve the workspace over HTTP")
    words.add_workspace(serve)
    _add_address(serve)
    serve.add_argument("--workers", type=words.positive, default=1, help="processes (%(default)s)")
    serve.set_defaults(run=run_serve)
    demo = commands.add_parser("demo", help="build the demo district, say what to open, serve it")
    words.add_workspace(demo)
    _add_address(demo)
    demo.add_argument("--no-serve", action="store_true", help="only build it")
    demo.set_defaults(run=run_demo)


def _add_address(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--host", default="127.0.0.1", help="where to listen (%(default)s)")
    parser.add_argument("--port", type=words.port, default=8000, help="(%(default)s)")


def run_serve(arguments: argparse.Namespace) -> None:
    """Serve until stopped."""
    from geo_service.web.server import serve

    serve(
        words.settings_of(arguments),
        host=arguments.host,
        port=arguments.port,
        workers=arguments.workers,
    )


def run_demo(arguments: argparse.Namespace) -> None:
    """Build the demo district and serve it."""
    from geo_service.flows.build_demo import build_demo, keep_reporting
    from geo_service.web.server import check_address, serve

    settings = words.settings_of(arguments)
    if not arguments.no_serve:
        check_address(arguments.host, arguments.port)
    planner_key = build_demo(settings, words.now(), say=words.say)
    address = f"http://{arguments.host}:{arguments.port}"
    workspace = f"--workspace {settings.workspace}"
    words.say(
        f"\nThe demo district is ready (illustrative, not surveyed).\n"
        f"  rider     {address}/\n"
        f"  planner   {address}/planner?key={planner_key}\n"
        f"  everybody {address}/planner (in a private window: this browser keeps the key)\n"
        f"  API       {address}/docs\n"
        f"  analyst   geo-service overlay {workspace} --out passes.csv\n"
    )
    if arguments.no_serve:
        return
    stop = threading.Event()
    threading.Thread(target=keep_reporting, args=(settings, words.now, stop), daemon=True).start()
    serve(settings, host=arguments.host, port=arguments.port, workers=1)
    stop.set()
