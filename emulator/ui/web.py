"""The UI in a browser, through textual-serve: one process of it for each page that is open.

textual-serve asks nobody who he is. So a page needs the key that is in the address printed at the
start, which becomes a cookie; a web page of somebody else cannot open the connection either, nor
can one that was given our name (DNS rebinding).
"""

import hmac
import secrets
import shlex
import sys
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from aiohttp import web
from textual_serve.server import Server

_COOKIE = "jesmail"
# its page asks for a font elsewhere; nothing is asked for elsewhere
_POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline';"
    " img-src 'self' data:; frame-ancestors 'none'"
)
_FREE = "/static/"  # scripts and fonts of textual-serve
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass(frozen=True, slots=True)
class Door:
    """Who is let in: requests for one of our own names that have the key."""

    names: frozenset[str]
    key: str

    def refuses(self, request: web.Request) -> bool:
        """Whether a request comes from somewhere else, or without the key."""
        if request.host not in self.names:
            return True
        origin = request.headers.get("Origin")
        if origin is not None and origin.partition("://")[2] not in self.names:
            return True
        given = request.query.get("key") or request.cookies.get(_COOKIE) or ""
        free = request.path.startswith(_FREE)
        return not free and not hmac.compare_digest(given.encode(), self.key.encode())


class WebServer(Server):
    """textual-serve with a door. `address` is where the page is, with its key."""

    def __init__(self, arguments: Sequence[str], host: str, port: int) -> None:
        command = shlex.join([sys.executable, "-m", "emulator", *arguments])
        super().__init__(command, host=host, port=port, title="jesmail")
        names = {host, "localhost"} if host in ("127.0.0.1", "::1") else {host}
        bare = f"[{host}]" if ":" in host else host
        self.public_url = f"http://{bare}:{port}"
        key = secrets.token_urlsafe(24)
        self.door = Door(frozenset(f"{name}:{port}" for name in {*names, bare}), key)
        self.address = f"{self.public_url}/?key={key}"

    async def _make_app(self) -> web.Application:
        app: web.Application = await super()._make_app()
        app.middlewares.append(self._let_in)
        return app

    @web.middleware
    async def _let_in(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        if self.door.refuses(request):
            raise web.HTTPForbidden(text="The address that jesmail printed has a key: use that.\n")
        response = await handler(request)
        if request.path == "/":
            response.set_cookie(_COOKIE, self.door.key, httponly=True, samesite="Strict")
            response.headers["Referrer-Policy"] = "no-referrer"
            response.headers["Content-Security-Policy"] = _POLICY
        return response

    async def on_startup(self, app: web.Application) -> None:
        """Say where the page is."""
        sys.stdout.write(f"{self.address}\n")
        sys.stdout.flush()

    def initialize_logging(self) -> None:
        """What goes wrong is in the page; requests are nobody's business."""
