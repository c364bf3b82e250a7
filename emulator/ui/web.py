"""The UI in a browser, through textual-serve: one process of it for each page that is open.

textual-serve asks nobody who he is. So a page needs the key that is in the address printed at the
start, which becomes a cookie; a web page of somebody else cannot open the connection either, nor
can one that was given our name (DNS rebinding).
"""

import asyncio
import hmac
import re
import secrets
import shlex
import sys
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from aiohttp import web
from textual_serve.server import Server

# its page asks for a font elsewhere; nothing is asked for elsewhere
_POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline';"
    " img-src 'self' data:; frame-ancestors 'none'"
)
_FONT = re.compile(r"<link[^>]*googleapis[^>]*>")
# its terminal hears keys only after a click; ours does at once
_KEYS = """<script>
  addEventListener("load", () => {
    const listen = () => document.querySelector(".xterm-helper-textarea")?.focus();
    new MutationObserver(listen).observe(document.body, { attributes: true });
    addEventListener("focus", listen);
  });
</script>
</head>"""
_LOOPBACK = ("127.0.0.1", "::1", "localhost")
_FREE = "/static/"  # scripts and fonts of textual-serve
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass(frozen=True, slots=True)
class Door:
    """Who is let in: requests for one of our own names that have the key."""

    names: frozenset[str]
    key: str
    cookie: str = "jesmail"

    def refuses(self, request: web.Request) -> bool:
        """Whether a request comes from somewhere else, or without the key."""
        if request.host not in self.names:
            return True
        origin = request.headers.get("Origin")
        if origin is not None and origin.partition("://")[2] not in self.names:
            return True
        given = request.query.get("key") or request.cookies.get(self.cookie) or ""
        free = request.path.startswith(_FREE)
        return not free and not hmac.compare_digest(given.encode(), self.key.encode())


class WebServer(Server):
    """textual-serve with a door. `address` is where the page is, with its key."""

    def __init__(self, arguments: Sequence[str], host: str, port: int) -> None:
        command = shlex.join([sys.executable, "-m", "emulator", *arguments])
        super().__init__(f"exec {command}", host=host, port=port, title="jesmail")
        own = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
        names = {own, f"localhost:{port}"} if host in _LOOPBACK else {own}
        self.public_url = f"http://{own}"
        # a browser tells cookies apart by host, not by port
        self.door = Door(frozenset(names), secrets.token_urlsafe(24), f"jesmail-{port}")
        self.address = f"{self.public_url}/?key={self.door.key}"
        self._wires: set[asyncio.Task[object]] = set()

    async def _make_app(self) -> web.Application:
        app: web.Application = await super()._make_app()
        app.middlewares.append(self._let_in)
        return app

    @web.middleware
    async def _let_in(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        if self.door.refuses(request):
            raise web.HTTPForbidden(text="The address that jesmail printed has a key: use that.\n")
        if request.path == "/ws":
            return await self._connected(handler(request))
        if request.path != "/":
            return await handler(request)
        if f"http://{request.host}" != self.public_url:  # what the page asks for has that name
            raise web.HTTPFound(self.address)
        response = await handler(request)
        if isinstance(response, web.Response) and response.text is not None:
            response.text = _FONT.sub("", response.text).replace("</head>", _KEYS, 1)
        response.set_cookie(self.door.cookie, self.door.key, httponly=True, samesite="Strict")
        response.headers["Referrer-Policy"] = "no-referrer"
        response.headers["Content-Security-Policy"] = _POLICY
        response.headers["Cache-Control"] = "no-store"
        return response

    async def _connected(self, page: Awaitable[web.StreamResponse]) -> web.StreamResponse:
        task = asyncio.current_task()
        assert task is not None
        self._wires.add(task)
        try:
            return await page
        finally:
            self._wires.discard(task)

    async def on_shutdown(self, app: web.Application) -> None:
        """End the UI of every page; aiohttp would wait a minute for each to end by itself."""
        for task in self._wires:
            task.cancel()

    async def on_startup(self, app: web.Application) -> None:
        """Say nothing yet: it does not listen."""

    def serve(self, debug: bool = False) -> None:
        """Until SIGINT or SIGTERM. Raises `OSError` when it cannot listen."""
        web.run_app(
            self._make_app(), host=self.host, port=self.port, print=self._listens, access_log=None
        )

    def _listens(self, *_: object) -> None:
        sys.stdout.write(f"{self.address}\n")
        sys.stdout.flush()
