"""Serves the pages in the service's own loop, and never lets a fault of theirs reach the engine."""

import errno
import socket
from collections.abc import Callable
from functools import partial

import hypercorn.config
import structlog
import trio
from starlette.types import ASGIApp

from flowalert.settings import Address, WebSettings
from flowalert.web.app import make_app
from flowalert.web.hall import Hall
from flowalert.web.live.news import News
from flowalert.web.site import Site

log = structlog.get_logger()

_AGAIN_AFTER = 10.0
_BACKLOG = 128
_GONE_AFTER = 60
# A page that is being sent when the service stops; streams end by themselves.
_GRACE = 3.0


class WebUnavailableError(Exception):
    """Raised where the address cannot be listened on; the text says why and what to do."""


def listen(address: Address) -> socket.socket:
    """Return a socket that listens; raises WebUnavailableError."""
    family = socket.AF_INET6 if ":" in address.host else socket.AF_INET
    opened = socket.socket(family, socket.SOCK_STREAM)
    try:
        opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        # A machine that sleeps with a page open takes nothing any more, and never says so.
        opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, _GONE_AFTER * 1_000)
        opened.bind((address.host, address.port))
        opened.listen(_BACKLOG)
    except OSError as error:
        opened.close()
        words = {
            errno.EADDRINUSE: "another program listens there; stop it, or write another port in web: listen:",
            errno.EACCES: "only root may listen below port 1024; write another port in web: listen:",
            errno.EADDRNOTAVAIL: "this machine does not have that address; write one of its own in web: listen:",
        }
        raise WebUnavailableError(f"{address}: {words.get(error.errno or 0, error.strerror)}") from None
    return opened


async def serve_web(site: Site, stop: trio.Event, served: Callable[[str], None]) -> None:
    """Serve the pages until `stop` is set. What goes wrong with them is logged, and tried again after a while."""
    said = ""
    while not stop.is_set():
        words = ""
        try:
            with listen(site.settings.address) as listening:
                host, port, *_ = listening.getsockname()
                shown = Address(host, port)
                scheme = "http" if site.settings.certificate is None else "https"
                url = f"{scheme}://{shown}/"
                log.info("pages served", url=url)
                served(url)
                await _serve(make_app(site), site.settings, site.news, listening, stop)
        except WebUnavailableError as error:
            words = str(error)
        except Exception as error:
            words = repr(error)
            log.exception("pages failed")
        if words and words != said:
            log.error("pages not served", reason=words, again_every=_AGAIN_AFTER)
        said = words
        with trio.move_on_after(_AGAIN_AFTER):
            await stop.wait()


async def _serve(app: ASGIApp, settings: WebSettings, news: News, listening: socket.socket, stop: trio.Event) -> None:
    """Serve until `stop` is set, and a little longer what is under way then."""
    hall = Hall(app, _configure(settings))
    async with trio.open_nursery() as connections:
        async with trio.open_nursery() as nursery:
            listener = hall.make_listener(listening)
            nursery.start_soon(partial(trio.serve_listeners, hall.serve, [listener], handler_nursery=connections))
            await stop.wait()
            nursery.cancel_scope.cancel()
        news.close()
        await hall.end(_GRACE)
        connections.cancel_scope.cancel()


def _configure(settings: WebSettings) -> hypercorn.config.Config:
    config = hypercorn.config.Config()
    config.errorlog = None
    config.accesslog = None
    config.keep_alive_timeout = 60
    config.ssl_handshake_timeout = 20
    config.include_server_header = False
    config.h11_max_incomplete_size = 32 * 1024
    config.h2_max_header_list_size = 32 * 1024
    if settings.certificate is not None:
        config.certfile = str(settings.certificate)
        config.keyfile = str(settings.key)
    return config
