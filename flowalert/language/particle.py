"""Korean particles, whose form depends on the sound that a word ends in."""

_FIRST, _LAST = ord("가"), ord("힣")
# A syllable is counted by its final consonant, of which there are 27, and none.
_FINALS = 28
# Digits and letters as they are read aloud: 영 일 이 삼 사 오 육 칠 팔 구, and 엘 엠 엔 알.
_CLOSED = frozenset("013678") | frozenset("lmnrLMNR")


def attach(word: str, closed: str, opened: str) -> str:
    """Return the word with `closed` (이) behind a final consonant, with `opened` (가) behind a vowel."""
    last = next((each for each in reversed(word) if each.isalnum() or each == "%"), "")
    return word + (closed if _ends_closed(last) else opened)


def _ends_closed(last: str) -> bool:
    if last and _FIRST <= ord(last) <= _LAST:
        return (ord(last) - _FIRST) % _FINALS != 0
    return last in _CLOSED
