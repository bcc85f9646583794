"""Which table answers which question, and which questions don't go together."""

from dataclasses import replace
from datetime import timedelta

import pandas as pd
import pytest

from geo_service.domain.slots import Per
from geo_service.errors import WrongUsage
from geo_service.flows.look_at_trips import OverlayQuestion
from geo_service.flows.overlay_issues import overlay_frame
from geo_service.flows.overlay_tables import TableQuestion, overlay_table
from geo_service.flows.wiring import Workspace
from geo_service.store import issues as stored


@pytest.mark.parametrize(
    ("question", "where", "remedy"),
    [
        ({"by": "issue", "blind_spots": True}, "blind_spots", "by street or by cell"),
        ({"by": "cell", "blind_spots": True, "per": Per.HOUR}, "per", "Leave out one"),
        ({"by": "street", "unconfirmed": 3}, "unconfirmed", "Ask by issue"),
        ({"by": "cell", "unconfirmed": 3}, "unconfirmed", "Ask by issue"),
        ({"by": "issue", "unconfirmed": 3, "per": Per.HOUR}, "per", "Leave out one"),
    ],
)
def test_what_does_not_go_together_is_refused(question: dict, where: str, remedy: str) -> None:
    with pytest.raises(WrongUsage) as caught:
        TableQuestion(**question)
    assert caught.value.where == where
    assert remedy in caught.value.remedy


def test_each_question_has_its_table(ridden: Workspace) -> None:
    for by in ("issue", "street", "cell"):
        plain = overlay_frame(ridden, by, OverlayQuestion())
        pd.testing.assert_frame_equal(overlay_table(ridden, TableQuestion(by)), plain)
        by_hour = overlay_table(ridden, TableQuestion(by, per=Per.HOUR))
        assert "hour" in by_hour.columns
    for by, name in (("street", "length_m"), ("cell", "street_m")):
        assert name in overlay_table(ridden, TableQuestion(by, blind_spots=True)).columns


def test_open_issues_that_riders_passed_since_are_to_be_confirmed(ridden: Workspace) -> None:
    """Rider x rides by on three days, rider y on the two between."""
    first = overlay_frame(ridden, "issue", OverlayQuestion())["first_pass"].min().to_pydatetime()
    with ridden.database.writing() as connection:
        issue = next(one for one in stored.read_all(connection) if one.issue_id == "open")
        confirmed = replace(
            issue, issue_id="confirmed", confirmed_at=first + timedelta(days=3, hours=1)
        )
        closed = replace(issue, issue_id="closed", closed_at=first + timedelta(days=60))
        reopened = replace(
            issue,
            issue_id="reopened",
            closed_at=first + timedelta(hours=1),
            reopened=((first + timedelta(hours=2), None),),
        )
        stored.write(connection, [confirmed, closed, reopened], replace=False)

    def names(riders: int) -> list[str]:
        found = overlay_table(ridden, TableQuestion("issue", unconfirmed=riders))
        assert found["riders_since_confirmed"].is_monotonic_decreasing
        return found["issue_id"].tolist()

    assert names(1) == ["open", "reopened", "confirmed"]
    assert names(2) == ["open", "reopened"]
    assert names(3) == []
    table = overlay_table(ridden, TableQuestion("issue")).set_index("issue_id")
    assert table["last_confirmed_at"]["confirmed"] == first + timedelta(days=3, hours=1)
    assert table["last_confirmed_at"]["reopened"] == first + timedelta(hours=2)
    assert table["last_confirmed_at"]["open"] == table["reported_at"]["open"]
