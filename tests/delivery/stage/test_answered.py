"""What need not be told any more."""

from collections.abc import Mapping
from typing import Any

import pytest

from flowalert.delivery.stage.answered import drop_answered
from flowalert.engine.notice import Occasion
from flowalert.engine.transition import Kind, Severity
from tests.delivery.waiting import waiting
from tests.store.sample import NOW

BY_KIM = {"alert 1": "kim"}


@pytest.mark.parametrize(
    ("others", "acknowledged", "reason"),
    [
        ({}, BY_KIM, None),
        ({"severity": Severity.CRITICAL}, BY_KIM, None),
        ({"reminder": True}, {}, None),
        ({"reminder": True}, BY_KIM, "acknowledged by kim"),
        ({"reminder": True}, {"alert 2": "kim"}, None),
        ({"occasion": Occasion.ESCALATED}, {}, None),
        ({"occasion": Occasion.ESCALATED}, BY_KIM, "acknowledged by kim"),
        ({"occasion": Occasion.ESCALATED, "fires": False}, {}, "over before anybody had to be told"),
        ({"occasion": Occasion.FALLBACK}, BY_KIM, None),
        ({"fires": False}, {}, None),
        ({"kind": Kind.RESOLVED}, BY_KIM, None),
        ({"kind": Kind.RESOLVED, "firing": 7}, {}, None),
        ({"kind": Kind.RESOLVED, "untold": "dead, HTTP 404"}, {}, "the firing was not told: dead, HTTP 404"),
    ],
)
def test_what_nobody_needs_is_suppressed_with_the_reason(
    others: dict[str, Any], acknowledged: Mapping[str, str], reason: str | None
) -> None:
    """Reminders and escalations of what somebody took on, escalations of what is over, ends of what nobody heard of.

    Anything else is told: a rise in severity after an acknowledgement too, and a resolve.
    """
    sieved = drop_answered([waiting(1, **others)], acknowledged, NOW)
    assert [step.reason for step in sieved.steps] == ([] if reason is None else [reason])
    assert all(step.settled_at == NOW and not step.mute for step in sieved.steps)
