"""A gate's state in the reader's language: the engine says it in English, as the command line does."""

import re

from flowalert.language.tongue import Tongue

_HELD = r"(?:, (?P<held>\d+) held back)?"
# The engine's words, whole, and what they are in Korean; what a person wrote stays as it is.
_KOREAN = tuple(
    (re.compile(english, re.DOTALL), korean)
    for english, korean in (
        ("up to date", "최신"),
        ("updates were missed just before the latest one", "바로 앞의 갱신을 놓침"),
        ("the feed was lost since the latest update", "마지막 갱신 뒤로 시세가 끊김"),
        ("no update in this session yet", "이 세션에는 아직 갱신이 없음"),
        (
            r"the feed is silent since (?P<since>[\d:]+), the last state is kept",
            "{since}부터 시세가 없어 마지막 상태를 유지",
        ),
        ("within its active time", "감시 시간 안"),
        ("outside its active time", "감시 시간 밖"),
        (r"over, fired (?P<fires>\d+) times", "기한이 끝남, {fires}회 발생"),
        (r"not over, fired (?P<fires>\d+) times", "기한이 남음, {fires}회 발생"),
        ("not over", "기한이 남음"),
        ("recovering", "회복 중"),
        ("not recovering", "회복 중이 아님"),
        (r"held for (?P<counted>\d+) of (?P<of>\d+) updates", "{of}회 중 {counted}회 이어짐"),
        ("pending", "유지 시간 재는 중"),
        ("has held for its time", "정한 시간을 채움"),
        ("waits for the condition", "조건을 기다림"),
        (rf"tells nothing but a rise or a turn{_HELD}", "심각도 상승과 부호 전환만 알림{held}"),
        (rf"over{_HELD}", "끝남{held}"),
        (r"(?P<told>\d+) of (?P<count>\d+) told", "{count}회 중 {told}회 알림"),
        ("comes and goes: told once, then no more until it is calm", "되풀이됨: 한 번 알리고 잠잠해질 때까지 쉼"),
        ("tells again", "다시 알림"),
        ("none applies", "해당 없음"),
        (r"silence (?P<number>\d+) by (?P<by>.*?): (?P<reason>.*)", "무음 {number}, {by}: {reason}"),
        (
            r"acknowledged by (?P<by>.*?)(?P<said> \(.*\))?: no reminder and no escalation is told",
            "{by} 확인{said}: 되풀이와 상신을 하지 않음",
        ),
    )
)


def say_gate(words: str, tongue: Tongue) -> str:
    """Say how a gate stands; words that are not known here stay as they are."""
    if tongue is Tongue.ENGLISH:
        return words
    for english, korean in _KOREAN:
        match = english.fullmatch(words)
        if match is not None:
            found = {name: value or "" for name, value in match.groupdict().items()}
            if found.get("held"):
                found["held"] = f", {found['held']}회 보류"
            return korean.format(**found)
    return words
