"""``geo-service serve``: the app on a port, in one process or several."""

import gc
import os
import socket
import sys
from contextlib import ExitStack
from dataclasses import fields, replace
from typing import Any

import uvicorn
from starlette.types import ASGIApp

from geo_service.errors import NotReady
from geo_service.flows.wiring import open_workspace
from geo_service.settings import PREFIX, Settings
from geo_service.web.app import make_served_app
from geo_service.web.commons import common_folder
from geo_service.web.patient_connections import PatientConnections
from geo_service.web.request_log import ACCESS, GatheringHandler

MOST_CONNECTIONS = 4_000
"""Who comes when so many are open, idle ones too, is told 503 in a line of text."""
MOST_FILES = 2 * MOST_CONNECTIONS
"""A connection is a file to the system, which allows a thousand unless it is asked for more."""
# Its own log would hold whole addresses; ours leaves positions and keys out.
DISCRETION: dict[str, Any] = {
    "access_log": False,
    "server_header": False,
    "limit_concurrency": MOST_CONNECTIONS,
    # Whose word is taken about senders is a setting of ours.
    "proxy_headers": False,
    "ws": "none",
    "http": PatientConnections,
}
"""What the server is told not to tell, and not to take."""
PATIENCE_S = 10
"""How long answers under way may take once the server is told to stop."""


def serve(settings: Settings, *, host: str, port: int, workers: int) -> None:
    """Serve a workspace until told to stop.

    Parameters
    ----------
    settings : Settings
        Names the workspace.
    host : str
        Where to listen.
    port : int
        From 1 to 65535.
    workers : int
        How many processes.

    Raises
    ------
    NotReady
        If there is no workspace, or the port is taken.
    """
    # Said here, and not by each of the processes as it fails to start.
    open_workspace(settings).close()
    check_address(host, port)
    with ExitStack() as until_told_to_stop:
        if workers > 1 and not settings.common_folder:
            folder = until_told_to_stop.enter_context(common_folder())
            settings = replace(settings, common_folder=str(folder))
        # Processes are started afresh and find their settings where any process does.
        os.environ.update(environment_of(settings))
        uvicorn.run(
            f"{__name__}:app_of_environment",
            factory=True,
            host=host,
            port=port,
            workers=workers,
            log_config=log_config(),
            **DISCRETION,
            timeout_graceful_shutdown=PATIENCE_S,
        )


def check_address(host: str, port: int) -> None:
    """Refuse an address where one can't listen.

    Raises
    ------
    NotReady
        If another program listens there, or the host is not this machine's.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as problem:
            raise NotReady(
                f"Nothing can listen at {host}, port {port} ({problem.strerror}).",
                remedy="Name another one with --port or --host.",
            ) from problem


def app_of_environment() -> ASGIApp:
    """Make the app of the workspace that the environment names.

    Raises
    ------
    NotReady
        If there is no workspace.
    WrongUsage
        If a setting is wrong.
    """
    allow_files(MOST_FILES)
    app = make_served_app(open_workspace(Settings.from_environ(os.environ)))
    # The program itself stays. The search for garbage, for which all requests wait, would go
    # through it each few seconds, a fifth of a second long.
    gc.freeze()
    return app


def allow_files(most: int) -> None:
    """Let this process have so many files open, or as many as the system grants."""
    if sys.platform == "win32":
        return
    import resource  # noqa: PLC0415 - not on every system

    now, granted = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = most if granted == resource.RLIM_INFINITY else min(most, granted)
    if now != resource.RLIM_INFINITY and now < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, granted))


def log_config() -> dict[str, Any]:
    """Return uvicorn's own way of logging, with our log of requests beside it."""
    usual = uvicorn.config.LOGGING_CONFIG
    gathered = {"class": f"{GatheringHandler.__module__}.GatheringHandler", "formatter": "default"}
    ours = {"handlers": ["default"], "level": "INFO", "propagate": False}
    requests = {"handlers": ["gathered"], "level": "INFO", "propagate": False}
    return {
        **usual,
        "handlers": {**usual["handlers"], "gathered": gathered},
        "loggers": {**usual["loggers"], "geo_service": ours, ACCESS.name: requests},
    }


def environment_of(settings: Settings) -> dict[str, str]:
    """Write settings as environment variables, the opposite of ``Settings.from_environ``."""
    return {
        PREFIX + entry.name.upper(): str(getattr(settings, entry.name))
        for entry in fields(settings)
    }
