"""One exchange with the token endpoint, over HTTP.

Source: the vendor's pages for `/oauth2/token` and `/oauth2/revoke`; refusals as seen on the live service.
"""

import datetime as dt
import ssl
from collections.abc import Mapping
from contextlib import aclosing
from typing import Any

import httpx2
import msgspec
from msgspec import Struct

from flowalert.feed.reading import show
from flowalert.feed.token_cache import Token
from flowalert.market.instant import KST
from flowalert.mask import Mask

_TIMEOUT = 10.0
# An answer has a token of some hundred characters; what is larger than this is none.
_LARGEST = 64 * 1024
_PIECE = 16 * 1024
_REFUSALS = {
    "IGW00103": "the appkey is not valid: check feed.appkey, and that the key is not expired or re-issued",
    "IGW00105": "the appsecret does not fit the appkey: check feed.appsecret",
}
_TOO_OFTEN = "IGW00201"
_ENDS_AT = dt.time(7, 0)  # tokens end then, whatever the time of issue


class Refused(Struct, frozen=True):
    """The key or the secret is wrong: asking again is of no use."""

    code: str
    words: str
    remedy: str


class Limited(Struct, frozen=True):
    """Asked too often; `after` is what the server says to wait, in seconds."""

    after: float | None
    words: str


class Failed(Struct, frozen=True):
    """Anything else: worth another try later."""

    words: str


async def issue_token(
    token_url: str, appkey: str, appsecret: str, issued_at: dt.datetime, ssl_context: ssl.SSLContext | None
) -> Token | Refused | Limited | Failed:
    """Ask for a token once."""
    form = {
        "grant_type": "client_credentials",
        "appkey": appkey,
        "appsecretkey": appsecret,
        "scope": "oob",
    }
    answer = await _post(token_url, form, ssl_context, Mask(appkey, appsecret))
    if isinstance(answer, Failed):
        return answer
    response, said = answer
    # What it issues it may quote as well.
    mask = Mask(appkey, appsecret, str(said.get("access_token", "")))
    code, words = _find_code(said, mask), _find_words(said, mask)
    if code in _REFUSALS or response.status_code == httpx2.codes.FORBIDDEN:
        remedy = _REFUSALS.get(code, "check feed.appkey and feed.appsecret")
        return Refused(code or f"HTTP {response.status_code}", words, remedy)
    if code == _TOO_OFTEN or response.status_code == httpx2.codes.TOO_MANY_REQUESTS:
        return Limited(_read_seconds(response.headers.get("retry-after")), words)
    value = said.get("access_token")
    if response.status_code != httpx2.codes.OK or not isinstance(value, str) or not value:
        return Failed(f"HTTP {response.status_code} {code} {words}".strip())
    life = _read_seconds(said.get("expires_in", said.get("expire_in")))
    ends_at = issued_at + dt.timedelta(seconds=life) if life is not None else _next_end(issued_at)
    if ends_at <= issued_at:
        return Failed("the token had ended when it was issued")
    return Token(value, issued_at, ends_at)


async def revoke_token(
    token_url: str, appkey: str, appsecret: str, token: Token, ssl_context: ssl.SSLContext | None
) -> Failed | None:
    """Have a token revoked; return why it was not."""
    url = token_url.removesuffix("/token") + "/revoke"
    form = {
        "appkey": appkey,
        "appsecretkey": appsecret,
        "token": token.value,
        "token_type_hint": "access_token",
    }
    mask = Mask(appkey, appsecret, token.value)
    answer = await _post(url, form, ssl_context, mask)
    if isinstance(answer, Failed):
        return answer
    response, said = answer
    if response.status_code == httpx2.codes.OK and said.get("code", 200) in (200, "200"):
        return None
    words = f"{_find_code(said, mask)} {_find_words(said, mask)}"
    return Failed(f"HTTP {response.status_code} {words}".strip())


async def _post(
    url: str, form: Mapping[str, str], ssl_context: ssl.SSLContext | None, mask: Mask
) -> tuple[httpx2.Response, Mapping[str, Any]] | Failed:
    try:
        async with (
            httpx2.AsyncClient(verify=ssl_context or True, timeout=_TIMEOUT) as client,
            client.stream("POST", url, data=form, headers={"Accept-Encoding": "identity"}) as response,
            aclosing(response.aiter_raw(_PIECE)) as pieces,
        ):
            content = b""
            # As it comes: what is compressed all the same could be a thousand times as large.
            async for piece in pieces:
                content += piece
                if len(content) > _LARGEST:
                    return Failed(f"HTTP {response.status_code} with more than {_LARGEST:,} bytes")
    except httpx2.HTTPError as error:
        # Of an answer that is no HTTP it has the first line.
        return Failed(show(f"{type(error).__name__}: {error}", 200, hide=mask.hide))
    try:
        said = msgspec.json.decode(content)
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        said = None
    return response, said if isinstance(said, dict) else {}


def _find_code(said: Mapping[str, Any], mask: Mask) -> str:
    for name in ("error_code", "rsp_cd", "code"):
        if said.get(name) is not None:
            return show(said[name], hide=mask.hide)
    return ""


def _find_words(said: Mapping[str, Any], mask: Mask) -> str:
    for name in ("error_description", "rsp_msg", "message"):
        if isinstance(said.get(name), str):
            return show(said[name], 200, hide=mask.hide)
    return ""


def _read_seconds(value: object) -> float | None:
    try:
        seconds = float(value) if isinstance(value, str | int | float) else None
    except (ValueError, OverflowError):
        return None
    # A life beyond a year is no life of a token, and NaN is no number.
    return seconds if seconds is not None and 0 <= seconds <= 366 * 86_400 else None


def _next_end(issued_at: dt.datetime) -> dt.datetime:
    local = issued_at.astimezone(KST)
    end = dt.datetime.combine(local.date(), _ENDS_AT, KST)
    return end if end > local else end + dt.timedelta(days=1)
