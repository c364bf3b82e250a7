"""A real browser without a window, driven through the Chrome DevTools Protocol.

Nothing but loopback is resolved. What the page does comes as events, which are kept in order;
`until` waits for one of them, or for something that all of them together show.

    async with browser(tmp_path) as page:
        await page.call("Page.navigate", url=address)
        await page.until(lambda: "SDSF MENU" in page.terminal)
"""

import asyncio
import base64
import codecs
import itertools
import shutil
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp

PROGRAM = "chromium"
PATIENCE = 240.0  # seconds: what is missed then does not come, however busy the machine is
_OPTIONS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--disable-dev-shm-usage", "--window-size=1200,800", "--remote-debugging-port=0",
    "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1 , EXCLUDE localhost",
)  # fmt: skip
_KEYS = {"Enter": 13, "F3": 114, "F6": 117}


def installed() -> bool:
    """Whether there is a browser on this machine."""
    return shutil.which(PROGRAM) is not None


class Page:
    """The one page of a browser. `events` are (method, parameters), oldest first."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self.events: list[tuple[str, dict[str, Any]]] = []
        self.terminal = ""  # all that came to terminals in the page
        self._socket = socket
        self._session: str | None = None
        self._answers: dict[int, asyncio.Future[dict[str, Any]]] = {}
        self._changed = asyncio.Event()
        self._decoder = codecs.getincrementaldecoder("utf-8")()
        self._numbers = itertools.count(1)

    async def listen(self) -> None:
        """Take in what the browser says, until this is cancelled. Raises `ConnectionError`."""
        async for message in self._socket:
            said = message.json()
            if "id" in said:
                self._answers.pop(said["id"]).set_result(said)
            else:
                self._heard(said["method"], said["params"])
        raise ConnectionError("the browser has gone")

    def _heard(self, method: str, parameters: dict[str, Any]) -> None:
        self.events.append((method, parameters))
        if method == "Network.webSocketFrameReceived":
            data = parameters["response"]["payloadData"]
            if parameters["response"]["opcode"] == 2:
                data = self._decoder.decode(base64.b64decode(data))
            self.terminal += data
        self._changed.set()

    async def call(self, method: str, **parameters: Any) -> dict[str, Any]:
        """Ask the browser for something. Raises `AssertionError` when it refuses."""
        number = next(self._numbers)
        answer = self._answers[number] = asyncio.get_running_loop().create_future()
        request = {"id": number, "method": method, "params": parameters}
        if self._session is not None:
            request["sessionId"] = self._session
        await self._socket.send_json(request)
        async with asyncio.timeout(PATIENCE):
            said = await answer
        assert "error" not in said, f"{method}: {said['error']}"
        result: dict[str, Any] = said["result"]
        return result

    async def begin(self) -> None:
        """Attach to the page, and watch what it does on the network."""
        targets = (await self.call("Target.getTargets"))["targetInfos"]
        page = next(one["targetId"] for one in targets if one["type"] == "page")
        attached = await self.call("Target.attachToTarget", targetId=page, flatten=True)
        self._session = attached["sessionId"]
        for domain in ("Network", "Page", "Runtime"):
            await self.call(f"{domain}.enable")
        await self.call("Emulation.setFocusEmulationEnabled", enabled=True)

    async def until(self, so: Callable[[], bool]) -> None:
        """Wait until something is so. Raises `TimeoutError`."""
        try:
            async with asyncio.timeout(PATIENCE):
                while not so():
                    self._changed.clear()
                    await self._changed.wait()
        except TimeoutError as error:
            error.add_note(f"{[method for method, _ in self.events]} {self.terminal[-2000:]!r}")
            raise

    async def press(self, key: str) -> None:
        """A key with a name, down and up."""
        code = _KEYS[key]
        named = {"key": key, "code": key, "windowsVirtualKeyCode": code}
        if key == "Enter":
            named["text"] = "\r"
        await self.call("Input.dispatchKeyEvent", type="keyDown", **named)
        await self.call("Input.dispatchKeyEvent", type="keyUp", **named)

    async def type(self, text: str) -> None:
        """Letters."""
        for letter in text:
            await self.call("Input.dispatchKeyEvent", type="char", text=letter)

    async def evaluate(self, script: str) -> Any:
        """The value of a script in the page."""
        found = await self.call("Runtime.evaluate", expression=script, returnByValue=True)
        return found["result"].get("value")

    async def screenshot(self) -> bytes:
        """What is drawn, as a PNG."""
        found = await self.call("Page.captureScreenshot", format="png")
        return base64.b64decode(found["data"])

    def of(self, method: str) -> list[dict[str, Any]]:
        """The parameters of all events of a kind."""
        return [parameters for name, parameters in self.events if name == method]


@asynccontextmanager
async def browser(folder: Path) -> AsyncIterator[Page]:
    """A browser with an empty profile in a folder, and its page; it ends with the block."""
    process = await asyncio.create_subprocess_exec(
        PROGRAM, *_OPTIONS, f"--user-data-dir={folder / 'profile'}", "about:blank",
        stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    try:
        async with (
            aiohttp.ClientSession() as session,
            session.ws_connect(await _address(process), max_msg_size=0) as socket,
        ):
            page = Page(socket)
            async with asyncio.TaskGroup() as together:  # a deaf page is not waited for
                listening = together.create_task(page.listen())
                await page.begin()
                yield page
                listening.cancel()
    finally:
        if process.returncode is None:
            process.terminate()
        async with asyncio.timeout(PATIENCE):
            await process.communicate()


async def _address(process: asyncio.subprocess.Process) -> str:
    """Where it listens, as it says itself."""
    assert process.stderr is not None
    async with asyncio.timeout(PATIENCE):
        async for line in process.stderr:
            if line.startswith(b"DevTools listening on "):
                return line.split()[-1].decode()
    raise AssertionError("the browser does not say where it listens")
