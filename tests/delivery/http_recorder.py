"""A real HTTP server on loopback that writes down what it is asked and answers as it is told."""

import json
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar


@dataclass(frozen=True)
class Request:
    """One request, as it came; `host` is the server that the client believed to speak to."""

    host: str
    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass(frozen=True)
class Answer:
    """What to answer; `hang` keeps the client waiting until the recorder closes."""

    status: int = 200
    body: bytes = b"ok"
    headers: Mapping[str, str] = field(default_factory=dict)
    hang: bool = False


class Recorder(ThreadingHTTPServer):
    """The server. What changes are the requests written down; its threads append, the test reads."""

    daemon_threads = True
    block_on_close = False

    def __init__(self, respond: Callable[[Request], Answer]) -> None:
        self.requests: list[Request] = []
        self.respond = respond
        self.closing = threading.Event()
        super().__init__(("127.0.0.1", 0), self.handler)

    handler: ClassVar[type[BaseHTTPRequestHandler]]

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing of a client that was killed or did not trust us; print any other fault of a test's fake."""
        if not isinstance(sys.exc_info()[1], OSError):
            super().handle_error(request, client_address)  # type: ignore[arg-type] # only handed on

    @property
    def port(self) -> int:
        return int(self.server_address[1])


class Handler(BaseHTTPRequestHandler):
    """Reads one request, writes it down, answers."""

    server: Recorder
    protocol_version = "HTTP/1.1"
    host = "127.0.0.1"

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        request = Request(self.host, self.command, self.path, dict(self.headers), body)
        self.server.requests.append(request)
        answer = self.server.respond(request)
        if answer.hang:
            self.server.closing.wait()
            self.close_connection = True
            return
        self.send_response(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(answer.body)))
        self.end_headers()
        self.wfile.write(answer.body)

    def log_message(self, *_: object) -> None:
        """Say nothing on the terminal."""


Recorder.handler = Handler


@contextmanager
def open_recorder(
    respond: Callable[[Request], Answer] = lambda _: Answer(), cls: Callable[..., Recorder] = Recorder
) -> Iterator[Recorder]:
    """Serve on a free port of loopback until the block ends."""
    server = cls(respond)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.closing.set()
        server.shutdown()
        thread.join()
        server.server_close()
