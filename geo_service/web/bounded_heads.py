"""Heads of requests: an end is made of those that find none, as uvicorn by itself does not.

Its parser puts each further piece of a field behind all pieces before; with hundreds of megabytes
in one field, everybody else would wait for minutes.
"""

from typing import Final

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

MOST_BYTES: Final = 256 * 1024
"""Of a head, or of what else leads no further: fields behind a body, what is said of a chunk.

As much is read at once, so it can't be told more exactly; addresses of 64 KiB go through."""


class BoundedHeads(HttpToolsProtocol):
    """Reads requests as uvicorn does, and lets go of who sends much that leads no further."""

    _since_progress = 0
    """Bytes that have come since a head or a message was whole, or a piece of a body came."""

    def data_received(self, data: bytes) -> None:
        """Read the next bytes of a connection."""
        self._since_progress += len(data)
        super().data_received(data)
        if self._since_progress > MOST_BYTES and not self.transport.is_closing():
            self.send_400_response("The head of the request is too large.")

    def on_headers_complete(self) -> None:
        """Go on to the body."""
        self._since_progress = 0
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        """Take a piece of the body."""
        self._since_progress = 0
        super().on_body(body)

    def on_message_complete(self) -> None:
        """Go on to the next request."""
        self._since_progress = 0
        super().on_message_complete()
