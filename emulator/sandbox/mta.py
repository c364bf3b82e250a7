"""The sandbox mail server: takes mail on loopback, keeps it, delivers it nowhere.

It runs inside the caller's event loop, asyncio's or uvloop. One listener per target, each on its
own port (blueprint §6); `Mail.listener` says which one took a mail.

    async with Sandbox(SandboxSettings(save_dir=Path("mail"))) as sandbox:
        host, port = sandbox.addresses[0]
"""

import asyncio
import contextlib
import ipaddress
import ssl
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from emulator.sandbox.certificates import Certificates
from emulator.sandbox.connection import Connection
from emulator.sandbox.errors import BAD_LISTENERS, CANNOT_LISTEN, NOT_LOOPBACK, SandboxError
from emulator.sandbox.faults import Rule, TlsFault, needs_starttls
from emulator.sandbox.script import Event, Script
from emulator.sandbox.session import SandboxConnection
from emulator.sandbox.store import Incoming, Mail, MailStore

Address = tuple[str, int]

MOST_LISTENERS = 64  # a CSSMTP has at most four target servers; of sixteen CSSMTPs
BACKLOG = 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class SandboxSettings:
    """How a sandbox behaves. Port 0 is any free one; addresses are of the loopback interface.

    `size_limit` in bytes, None or 0 for none (SIZE is then not offered). STARTTLS is offered with
    `tls`, a server context or certificates, and when a rule of `faults` is about it. `save_dir`,
    `keep_bytes`, `discard` and `remember`, `go_on`: see `MailStore`.
    """

    listeners: tuple[Address, ...] = (("127.0.0.1", 0),)
    hostname: str = "sandbox.example"
    size_limit: int | None = None
    tls: ssl.SSLContext | Certificates | None = None
    faults: tuple[Rule, ...] = ()
    save_dir: Path | None = None
    keep_bytes: int | None = None
    discard: bool = False
    remember: bool = True
    go_on: bool = False
    idle_seconds: float = 300.0
    skipped: Callable[[], float] = float  # seconds by which time jumped ahead


class Sandbox:
    """A mail server that takes everything RFC 5321 allows, but for its faults. `start` or `async
    with` opens it. `on_event` hears which rules of faults acted or broke, and must not raise."""

    def __init__(
        self,
        settings: SandboxSettings | None = None,
        on_mail: Callable[[Mail], None] | None = None,
        on_event: Callable[[Event], None] | None = None,
    ) -> None:
        self.settings = settings or SandboxSettings()
        self.hostname = self.settings.hostname
        self.size_limit = self.settings.size_limit
        rules = self.settings.faults
        self.offers_tls = self.settings.tls is not None or needs_starttls(rules)
        self.script = Script(rules, on_event or _nothing) if rules else None
        self.idle_seconds = self.settings.idle_seconds
        self.skipped = self.settings.skipped
        self.connections: set[Connection] = set()
        self.addresses: tuple[Address, ...] = ()
        self._on_mail = on_mail
        self._servers: list[asyncio.Server] = []
        self._store: MailStore | None = None
        given = self.settings.tls
        self._certificates = (
            given if isinstance(given, Certificates) else Certificates(self.hostname)
        )

    @property
    def mails(self) -> Sequence[Mail]:
        """The accepted mails, in order of acceptance; empty with `discard`."""
        return self._store.mails if self._store else ()

    @property
    def count(self) -> int:
        """How many mails were accepted."""
        return self._store.count if self._store else 0

    async def start(self) -> Self:
        """Listen on every address, or on none. Raises `SandboxError`."""
        settings = self.settings
        _check(settings.listeners)
        self._store = MailStore(
            settings.save_dir,
            keep_bytes=settings.keep_bytes,
            discard=settings.discard,
            remember=settings.remember,
            go_on=settings.go_on,
            on_mail=self._on_mail,
        )
        try:
            for number, address in enumerate(settings.listeners):
                self._servers.append(await self._listen(number, address))
        except BaseException:
            await self.close()
            raise
        self.addresses = tuple(
            (host, server.sockets[0].getsockname()[1])
            for (host, _), server in zip(settings.listeners, self._servers, strict=True)
        )
        return self

    async def close(self) -> None:
        """Stop listening and drop every connection. Mails stay readable. May be called twice."""
        for server in self._servers:
            server.close()
        tasks = [task for open_ in tuple(self.connections) if (task := open_.end())]
        await asyncio.gather(*tasks, return_exceptions=True)
        for server in self._servers:
            await server.wait_closed()
        self._servers.clear()

    async def __aenter__(self) -> Self:
        """As `start`."""
        return await self.start()

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """As `close`."""
        await self.close()

    def begin(self) -> Incoming:
        """For its connections. Raises `OSError`."""
        assert self._store is not None
        return self._store.begin()

    def accept(self, incoming: Incoming, mail: Mail) -> Mail:
        """For its connections. Raises `OSError`."""
        assert self._store is not None
        return self._store.accept(incoming, mail)

    def context(self, fault: TlsFault | None) -> ssl.SSLContext:
        """For its connections."""
        given = self.settings.tls
        if fault is None and isinstance(given, ssl.SSLContext):
            return given
        return self._certificates.context(fault)

    async def _listen(self, number: int, address: Address) -> asyncio.Server:
        loop = asyncio.get_running_loop()
        host, port = address
        try:
            return await loop.create_server(
                lambda: SandboxConnection(self, number, loop), host, port, backlog=BACKLOG
            )
        except OSError as error:
            reason = error.strerror or str(error)
            raise SandboxError(CANNOT_LISTEN, host=host, port=port, reason=reason) from error


def _nothing(event: Event) -> None:
    """Nobody watches."""


def _check(listeners: tuple[Address, ...]) -> None:
    if not 1 <= len(listeners) <= MOST_LISTENERS:
        raise SandboxError(BAD_LISTENERS, count=len(listeners), most=MOST_LISTENERS)
    for host, port in listeners:
        loopback = False
        with contextlib.suppress(ValueError):
            loopback = ipaddress.ip_address(host).is_loopback
        if not loopback:
            raise SandboxError(NOT_LOOPBACK, host=host)
        if not 0 <= port <= 65535:
            reason = "a port is 0 to 65535"
            raise SandboxError(CANNOT_LISTEN, host=host, port=port, reason=reason)
