"""What is struck out of a text that quotes a secret."""

import base64
import json
import re
from collections.abc import Callable
from functools import partial
from urllib.parse import quote

import pytest
from hypothesis import example, given, strategies as st

from flowalert.mask import PART, Mask

TOKEN = "eyJtok3n.Ua9/Hr2+Bw7Lk4Ds1Vn8_Pq5Xc0Mz6Tj3"

secrets = st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=PART, max_size=60) | st.text(
    st.characters(max_codepoint=0xFFFF, exclude_categories=["Cs"], exclude_characters="가나다 \n「」"), min_size=PART
)
around = st.text("가나다 \n", max_size=12)


def in_base64(text: str, before: int, alphabet: bytes) -> str:
    """Return what is in base64 of a text, without the letters that have bits of others."""
    written = base64.b64encode(b"." * before + text.encode() + b"." * ((-before - len(text.encode())) % 3), alphabet)
    return written.decode()[(0, 2, 3)[before] :]


WRITTEN: dict[str, Callable[[str], str]] = {
    "as it is": str,
    "in capitals": lambda part: "".join(each.upper() if each.isascii() else each for each in part),
    "in a URL": lambda part: quote(part, safe=""),
    "in a URL, wholly": lambda part: "".join(f"%{each:02x}" for each in part.encode()),
    "in a URL in a URL": lambda part: quote(quote(part, safe=""), safe=""),
    "in JSON": lambda part: json.dumps(part)[1:-1].replace("/", "\\/"),
    "in JSON, wholly": lambda part: "".join(rf"\u{ord(each):04X}" for each in part),
    "in JSON in JSON": lambda part: json.dumps(json.dumps(part)[1:-1])[1:-1],
    **{
        f"in base64, {alphabet!r} after {before}": partial(in_base64, before=before, alphabet=alphabet)
        for before in range(3)
        for alphabet in (b"+/", b"-_")
    },
}


@given(secret=st.just(TOKEN) | secrets, data=st.data(), before=around, after=around, way=st.sampled_from(list(WRITTEN)))
def test_a_part_is_struck_out_however_it_is_written(
    secret: str, data: st.DataObject, before: str, after: str, way: str
) -> None:
    """From so many characters on nothing of it is left, whatever stands around it, which is left alone."""
    begin = data.draw(st.integers(0, len(secret) - PART))
    part = secret[begin : data.draw(st.integers(begin + PART, len(secret)))]
    hidden = Mask("another-secret", secret).hide(f"{before}「{WRITTEN[way](part)}」{after}")
    # The last letters of base64 are of what stands after the secret, or have bits of that.
    left = r"「\*\*\*.{0,3}」" if "base64" in way else r"「\*\*\*」"
    assert re.fullmatch(re.escape(before) + left + re.escape(after), hidden), (part, hidden)


@given(text=st.text(), secret=secrets)
@example(text="appkey is missing", secret="the appkey is missing")
def test_nothing_else_is_touched(text: str, secret: str) -> None:
    """A text that has no part of a secret, in whatever case, is left as it is."""
    folded = text.lower()
    cut = Mask(secret).hide(text)
    if cut != text and not any(mark in text for mark in "%\\"):
        forms = [secret, *(in_base64(secret, before, b"+/") for before in range(3))]
        parts = {form[at : at + PART].lower() for form in forms for at in range(len(form) - PART + 1)}
        assert any(part in folded for part in parts), cut


@pytest.mark.parametrize(
    ("text", "hidden"),
    [
        ("token eyJtok3 and eyJtok3n", "token eyJtok3 and ***"),  # seven characters, and eight
        (f"{TOKEN}{TOKEN}", "***"),
        (f"{TOKEN[:9]} {TOKEN[20:29]}.", "*** ***."),
        (rf'{{"said":"no \"{TOKEN[:20]}\""}}', r'{"said":"no \"***\""}'),  # the escapes around it stay whole
        ("key d3mo, not D3MO2", "key ***, not ***2"),  # a short one as a whole
        ("abc", "abc"),  # one that is shorter is none
        ("100 % of 5%", "100 % of 5%"),
        ("", ""),
    ],
)
def test_what_is_left_of_a_text(text: str, hidden: str) -> None:
    """Each run has one mark, and what stands beside it is whole."""
    assert Mask(TOKEN, "d3mo", "abc", "").hide(text) == hidden


def test_a_long_text_is_searched_in_blocks() -> None:
    """Where the one ends and the next begins nothing is missed."""
    for before in range(64 * 1024 - 120, 64 * 1024 + 20):
        written = WRITTEN["in JSON, wholly"](TOKEN[:PART])
        assert Mask(TOKEN).hide(f"{' ' * before}{written}{' ' * 2000}") == f"{' ' * before}***{' ' * 2000}"
