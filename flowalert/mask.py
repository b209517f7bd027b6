"""Secrets struck out of texts that come from outside: whole or in part, and however others write them."""

import base64
import re
import string
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import NamedTuple

# So many characters of a secret in a row are one too: fewer tell little of it, and would strike out words.
PART = 8
# What is shorter is no secret, and would strike out much of any text.
SHORTEST = 4
# Whatever has a part in it has one of its halves at one of every so many places.
_HALF = PART // 2
_STRIDE = PART - _HALF + 1
# A view takes some thirty times the memory of its text; the overlap is longer than a part is written anywhere.
_BLOCK = 64 * 1024
_OVERLAP = 1024

# As URLs, once or twice, and JSON, or a text within a text of JSON, write a character.
_ESCAPE = re.compile(r"%(?:25)*([0-9a-f]{2})|\\+(?:u([0-9a-f]{4})|(.))", re.IGNORECASE | re.DOTALL)
# In whatever case, and as either alphabet of base64 has it.
_FOLDED = str.maketrans(string.ascii_uppercase + "-_", string.ascii_lowercase + "+/")


class _View(NamedTuple):
    """A text as it is searched; each of its characters stands for those from `begins` to `ends` of the text."""

    folded: str
    begins: Sequence[int]
    ends: Sequence[int]


class Mask:
    """What is known of some secrets, to find parts of them in a text; it shows none of them itself."""

    def __init__(self, *secrets: str) -> None:
        """Look for these secrets: one shorter than `PART` as a whole, and one shorter than `SHORTEST` not at all."""
        spelled = {form for secret in secrets if len(secret) >= SHORTEST for form in _spell(secret)}
        self._parts = frozenset(part for form in spelled for part in _cut(form, PART))
        self._halves = frozenset(half for form in spelled for half in _cut(form, _HALF))
        self._short = tuple(form for form in spelled if len(form) < PART)

    def hide(self, text: str) -> str:
        """Return a text with `***` for every `PART` and more characters of a secret that stand together in it.

        In any case, percent-encoded, as JSON escapes it, and in base64, of whatever begins before it.
        """
        struck = bytearray(len(text))
        for first in range(0, len(text), _BLOCK):
            for view in _view(text[first : first + _BLOCK + _OVERLAP]):
                for at, size in self._find(view.folded):
                    begin, end = first + view.begins[at], first + view.ends[at + size - 1]
                    struck[begin:end] = b"\1" * (end - begin)
        if not any(struck):
            return text
        runs = groupby(zip(struck, text, strict=True), key=lambda each: each[0])
        return "".join("***" if is_struck else "".join(char for _, char in run) for is_struck, run in runs)

    def _find(self, folded: str) -> Iterator[tuple[int, int]]:
        for form in self._short:
            yield from ((found.start(), len(form)) for found in re.finditer(re.escape(form), folded))
        # Of nearly every text this is all, and a fifth of the work.
        if not self._halves.isdisjoint(folded[at : at + _HALF] for at in range(0, len(folded), _STRIDE)):
            yield from ((at, PART) for at, part in enumerate(_cut(folded, PART)) if part in self._parts)


def _cut(text: str, size: int) -> Iterator[str]:
    return (text[at : at + size] for at in range(len(text) - size + 1))


def _spell(secret: str) -> Iterator[str]:
    """Yield what a secret is in a text that is folded: as it is, its bytes, and in base64 at each place of a text."""
    encoded = secret.encode(errors="replace")
    for plain in {secret, encoded.decode("latin-1")}:
        yield from (view.folded for view in _view(plain))
    # Of the first letter some bits are what stands before it, and of the last what comes after.
    for before, strange in enumerate((0, 2, 3)):
        written = base64.b64encode(bytes(before) + encoded).decode()
        whole = written.rstrip("=")
        form = whole[strange : len(whole) - (whole != written)].translate(_FOLDED)
        if len(form) >= PART:
            yield form


def _view(text: str) -> Iterator[_View]:
    """Yield a text as it is, and as it reads without the escapes of URLs and JSON if it may have any."""
    yield _View(text.translate(_FOLDED), range(len(text)), range(1, len(text) + 1))
    if "%" not in text and "\\" not in text:
        return
    plain: list[str] = []
    begins: list[int] = []
    ends: list[int] = []
    at = 0
    for found in _ESCAPE.finditer(text):
        begin, end = found.span()
        plain += text[at:begin], found[3] or chr(int(found[1] or found[2], 16))
        begins += *range(at, begin), begin
        ends += *range(at + 1, begin + 1), end
        at = end
    plain.append(text[at:])
    begins += range(at, len(text))
    ends += range(at + 1, len(text) + 1)
    yield _View("".join(plain).translate(_FOLDED), begins, ends)
