"""The log of requests: lines are gathered and written together, some times a second.

Writing each line by itself, through all of Python's logging, would cost as much as answering.
"""

import logging
import sys
from collections import deque
from contextlib import suppress
from threading import Event, Lock, Thread
from time import perf_counter
from typing import Final, TextIO
from urllib.parse import quote

from starlette.types import Scope

ACCESS = logging.getLogger("geo_service.web.access")
EVERY_S: Final = 0.25
"""So long a line may wait."""
SECRETS: Final = ("/open311/v2/tokens/", "/credits/vouchers/", "/report/", "/traces/")
"""What stands behind these in a path opens something to whoever holds it, or names a trip."""
LEFT_OUT: Final = "..."


class GatheringHandler(logging.Handler):
    """Writes lines to the error stream a moment later, together with those that came meanwhile.

    What is an error, or worse, is written at once. Lines that can't be written (the disk is full,
    nobody reads the pipe) are lost: the service goes on.

    Parameters
    ----------
    stream : file, optional
        Where to write; the error stream unless another is given.
    """

    def __init__(self, stream: TextIO | None = None) -> None:
        super().__init__()
        self._stream = sys.stderr if stream is None else stream
        # Threads may put into a deque, and take from it, without a lock.
        self._lines: deque[str] = deque()
        self._writing = Lock()
        self._waiting = Event()
        self._writer: Thread | None = None

    def gather(self, line: str) -> None:
        """Take a line that has gone through no logger."""
        self._lines.append(line)
        if not self._waiting.is_set():
            self._waiting.set()
            # Started with the first line: a process that is forked before that has no writer.
            if self._writer is None:
                self._writer = Thread(target=self._write_now_and_then, daemon=True)
                self._writer.start()

    def emit(self, record: logging.LogRecord) -> None:
        """Take the line of a record."""
        self.gather(self.format(record))
        if record.levelno >= logging.ERROR:
            self.flush()

    def flush(self) -> None:
        """Write what has been gathered."""
        with self._writing:
            lines = []
            while self._lines:
                lines.append(self._lines.popleft())
            if lines:
                with suppress(OSError, ValueError):
                    self._stream.write("\n".join(lines) + "\n")
                    self._stream.flush()

    def _write_now_and_then(self) -> None:
        pause = Event()
        while self._waiting.wait():
            pause.wait(EVERY_S)
            self._waiting.clear()
            self.flush()


def path_told(path: str) -> str:
    """Write a path so that a log may hold it: in one line, and without what opens something."""
    for folder in SECRETS:
        if path.startswith(folder):
            return f"{folder}{LEFT_OUT}"
    # Quoted again: a line break in a path would look like another request.
    return quote(path)


def write_down(scope: Scope, status: int, begun: float) -> None:
    """Log a request that has been answered: method, path, status and milliseconds.

    The query is never logged: it holds positions, and in a planner's first link a key.

    Parameters
    ----------
    scope : Scope
        Of the request.
    status : int
        Of the answer.
    begun : float
        When it came, as ``perf_counter`` tells.
    """
    if not ACCESS.isEnabledFor(logging.INFO):
        return
    spent_ms = (perf_counter() - begun) * 1000
    line = f"{scope['method']} {path_told(scope['path'])} {status} {spent_ms:.1f} ms"
    if len(ACCESS.handlers) == 1 and isinstance(ACCESS.handlers[0], GatheringHandler):
        ACCESS.handlers[0].gather(f"INFO:     {line}")
    else:
        ACCESS.info("%s", line)


def finish_log() -> None:
    """Write the lines that still wait; the process may be about to end."""
    for handler in ACCESS.handlers:
        handler.flush()
