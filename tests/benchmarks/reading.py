"""`python -m tests.benchmarks.reading PORT COUNT`: so many browsers that have a page open, in a process of their own.

Each reads the news and throws it away. On standard output a line once all are connected; at the end of its standard
input it prints, as JSON, the bytes that were read and the pieces of news in them, and ends.
"""

import json
import selectors
import socket
import sys

_ASKED = "GET /api/v1/stream?since= HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nAccept: text/event-stream\r\n\r\n"
_PIECE = b"event: news"


def main() -> None:
    """Read until standard input ends."""
    port, count = map(int, sys.argv[1:3])
    selector = selectors.DefaultSelector()
    for _ in range(count):
        stream = socket.create_connection(("127.0.0.1", port))
        stream.sendall(_ASKED.format(port=port).encode())
        # Its answer has begun: it follows from here on.
        assert stream.recv(1 << 16).startswith(b"HTTP/1.1 200"), "refused"
        selector.register(stream, selectors.EVENT_READ)
    selector.register(sys.stdin, selectors.EVENT_READ)
    print("reading", flush=True)
    size = pieces = 0
    while True:
        for key, _ in selector.select():
            if key.fileobj is sys.stdin:
                print(json.dumps({"bytes": size, "pieces": pieces}), flush=True)
                return
            assert isinstance(key.fileobj, socket.socket)
            data = key.fileobj.recv(1 << 18)
            size += len(data)
            pieces += data.count(_PIECE)
            if not data:
                selector.unregister(key.fileobj)


if __name__ == "__main__":
    main()
