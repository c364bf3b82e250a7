"""`jesmail ui --web` in a real browser: what it shows, whom it lets in, how it ends."""

import asyncio
import os
import select
import signal
import socket
import subprocess
import sys
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import aiohttp
import pytest

from tests.emulator.looked_at import a_spool
from tests.peers.chromium import PATIENCE, Page, browser, installed

# one browser at a time: a few of them beside each other are slower than one after the other
pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("screens")]
_TRIES = 3
with_chromium = pytest.mark.skipif(not installed(), reason="peers: chromium is not here")


@dataclass(frozen=True, slots=True)
class Served:
    """A server of the UI: its process, and the address that it printed."""

    pid: int
    address: str

    @property
    def origin(self) -> str:
        parts = urlsplit(self.address)
        return f"{parts.scheme}://{parts.netloc}"


@contextmanager
def served(tmp_path: Path, *options: str) -> Iterator[Served]:
    """The UI on a spool with one job; it has ended after the block, killed if need be."""
    spool = a_spool(tmp_path / "spool")
    for _ in range(_TRIES):
        process = started(tmp_path, spool, *options)
        assert process.stdout is not None
        if address := process.stdout.readline().strip():
            break
        process.communicate()  # somebody else was quicker to take the port
    try:
        yield Served(process.pid, address)
    finally:
        process.kill()
        process.communicate()


def started(tmp_path: Path, spool: Path, *options: str) -> "subprocess.Popen[str]":
    """A server on a port that was free a moment ago."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    return subprocess.Popen(
        [sys.executable, "-m", "emulator", "ui", "--web", "--spool", spool, "--port", str(port),
         *options],
        stdout=subprocess.PIPE,
        env=os.environ | {"XDG_STATE_HOME": str(tmp_path), "TEXTUAL_ANIMATIONS": "none"},
        text=True,
    )  # fmt: skip


def children(pid: int) -> list[int]:
    """The processes below one, its own children and theirs."""
    text = Path(f"/proc/{pid}/task/{pid}/children").read_text()
    own = [int(word) for word in text.split()]
    return [*own, *(below for child in own for below in children(child))]


def ends(pid: int) -> bool:
    """Wait for the end of a process."""
    try:
        watched = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    try:
        return bool(select.select([watched], [], [], PATIENCE)[0])
    finally:
        os.close(watched)


def shown(tmp_path: Path, server: Served, look: Callable[[Page], Awaitable[None]]) -> None:
    """Do something with the page, once it shows the menu."""

    async def run() -> None:
        async with browser(tmp_path) as page:
            await page.call("Page.navigate", url=server.address)
            await page.until(lambda: "SDSF MENU" in page.terminal)
            await page.until(lambda: "LINE 1-" in page.terminal)  # its rows: it hears keys
            await look(page)

    asyncio.run(run())


async def command(page: Page, text: str) -> None:
    await page.press("F6")
    await page.type(text)
    await page.press("Enter")


@with_chromium
def test_the_ui_is_drawn_in_a_browser_and_answers_keys(tmp_path: Path) -> None:
    async def look(page: Page) -> None:
        await command(page, "st")
        await page.until(lambda: "SDSF STATUS DISPLAY" in page.terminal)
        await page.until(lambda: "MAILJOB" in page.terminal)
        picture = await page.screenshot()
        (tmp_path / "status.png").write_bytes(picture)
        assert picture.startswith(b"\x89PNG")

    with served(tmp_path) as server:
        shown(tmp_path, server, look)


@with_chromium
def test_a_page_may_only_look_unless_changes_are_allowed(tmp_path: Path) -> None:
    async def look(page: Page) -> None:
        await command(page, "query")
        await page.until(lambda: "CHANGE NOTHING" in page.terminal)
        await command(page, "/$D JQ")
        await page.until(lambda: "THIS SESSION IS READ-ONLY" in page.terminal)

    with served(tmp_path) as server:
        shown(tmp_path, server, look)


@with_chromium
def test_a_page_asks_nobody_but_its_own_server(tmp_path: Path) -> None:
    async def look(page: Page) -> None:
        blocked = {
            one["requestId"]
            for one in page.of("Network.loadingFailed")
            if one.get("blockedReason") == "csp"
        }
        asked = {
            one["request"]["url"]
            for one in page.of("Network.requestWillBeSent")
            if one["requestId"] not in blocked
        }
        assert asked
        for url in asked:
            assert url.startswith((server.origin, "data:"))
        (terminal,) = page.of("Network.webSocketCreated")
        assert terminal["url"].startswith(server.origin.replace("http", "ws"))
        assert await page.evaluate("document.referrer + document.cookie") == ""

    with served(tmp_path) as server:
        shown(tmp_path, server, look)


@with_chromium
def test_the_page_under_another_name_of_loopback_is_the_same(tmp_path: Path) -> None:
    async def look(page: Page) -> None:
        assert await page.evaluate("location.origin") == server.origin

    with served(tmp_path) as server:
        named = Served(server.pid, server.address.replace("127.0.0.1", "localhost"))
        shown(tmp_path, named, look)


@with_chromium
def test_the_ui_of_a_page_ends_with_the_page(tmp_path: Path) -> None:
    found: list[int] = []

    async def look(page: Page) -> None:
        found.extend(children(server.pid))
        await page.call("Page.navigate", url="about:blank")

    with served(tmp_path) as server:
        shown(tmp_path, server, look)
        assert found
        assert all(ends(pid) for pid in found)


@with_chromium
@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_the_server_ends_with_all_that_it_started(tmp_path: Path, how: signal.Signals) -> None:
    async def look(_: Page) -> None:
        found = children(server.pid)
        assert found
        os.kill(server.pid, how)
        loop = asyncio.get_running_loop()
        for pid in (server.pid, *found):
            assert await loop.run_in_executor(None, ends, pid)

    with served(tmp_path) as server:
        shown(tmp_path, server, look)


async def _answers(server: Served) -> dict[str, int]:
    host, key = urlsplit(server.address).netloc, urlsplit(server.address).query
    page, wire = f"{server.origin}/", f"{server.origin}/ws"
    cases: dict[str, tuple[str, dict[str, str]]] = {
        "its address": (server.address, {}),
        "no key": (page, {}),
        "another key": (f"{page}?key=x", {}),
        "a cookie that is no key": (page, {"Cookie": "jesmail=x"}),
        "the terminal without key": (wire, {}),
        "the terminal from another page": (f"{wire}?{key}", {"Origin": "http://evil.example"}),
        "the terminal from a page without origin": (f"{wire}?{key}", {"Origin": "null"}),
        "our name on another port": (f"{wire}?{key}", {"Origin": f"http://{host}1"}),
        "another name for our address": (server.address, {"Host": "evil.example"}),
        "a download without key": (f"{server.origin}/download/x", {}),
        "a script from another page": (
            f"{server.origin}/static/js/textual.js", {"Origin": "http://evil.example"}),
    }  # fmt: skip
    async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as session:
        found = {}
        for name, (url, headers) in cases.items():
            async with session.get(url, headers=headers) as answer:
                found[name] = answer.status
        return found


def test_nobody_comes_in_without_the_key_or_from_elsewhere(tmp_path: Path) -> None:
    with served(tmp_path) as server:
        answers = asyncio.run(_answers(server))
    assert answers.pop("its address") == 200
    assert set(answers.values()) == {403}, answers
