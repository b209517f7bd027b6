"""A CONNECT proxy on loopback that is the far end itself: every host, with a certificate of our own authority."""

import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import pytest
import trustme

from tests.delivery.http_recorder import Answer, Handler, Recorder, Request, open_recorder


class ProxyHandler(Handler):
    """Answers CONNECT, then speaks TLS as the host that was asked for, and serves what comes."""

    server: "Proxy"

    def do_CONNECT(self) -> None:  # noqa: N802 - the name that http.server looks for
        self.close_connection = False  # the tunnel stays, although http.client asks for it in HTTP/1.0
        self.host = self.path.rpartition(":")[0]
        self.wfile.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.server.authority.issue_cert(self.host).configure_cert(context)
        self.connection = context.wrap_socket(self.connection, server_side=True)
        self.rfile = self.connection.makefile("rb")
        self.wfile = self.connection.makefile("wb", buffering=0)

    def finish(self) -> None:
        super().finish()
        self.connection.close()


class Proxy(Recorder):
    """The proxy; what it records are the requests inside the tunnels."""

    handler = ProxyHandler

    def __init__(self, respond: Callable[[Request], Answer], *, authority: trustme.CA) -> None:
        self.authority = authority
        super().__init__(respond)


@contextmanager
def open_proxy(respond: Callable[[Request], Answer], environment: pytest.MonkeyPatch, folder: Path) -> Iterator[Proxy]:
    """Lead every HTTPS request of this process into a proxy, trusted by `requests`, until the block ends."""
    authority = trustme.CA()
    bundle = folder / "authority.pem"
    authority.cert_pem.write_to_path(str(bundle))
    with open_recorder(respond, partial(Proxy, authority=authority)) as proxy, environment.context() as within:
        assert isinstance(proxy, Proxy)
        within.setenv("HTTPS_PROXY", f"http://127.0.0.1:{proxy.port}")
        within.setenv("https_proxy", f"http://127.0.0.1:{proxy.port}")
        within.setenv("REQUESTS_CA_BUNDLE", str(bundle))
        within.delenv("NO_PROXY", raising=False)
        within.delenv("no_proxy", raising=False)
        yield proxy
