"""A name server on loopback, UDP and TCP at one port, for tests of name resolution.

    async with NameServer({"MX example.com": ["10 mail.example.com."], …}) as server:
        ...  # ask server.port

What has no records is NXDOMAIN, unless the name has others (then there is no answer) or `faults`
says what the server does instead. `asked` has every question, in order.
"""

import asyncio
import socket
from collections.abc import Mapping, Sequence
from enum import Enum, auto
from typing import Self, cast

import dns.flags
import dns.message
import dns.rcode
import dns.rdatatype
import dns.rrset

TTL = 60


class DnsFault(Enum):
    """What the server does in place of an answer."""

    SERVFAIL = auto()
    REFUSED = auto()
    SILENT = auto()
    TRUNCATED = auto()  # over UDP: the answer is given over TCP
    GARBAGE = auto()


class NameServer:
    """`records` and `faults` by type and name, as in `MX example.com`."""

    def __init__(
        self,
        records: Mapping[str, Sequence[str]] | None = None,
        faults: Mapping[str, DnsFault] | None = None,
    ) -> None:
        self.records = dict(records or {})
        self.faults = dict(faults or {})
        self.asked: list[str] = []
        self.port = 0
        self._udp: asyncio.DatagramTransport
        self._tcp: asyncio.Server

    async def __aenter__(self) -> Self:
        """Listen on a port that is free for both."""
        loop = asyncio.get_running_loop()
        stream = socket.create_server(("127.0.0.1", 0))
        self.port = stream.getsockname()[1]
        self._tcp = await asyncio.start_server(self._stream, sock=stream)
        self._udp, _ = await loop.create_datagram_endpoint(
            lambda: _Datagrams(self), ("127.0.0.1", self.port)
        )
        return self

    async def __aexit__(self, *_: object) -> None:
        """Stop listening."""
        self._udp.close()
        self._tcp.close()

    async def _stream(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        size = int.from_bytes(await reader.readexactly(2), "big")
        answer = self.answer(await reader.readexactly(size), udp=False)
        if answer:
            writer.write(len(answer).to_bytes(2, "big") + answer)
            await writer.drain()
        writer.close()

    def answer(self, data: bytes, *, udp: bool) -> bytes:
        """The answer to a question; nothing when the server is silent."""
        query = dns.message.from_wire(data)
        (question,) = query.question
        name = question.name.to_text(omit_final_dot=True)
        key = f"{dns.rdatatype.to_text(question.rdtype)} {name}"
        self.asked.append(key if udp else f"{key} (TCP)")
        reply = dns.message.make_response(query)
        match self.faults.get(key):
            case DnsFault.SILENT:
                return b""
            case DnsFault.GARBAGE:
                return data[:2] + b"\xff" * 20
            case DnsFault.SERVFAIL:
                reply.set_rcode(dns.rcode.SERVFAIL)
            case DnsFault.REFUSED:
                reply.set_rcode(dns.rcode.REFUSED)
            case DnsFault.TRUNCATED if udp:
                reply.flags |= dns.flags.TC
            case _:
                self._fill(reply, name, question.rdtype)
        return reply.to_wire()

    def _fill(self, reply: dns.message.Message, name: str, kind: dns.rdatatype.RdataType) -> None:
        """The records, behind the aliases that lead to them."""
        while alias := self.records.get(f"CNAME {name}"):
            reply.answer.append(dns.rrset.from_text(name + ".", TTL, "IN", "CNAME", *alias))
            name = alias[0].removesuffix(".")
        type_name = dns.rdatatype.to_text(kind)
        records = self.records.get(f"{type_name} {name}")
        if records:
            reply.answer.append(dns.rrset.from_text(name + ".", TTL, "IN", type_name, *records))
        elif not any(key.endswith(f" {name}") for key in self.records):
            reply.set_rcode(dns.rcode.NXDOMAIN)


class _Datagrams(asyncio.DatagramProtocol):
    def __init__(self, server: NameServer) -> None:
        self._server = server
        self._transport: asyncio.DatagramTransport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.DatagramTransport, transport)

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        answer = self._server.answer(data, udp=True)
        if answer:
            self._transport.sendto(answer, addr)
