"""A model of an SMTP server on loopback that says what a test wants, in clear and inside TLS."""

import asyncio
import socket
import ssl
import struct
from dataclasses import dataclass, field
from random import Random
from typing import Self, cast

from tests.cssmtp.fake_spool import Answers, Server


class ServerTls:
    """The server's end of TLS, as a filter."""

    def __init__(self, context: ssl.SSLContext) -> None:
        self.ready = False
        self.failed = False
        self._in, self._out = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._tls = context.wrap_bio(self._in, self._out, server_side=True)

    def receive(self, data: bytes) -> bytes:
        """What was inside."""
        self._in.write(data)
        found = b""
        try:
            if not self.ready:
                self._tls.do_handshake()
                self.ready = True
            while data := self._tls.read(65_536):
                found += data
        except ssl.SSLWantReadError:
            pass
        except ssl.SSLZeroReturnError:
            pass
        except ssl.SSLError:
            self.failed = True
        return found

    def send(self, data: bytes) -> bytes:
        """As it goes on the network."""
        self._tls.write(data)
        return self._out.read()

    def take(self) -> bytes:
        """What TLS itself has to say."""
        return self._out.read()


@dataclass
class ModelPeer:
    """A listener on loopback; each connection is a `Server` of its own.

    `limit` connections are served at a time, a further one is told 421. The first connection ends
    after `hears` bytes of the client's or `says` bytes of its own, with a reset or in order. With
    `chance` every connection ends somewhere, or not.
    """

    answers: Answers = field(default_factory=dict)
    extensions: tuple[bytes, ...] = (b"PIPELINING", b"SIZE 1000000")
    limit: int = 1_000
    hears: int | None = None
    says: int | None = None
    reset: bool = True
    chance: Random | None = None
    most_recipients: int = 10_000
    most_mails: int = 10_000
    tls: ssl.SSLContext | None = None  # STARTTLS is offered
    secured: int = 0  # connections
    servers: list[Server] = field(default_factory=list)
    address: tuple[str, int] = ("127.0.0.1", 0)
    now: int = 0  # connections
    most: int = 0
    refused: int = 0
    _listening: asyncio.Server | None = None

    async def __aenter__(self) -> Self:
        """Listen on a free port."""
        loop = asyncio.get_running_loop()
        self._listening = await loop.create_server(lambda: _Session(self), *self.address)
        self.address = self._listening.sockets[0].getsockname()
        return self

    async def __aexit__(self, *_: object) -> None:
        """Stop listening."""
        assert self._listening is not None
        self._listening.close()

    @property
    def took(self) -> list[bytes]:
        """The texts that were taken, over all connections."""
        return [text for server in self.servers for _, text in server.took]

    def times(self, number: int) -> int:
        """How often the mail of that number was taken."""
        return sum(text.endswith(b"body of %d" % number) for text in self.took)


class _Session(asyncio.Protocol):
    """One connection of a `ModelPeer`."""

    def __init__(self, peer: ModelPeer) -> None:
        self._peer = peer
        offered = (b"STARTTLS",) if peer.tls else ()
        self._server = Server(
            peer.answers,
            (*peer.extensions, *offered),
            most_recipients=peer.most_recipients,
            most_mails=peer.most_mails,
        )
        self._hears: int | None = None
        self._says: int | None = None
        self._transport: asyncio.Transport
        self._tls: ServerTls | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport = cast(asyncio.Transport, transport)
        peer = self._peer
        peer.now += 1
        if peer.now > peer.limit:
            peer.refused += 1
            transport.write(b"421 too many connections\r\n")
            transport.close()
            return
        peer.most = max(peer.most, peer.now)
        if not peer.servers:
            self._hears, self._says = peer.hears, peer.says
        if peer.chance is not None:
            ends = [None, None, *(peer.chance.randrange(24, 3_000) for _ in range(2))]
            self._hears, self._says = peer.chance.choice(ends), peer.chance.choice(ends)
        peer.servers.append(self._server)
        self._say(self._server.greeting())

    def data_received(self, data: bytes) -> None:
        if self._hears is not None:
            data = data[: self._hears]
            self._hears -= len(data)
        if self._tls is not None:
            data = self._inside(self._tls, data)
        for reply in self._server.feed(data):
            self._say(reply)
            if reply.startswith(b"221"):
                self._transport.close()
            if self._server.commands[-1:] == [b"STARTTLS"] and reply.startswith(b"220"):
                assert self._peer.tls is not None
                self._tls = ServerTls(self._peer.tls)
                self._server.extensions = self._peer.extensions
        if self._hears == 0:
            self._end()

    def connection_lost(self, _: Exception | None) -> None:
        self._peer.now -= 1

    def _inside(self, tls: ServerTls, data: bytes) -> bytes:
        before = tls.ready
        found = tls.receive(data)
        self._peer.secured += tls.ready and not before
        self._out(tls.take())
        if tls.failed:
            self._transport.close()
        return found

    def _say(self, data: bytes) -> None:
        self._out(data if self._tls is None else self._tls.send(data))

    def _out(self, data: bytes) -> None:
        if self._says is not None:
            data = data[: self._says]
            self._says -= len(data)
        if not self._transport.is_closing():
            self._transport.write(data)
        if self._says == 0:
            self._end()

    def _end(self) -> None:
        if self._transport.is_closing():
            return
        if self._peer.reset:
            sock = self._transport.get_extra_info("socket")
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self._transport.abort()
        else:
            self._transport.close()
