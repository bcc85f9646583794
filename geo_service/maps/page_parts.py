"""What a page asks our own server for once it is shown, so that the page itself stays small."""

from collections.abc import Callable
from threading import Lock

from geo_service.errors import NotFound

Make = Callable[[], str]


class Parts:
    """The pieces of data of one drawing; each is made when it is first asked for.

    Parameters
    ----------
    prefix : str
        Where our server has them; a piece's name follows.
    """

    def __init__(self, prefix: str) -> None:
        self._prefix = prefix
        self._lock = Lock()
        self._make: dict[str, Make] = {}
        self._made: dict[str, str] = {}

    @property
    def names(self) -> list[str]:
        """Name all pieces."""
        return list(self._make)

    def keep(self, name: str, make: Make) -> str:
        """Keep a piece, and return the address the page asks for it at."""
        self._make[name] = make
        return self._prefix + name

    def text(self, name: str) -> str:
        """Return a piece, as JSON.

        Raises
        ------
        NotFound
            If the drawing has none of that name.
        """
        with self._lock:
            if name not in self._made:
                if name not in self._make:
                    raise NotFound(
                        "The map has no such part.", where="part", remedy="Load the map again."
                    )
                self._made[name] = self._make[name]()
            return self._made[name]
