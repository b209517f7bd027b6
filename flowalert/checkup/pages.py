"""Whether the pages can be served: the address, the certificate, and who is let in."""

import datetime as dt
import errno
import socket
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import httpx2

from flowalert.checkup.certificate import read_end
from flowalert.checkup.finding import Finding, fail, warn, well
from flowalert.settings import Address, WebSettings
from flowalert.store import StoreRefused, find_holder

_ABOUT = "pages"
# Long enough for a person to be found who can renew it.
_RENEW_WITHIN = dt.timedelta(days=14)
_REMEDIES = {
    errno.EACCES: "only root may listen below port 1024; write another port in web.listen",
    errno.EADDRNOTAVAIL: "this machine does not have that address; write one of its own in web.listen",
}


async def check_pages(web: WebSettings, store: Path, now: dt.datetime) -> AsyncIterator[Finding]:
    """Yield what is found of how the pages are served, beside a service that serves them or without."""
    yield await _check_address(web, store)
    for finding in (*_check_certificate(web, now), *_check_key(web)):
        yield finding
    yield _count_who_may(web)


async def _check_address(web: WebSettings, store: Path) -> Finding:
    address = web.address
    fault = _try_to_listen(address)
    if fault is None:
        return well(_ABOUT, f"{address} is free")
    if fault.errno != errno.EADDRINUSE:
        remedy = _REMEDIES.get(fault.errno or 0, "write another address in web.listen")
        return fail(_ABOUT, f"{address}: {fault.strerror}", remedy)
    if _is_held(store) and await _is_ours(web):
        return well(_ABOUT, f"{address} is served by the service that runs")
    return fail(_ABOUT, f"{address} is taken by another program", "stop it, or write another port in web.listen")


def _try_to_listen(address: Address) -> OSError | None:
    family = socket.AF_INET6 if ":" in address.host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as tried:
        tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            tried.bind((address.host, address.port))
            # Bound is not listened on: two may have that.
            tried.listen(1)
        except OSError as error:
            return error
    return None


def _is_held(store: Path) -> bool:
    try:
        return store.exists() and find_holder(store) is not None
    except (StoreRefused, OSError):
        return False


async def _is_ours(web: WebSettings) -> bool:
    scheme = "http" if web.certificate is None else "https"
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(web.address.host, web.address.host)  # noqa: S104 - asked, not listened on
    url = f"{scheme}://{Address(host, web.address.port)}/healthz"
    # Whose certificate it is, is looked at below, in its file.
    async with httpx2.AsyncClient(verify=False, trust_env=False) as client:
        try:
            answer = await client.get(url)
        except httpx2.HTTPError:
            return False
    return answer.text.startswith(("ok", "engine", "delivery"))


def _check_certificate(web: WebSettings, now: dt.datetime) -> Iterator[Finding]:
    if web.certificate is None:
        return
    try:
        ends_at = read_end(web.certificate.read_text(encoding="ascii"))
    except (OSError, ValueError) as error:
        yield fail(_ABOUT, f"{web.certificate}: {error}", "name a PEM file in web.certificate")
        return
    left = ends_at - now
    renew = "renew it, and restart the service"
    if left <= dt.timedelta():
        yield fail(_ABOUT, f"the certificate has ended on {ends_at:%Y-%m-%d}", renew)
    elif left < _RENEW_WITHIN:
        yield warn(_ABOUT, f"the certificate is good until {ends_at:%Y-%m-%d}, {left.days} days", renew)
    else:
        yield well(_ABOUT, f"the certificate is good until {ends_at:%Y-%m-%d}")


def _check_key(web: WebSettings) -> Iterator[Finding]:
    if web.key is None:
        return
    mode = web.key.stat().st_mode & 0o777
    if mode & 0o007:
        yield warn(_ABOUT, f"others may read the key {web.key} (mode {mode:04o})", f"chmod o= {web.key}")


def _count_who_may(web: WebSettings) -> Finding:
    if not web.asks_who:
        return well(_ABOUT, "nobody has to say who they are: whoever has an account on this machine may do everything")
    return well(_ABOUT, f"{len(web.users)} may log in, and {len(web.tokens)} have a token")
