"""The log of requests: lines are gathered and written together, some times a second.

Writing each line by itself, through all of Python's logging, would cost as much as answering.
"""

import logging
import sys
from collections import deque
from contextlib import suppress
from threading import Event, Lock, Thread
from typing import Final, TextIO

EVERY_S: Final = 0.25
"""So long a line may wait."""


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
