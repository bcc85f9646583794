import pytest

from geo_service.errors import Interrupted, NotReady, OutcomeUnknown
from geo_service.flows.answer_once import once_more_if_unknown


def doing(*outcomes: str | Exception) -> tuple[list[str | Exception], str]:
    """Do what comes out as told, each time another way; return what was left, and the answer."""
    left = list(outcomes)

    def do() -> str:
        outcome = left.pop(0)
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    return left, once_more_if_unknown(do)


def test_what_came_out_is_not_done_again() -> None:
    assert doing("first", "second") == (["second"], "first")


def test_what_nobody_knows_of_is_done_once_more() -> None:
    assert doing(OutcomeUnknown("lost"), "found", "third") == (["third"], "found")


@pytest.mark.parametrize("second", [NotReady("gone"), Interrupted("gone"), OutcomeUnknown("gone")])
def test_it_stays_unknown_where_it_cannot_be_done_again(second: NotReady) -> None:
    first = OutcomeUnknown("the first")
    with pytest.raises(OutcomeUnknown) as raised:
        doing(first, second, "third")
    assert raised.value is first


def test_what_was_not_done_is_left_to_the_door() -> None:
    with pytest.raises(Interrupted):
        doing(Interrupted("lost before"), "second")
