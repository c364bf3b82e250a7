"""A mail server that keeps nothing, with STARTTLS and a delay: `python -m bench.sink PEM SECONDS`.

It prints its port, serves one client and knows only what CSSMTP says. What the client says reaches
it SECONDS late, whatever the connection: the way of a proxy, without a second pair of sockets.
"""

import asyncio
import ssl
import sys
from collections import deque
from functools import partial
from typing import cast

from bench.ours import event_loop

GREETING = b"220 sink\r\n"
CAPABILITIES = b"250-sink\r\n250-PIPELINING\r\n250 STARTTLS\r\n"
REPLIES = {b"DATA": b"354 go on\r\n", b"QUIT": b"221 bye\r\n", b"STAR": b"220 go on\r\n"}
END = b"\r\n.\r\n"


class Session(asyncio.Protocol):
    """One connection."""

    def __init__(self, context: ssl.SSLContext, delay: float) -> None:
        self._context = context
        self._delay = delay
        self._late: deque[bytes] = deque()
        self._heard = b""
        self._in_text = False
        self._transport: asyncio.WriteTransport
        self._upgrade: asyncio.Task[None] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Greet, unless this is the beginning of TLS."""
        self._transport = cast(asyncio.WriteTransport, transport)
        if self._upgrade is None:
            self._transport.write(GREETING)

    def data_received(self, data: bytes) -> None:
        """Hear it now, or later and in order."""
        if self._delay:
            self._late.append(data)
            asyncio.get_running_loop().call_later(
                self._delay, lambda: self._hear(self._late.popleft())
            )
        else:
            self._hear(data)

    def _hear(self, data: bytes) -> None:
        self._heard += data
        answers: list[bytes] = []
        while self._step(answers):
            pass
        if answers and not self._transport.is_closing():
            self._transport.write(b"".join(answers))
            if answers[-1] == REPLIES[b"STAR"]:
                self._upgrade = asyncio.get_running_loop().create_task(self._start_tls())
            if answers[-1] == REPLIES[b"QUIT"]:
                self._transport.close()

    def _step(self, answers: list[bytes]) -> bool:
        """Take a command or a whole text; False when more has to come."""
        head, found, rest = self._heard.partition(END if self._in_text else b"\r\n")
        if not found:
            return False
        self._heard = rest
        command = b"text" if self._in_text else head[:4]
        self._in_text = command == b"DATA"
        ehlo = command == b"EHLO"
        answers.append(CAPABILITIES if ehlo else REPLIES.get(command, b"250 ok\r\n"))
        return True

    async def _start_tls(self) -> None:
        transport = await asyncio.get_running_loop().start_tls(
            self._transport, self, self._context, server_side=True
        )
        assert transport is not None
        self._transport = transport


async def serve(pem: str, delay: float) -> None:
    """Listen until the process is ended."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    loop = asyncio.get_running_loop()
    made = partial(Session, context, delay)
    server = await loop.create_server(made, "127.0.0.1", 0, backlog=1024)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


def main() -> None:
    """See the module."""
    with asyncio.Runner(loop_factory=event_loop()[0]) as runner:
        runner.run(serve(sys.argv[1], float(sys.argv[2])))


if __name__ == "__main__":
    main()
