"""Why a move could not be made, in the words of the desk and by what can be done instead."""

from geo_service.domain.lifecycle import Mover, Stage, next_stages
from geo_service.errors import ForbiddenMove, MovedMeanwhile
from geo_service.web.desk_words import desk_words
from geo_service.web.life_words import say_stage, say_step
from geo_service.web.rider_words import Tongue


def say_refused(tongue: Tongue, error: ForbiddenMove, stage: Stage) -> str:
    """Say more of a move that is not allowed as things stand.

    Parameters
    ----------
    tongue : Tongue
        The page's language.
    error : ForbiddenMove
        As the move was refused.
    stage : Stage
        In which the issue is now.

    Returns
    -------
    str
        Blank where all has been said: that somebody else has moved it. Raises nothing.
    """
    words = desk_words(tongue)
    if isinstance(error, MovedMeanwhile):
        return ""
    if error.where in words.forbidden:
        return words.forbidden[error.where]
    steps = [say_step(tongue, stage, to) for to in next_stages(stage, Mover.STAFF)]
    told = words.stands_at.format(say_stage(tongue, stage))
    return told + (words.may_do.format(words.list_mark.join(steps)) if steps else words.may_nothing)
