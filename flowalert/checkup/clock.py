"""Whether the machine's clock is right: by what keeps it, and by a server's."""

import ctypes
import datetime as dt
import email.utils
import ssl

import httpx2

from flowalert.checkup.finding import Finding, fail, warn, well
from flowalert.market.instant import KST

_ABOUT = "clock"
_REMEDY = "have it set by the network: apt install chrony, or timedatectl set-ntp true; in a container, on its host"
# A server's Date is in whole seconds, and its answer takes its time.
_NOTED = 3.0
# A frame is dated by this clock, and what is told of its age is wrong by as much.
_TOO_MUCH = 60.0
_STA_UNSYNC = 0x0040
# Of the time for a check, so that it ends by itself.
_OF_TIME = 0.8


class _Timex(ctypes.Structure):
    """The head of `struct timex`; the kernel writes 208 bytes. Source: adjtimex(2)."""

    _fields_ = (
        ("modes", ctypes.c_uint),
        ("offset", ctypes.c_long),
        ("freq", ctypes.c_long),
        ("maxerror", ctypes.c_long),
        ("esterror", ctypes.c_long),
        ("status", ctypes.c_int),
        ("rest", ctypes.c_byte * 256),
    )


def check_discipline() -> Finding:
    """Say whether something keeps the clock right, as the kernel has it."""
    try:
        # With `modes` at 0 nothing is set, and no right is needed.
        state, timex = -1, _Timex()
        state = ctypes.CDLL(None).adjtimex(ctypes.byref(timex))
    except (OSError, AttributeError):
        state = -1
    if state < 0:
        return warn(_ABOUT, "the kernel does not say whether the clock is kept right", _REMEDY)
    if timex.status & _STA_UNSYNC:
        return warn(_ABOUT, "nothing keeps the clock right (the kernel has it as not synchronised)", _REMEDY)
    return well(_ABOUT, f"kept right, to {timex.maxerror / 1000:,.0f} ms at the worst")


def check_zone() -> Finding:
    """Say what time it is, here and in Seoul; the service has Seoul's time without the system's data of zones."""
    now = dt.datetime.now(dt.UTC).astimezone()
    seoul = now.astimezone(KST)
    zone = now.tzname() or "without a name"
    return well("time zone", f"{seoul:%Y-%m-%d %H:%M:%S} in Seoul; log lines are in this machine's ({zone}, {now:%z})")


async def check_skew(token_url: str, ssl_context: ssl.SSLContext | None, within: float) -> Finding:
    """Compare the clock with that of the token's server, asked for nothing and told no secret."""
    before = dt.datetime.now(dt.UTC)
    try:
        # Its own timeout closes the socket; a cancellation within the TLS handshake leaves that to the collector.
        async with httpx2.AsyncClient(verify=ssl_context or True, timeout=_OF_TIME * within) as client:
            answer = await client.head(token_url)
    except httpx2.HTTPError as error:
        words = f"not compared with the token's server: {type(error).__name__}"
        return warn(_ABOUT, words, "mend that, and look again")
    after = dt.datetime.now(dt.UTC)
    said = _read_date(answer.headers.get("date", ""))
    if said is None:
        return well(_ABOUT, "not compared: the token's server says no time")
    # It was written some time between the two, and cut to its second.
    ahead = max((before - said).total_seconds() - 1, 0.0) or min((after - said).total_seconds(), 0.0)
    if abs(ahead) < _NOTED:
        return well(_ABOUT, "agrees with the token's server")
    words = f"{abs(ahead):,.0f} s {'ahead of' if ahead > 0 else 'behind'} the token's server"
    return (fail if abs(ahead) >= _TOO_MUCH else warn)(_ABOUT, words, _REMEDY)


def _read_date(text: str) -> dt.datetime | None:
    try:
        said = email.utils.parsedate_to_datetime(text)
    except ValueError:
        return None
    return said if said.tzinfo else said.replace(tzinfo=dt.UTC)
