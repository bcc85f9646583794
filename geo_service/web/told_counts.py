"""The counts of all processes of a machine, of which each tells its own to the others.

A process that ended has told what it counted until then, so that no count ever falls.
"""

import json
import logging
from collections.abc import Iterable
from secrets import token_hex
from threading import Event, Thread
from typing import Final

from geo_service.errors import NotReady
from geo_service.web.commons import Commons
from geo_service.web.request_counts import Counted, RequestCounts, Waits

LOG = logging.getLogger("geo_service.web")
EVERY_S: Final = 1.0
_TELL: Final = "INSERT OR REPLACE INTO counts VALUES (?, ?)"
_OTHERS: Final = "SELECT told FROM counts WHERE worker != ?"


class ToldCounts:
    """Tells others of this process's counts every second, and adds theirs to its own.

    Parameters
    ----------
    own : RequestCounts
        Of this process.
    commons : Commons
        Where they tell each other; one who is alone tells nobody.
    """

    def __init__(self, own: RequestCounts, commons: Commons) -> None:
        self._own, self._commons = own, commons
        self._name = token_hex(8)
        self._ended = Event()
        self._thread = Thread(target=self._go_on, name="counts", daemon=True)

    def start(self) -> None:
        """Begin."""
        if self._commons.shared:
            self._thread.start()

    def stop(self) -> None:
        """Tell for the last time, and end."""
        self._ended.set()
        if self._thread.ident is not None:
            self._thread.join()

    def all(self) -> Counted:
        """Return what all have counted: the others until a second ago.

        Raises
        ------
        NotReady
            If the others' can't be read.
        """
        with self._commons.open() as file:
            others = file.execute(_OTHERS, (self._name,)).fetchall()
        return _sum([self._own.now(), *(_read(told) for (told,) in others)])

    def _go_on(self) -> None:
        told, ended = "", False
        while not ended:
            ended = self._ended.wait(EVERY_S)
            try:
                text = _write(self._own.now())
                if text != told:
                    with self._commons.open() as file:
                        file.execute(_TELL, (self._name, text))
                    told = text
            except NotReady as problem:
                LOG.warning("the other processes are not told of requests: %s", problem)
            except Exception:
                # A thread that ends by one fault would never tell again, and nobody would know.
                LOG.exception("the other processes are not told of requests")


def _sum(counted: Iterable[Counted]) -> Counted:
    whole = Counted({}, {})
    for one in counted:
        for key, many in one.answers.items():
            whole.answers[key] = whole.answers.get(key, 0) + many
        for name, waits in one.waits.items():
            before = whole.waits.get(name, Waits())
            buckets = [
                ours + theirs for ours, theirs in zip(before.buckets, waits.buckets, strict=True)
            ]
            whole.waits[name] = Waits(buckets, before.seconds + waits.seconds)
    return whole


def _write(counted: Counted) -> str:
    return json.dumps(
        {
            "answers": [[*key, many] for key, many in counted.answers.items()],
            "waits": [[*name, one.buckets, one.seconds] for name, one in counted.waits.items()],
        }
    )


def _read(text: str) -> Counted:
    told = json.loads(text)
    return Counted(
        {(path, method, status): many for path, method, status, many in told["answers"]},
        {(path, method): Waits(buckets, spent) for path, method, buckets, spent in told["waits"]},
    )
