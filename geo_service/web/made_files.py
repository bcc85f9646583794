"""Files made to be taken away: one at a time, in a folder that is gone before the first byte goes.

What is sent is an open file without a name, so nothing is left behind whoever goes away when.
"""

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Lock
from typing import IO, NamedTuple

from starlette.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from geo_service.errors import NotReady

MOST_MAKING = 4
"""So many are made one after the other while those who asked wait; a large one takes seconds."""
MOST_SENDING = 16
"""So many are held open, each on the disk until its taker has it all."""
PIECE_BYTES = 1 << 18


class MadeFile(NamedTuple):
    """A file that has no name any more."""

    content: IO[bytes]
    size: int


class MadeFiles:
    """The files of one process."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._making = 0
        self._sending = 0
        self._maker = ThreadPoolExecutor(1, "files")

    def promise(self, name: str, write: Callable[[Path], object]) -> Future[MadeFile]:
        """Promise a file.

        Parameters
        ----------
        name : str
            How it is called while it is written; its ending says the format.
        write : callable
            Writes it under the path given.

        Returns
        -------
        Future of MadeFile
            Raises what ``write`` raises. Whoever is given the file hands it to `answer`.

        Raises
        ------
        NotReady
            If too many others wait for theirs, or are being sent theirs.
        """
        with self._lock:
            if self._making >= MOST_MAKING or self._making + self._sending >= MOST_SENDING:
                raise NotReady("Too many ask for files at once.", remedy="Ask again in a minute.")
            self._making += 1
        making = self._maker.submit(_make, name, write)
        making.add_done_callback(self._made)
        return making

    def answer(self, made: MadeFile, media_type: str, headers: dict[str, str]) -> StreamingResponse:
        """Answer with a file, and let go of it when it is sent or nobody takes it any more."""
        with self._lock:
            self._sending += 1
        return _SentFile(made, media_type, headers, self._sent)

    def close(self) -> None:
        """Make no more; what was promised and not begun is never made."""
        self._maker.shutdown(cancel_futures=True)

    def _made(self, _: Future[MadeFile]) -> None:
        with self._lock:
            self._making -= 1

    def _sent(self) -> None:
        with self._lock:
            self._sending -= 1


class _SentFile(StreamingResponse):
    """A file on its way."""

    def __init__(
        self,
        made: MadeFile,
        media_type: str,
        headers: dict[str, str],
        sent: Callable[[], None],
    ) -> None:
        told = {**headers, "Content-Length": str(made.size)}
        super().__init__(_pieces(made.content), media_type=media_type, headers=told)
        self._file, self._sent = made.content, sent

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send it."""
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._file.close()
            self._sent()


def _make(name: str, write: Callable[[Path], object]) -> MadeFile:
    with TemporaryDirectory(prefix="geo-service-file-") as folder:
        path = Path(folder) / name
        write(path)
        return MadeFile(path.open("rb"), path.stat().st_size)


def _pieces(content: IO[bytes]) -> Iterator[bytes]:
    # A thread may still ask for a piece of a file that was let go of.
    with suppress(ValueError):
        while piece := content.read(PIECE_BYTES):
            yield piece
