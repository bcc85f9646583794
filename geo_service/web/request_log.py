"""The log of requests: lines are gathered and written together, many times a second at most."""

import logging
import sys
from threading import Event, Lock, Thread
from typing import Final, TextIO

EVERY_S: Final = 0.25
"""So long a line may wait. Writing each by itself would cost as much as answering."""


class GatheringHandler(logging.Handler):
    """Writes lines to the error stream a moment later, together with those that came meanwhile.

    What is an error, or worse, is written at once, and so is all at the end of the process.

    Parameters
    ----------
    stream : file, optional
        Where to write; the error stream unless another is given.
    """

    def __init__(self, stream: TextIO | None = None) -> None:
        super().__init__()
        self._stream = sys.stderr if stream is None else stream
        self._lines: list[str] = []
        self._gate = Lock()
        self._waiting = Event()
        self._writer: Thread | None = None

    def emit(self, record: logging.LogRecord) -> None:
        """Take one line."""
        self._lines.append(self.format(record))
        if record.levelno >= logging.ERROR:
            self.flush()
        elif not self._waiting.is_set():
            self._waiting.set()
            # Started with the first line: a process that is forked before that has no writer.
            if self._writer is None:
                self._writer = Thread(target=self._write_now_and_then, daemon=True)
                self._writer.start()

    def flush(self) -> None:
        """Write what has been gathered."""
        with self._gate:
            # ``emit`` is called under this lock; writing, which may take long, is not.
            self.acquire()
            lines, self._lines = self._lines, []
            self.release()
            if lines:
                self._stream.write("\n".join(lines) + "\n")
                self._stream.flush()

    def _write_now_and_then(self) -> None:
        pause = Event()
        while self._waiting.wait():
            pause.wait(EVERY_S)
            self._waiting.clear()
            self.flush()
