"""Who stands above whom: parents of bodies, the top body, and circles that must not be."""

from collections.abc import Iterable, Mapping

from geo_service.domain.area import Body, Level

_HEIGHT = {level: height for height, level in enumerate(Level)}


def parent_of(body_id: str, bodies: Mapping[str, Body]) -> Body | None:
    """Return the body above one.

    Parameters
    ----------
    body_id : str
        Blank, or of a body that may be gone.
    bodies : mapping of str to Body
        By id.

    Returns
    -------
    Body or None
        None: it has no parent, or is not there. Raises nothing.
    """
    body = bodies.get(body_id)
    return bodies.get(body.parent_id) if body is not None else None


def stands_above(body_id: str, other_id: str, bodies: Mapping[str, Body]) -> bool:
    """Say whether a body is the parent of another, or the parent's parent, and so on.

    Parameters
    ----------
    body_id, other_id : str
        Who may stand above whom.
    bodies : mapping of str to Body
        By id, without circles. Raises nothing.
    """
    above = parent_of(other_id, bodies)
    while above is not None:
        if above.body_id == body_id:
            return True
        above = parent_of(above.body_id, bodies)
    return False


def top_body(bodies: Iterable[Body]) -> Body | None:
    """Return the body that answers where no other does.

    Parameters
    ----------
    bodies : iterable of Body
        All there are.

    Returns
    -------
    Body or None
        The one without a parent; of several the one of the highest level, then with the smaller
        id. None: there are no bodies. Raises nothing.
    """
    tops = [body for body in bodies if not body.parent_id]
    return min(tops, key=lambda body: (_HEIGHT[body.level], body.body_id), default=None)


def circle_among(parents: Mapping[str, str]) -> tuple[str, ...]:
    """Find bodies that stand above themselves.

    Parameters
    ----------
    parents : mapping of str to str
        Of a body's id to its parent's; blank or unknown: none.

    Returns
    -------
    tuple of str
        The ids of one circle, each followed by its parent, from the smallest id on. Empty: there
        is none. Raises nothing.
    """
    looked_at: set[str] = set()
    for first in sorted(parents):
        path: dict[str, None] = {}
        at = first
        while at in parents and at not in looked_at:
            looked_at.add(at)
            path[at] = None
            at = parents[at]
        if at in path:
            circle = list(path)[list(path).index(at) :]
            turn = circle.index(min(circle))
            return (*circle[turn:], *circle[:turn])
    return ()
