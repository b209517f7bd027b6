"""Gates in the reader's language."""

import re

import pytest

from flowalert.engine.ack import Ack
from flowalert.engine.engine import Engine
from flowalert.engine.hand import add_hands
from flowalert.language.tongue import Tongue
from flowalert.market.entry import FeedLost, Update
from flowalert.rules.loader import load_rules
from flowalert.web.gate import say_gate
from tests.store.sample import NOW, update

RULES = """\
rules:
  - name: all
    sectors: [kospi]
    investors: [foreign]
    when: msval <= -100
    for: 2 updates
    keep_firing_for: 1m
    repeat: 5m
    cooldown: 5m
    limit: 3/session
    active: 00:00-23:00
    expires: 9 fires
"""


@pytest.mark.parametrize(
    ("english", "korean"),
    [
        ("over", "끝남"),
        ("over, 9 held back", "끝남, 9회 보류"),
        ("tells nothing but a rise or a turn, 2 held back", "심각도 상승과 부호 전환만 알림, 2회 보류"),
        ("held for 1 of 3 updates", "3회 중 1회 이어짐"),
        ("silence 3 by kim: lunch: back at one", "무음 3, kim: lunch: back at one"),
        (
            "acknowledged by kim (mine): no reminder and no escalation is told",
            "kim 확인 (mine): 되풀이와 상신을 하지 않음",
        ),
        ("what nobody knows", "what nobody knows"),
    ],
)
def test_what_the_engine_says_is_said_in_korean(english: str, korean: str) -> None:
    """With its numbers, and with what people wrote as they wrote it."""
    assert say_gate(english, Tongue.KOREAN) == korean
    assert say_gate(english, Tongue.ENGLISH) == english


def test_no_gate_of_a_rule_with_every_gate_stays_english() -> None:
    """Before the first update, while it is pending, while it fires, after it was lost."""
    engine = Engine(load_rules([("rules.yaml", RULES)]).rulebook)
    (rule,) = engine.rulebook.rules
    first = update(value=-200)
    entries: list[Update | FeedLost] = [
        first,
        *(update(first.at + 30 * number, value=value) for number, value in enumerate((-200, -200, 5, 5, 5), start=1)),
        FeedLost(first.at + 150, "x"),
    ]
    said = set()
    for entry in (None, *entries):
        if entry is not None:
            engine.handle(entry)
        (why,) = engine.why("all")
        acks = {} if why.alert is None else {why.alert: Ack(alert=why.alert, by="kim", at=NOW)}
        said |= {gate.words for gate in add_hands(why, rule, [], acks, NOW).gates}
    assert len(said) > 10
    assert {words for words in said if not re.search("[가-힣]", say_gate(words, Tongue.KOREAN))} == set()
