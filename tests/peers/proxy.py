"""A proxy on loopback between a client and a server: records every byte of both directions, and
cuts the connection where a test wants."""

import asyncio
import socket
import struct
from dataclasses import dataclass, field
from typing import Self


@dataclass
class Line:
    """What went over one connection."""

    up: bytearray = field(default_factory=bytearray)  # from the client
    down: bytearray = field(default_factory=bytearray)


@dataclass
class Proxy:
    """Passes bytes on. The first connection ends when `cut_up` bytes of the client's, or `cut_down`
    of the server's were passed; by a reset unless `orderly`."""

    to: tuple[str, int]
    cut_up: int | None = None
    cut_down: int | None = None
    orderly: bool = False
    lines: list[Line] = field(default_factory=list)
    address: tuple[str, int] = ("127.0.0.1", 0)
    _server: asyncio.Server | None = None
    _tasks: set["asyncio.Task[None]"] = field(default_factory=set)

    async def __aenter__(self) -> Self:
        """Listen on a free port."""
        self._server = await asyncio.start_server(self._begin, *self.address)
        self.address = self._server.sockets[0].getsockname()
        return self

    async def __aexit__(self, *_: object) -> None:
        """End everything."""
        assert self._server is not None
        self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _begin(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.create_task(self._serve(reader, writer))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        line, first = Line(), not self.lines
        self.lines.append(line)
        ends = (self.cut_up, self.cut_down) if first else (None, None)
        try:
            reader_2, writer_2 = await asyncio.open_connection(*self.to)
        except OSError:
            writer.transport.abort()
            return
        ways = [
            asyncio.create_task(_pass(reader, writer_2, line.up, ends[0])),
            asyncio.create_task(_pass(reader_2, writer, line.down, ends[1])),
        ]
        try:
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for way in ways:
                way.cancel()
            for one in (writer, writer_2):
                self._end(one)

    def _end(self, writer: asyncio.StreamWriter) -> None:
        if not self.orderly and not writer.transport.is_closing():
            sock = writer.get_extra_info("socket")
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            writer.transport.abort()
        writer.close()


async def _pass(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, log: bytearray, end: int | None
) -> None:
    """Pass bytes on until the end, or until so many were passed."""
    try:
        while end is None or len(log) < end:
            data = await reader.read(65_536 if end is None else min(65_536, end - len(log)))
            if not data:
                return
            log += data
            writer.write(data)
            await writer.drain()
    except ConnectionError:
        pass
