"""The page of a rehearsal in a real browser: filters, details, ten thousand files."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path

import pytest

from cssmtp.smtpd.report import FileReport, Readiness, Summary, Verdict
from emulator.rehearsed.html import write
from tests.cssmtp.test_smtpd_verdicts import report
from tests.peers.chromium import Page, browser, installed
from tests.smtpd_files import a_file

pytestmark = [
    pytest.mark.slow,
    pytest.mark.xdist_group("screens"),
    pytest.mark.skipif(not installed(), reason="peers: chromium is not here"),
]
COUNT = "document.getElementById('count').textContent"


def a_page(path: Path, files: list[FileReport]) -> str:
    """The page of these files; its address."""
    verdicts = {one.value: sum(file.verdict is one for file in files) for one in Verdict}
    summary = Summary(
        smtpd="", cssmtp="", files=len(files), verdicts=verdicts, rules={"RCP-01": 1}, jobs={},
        not_read=(), proposals=(), readiness=Readiness.AFTER_CHANGES,
    )  # fmt: skip
    with path.open("w", encoding="utf-8") as out:
        write(out, summary, files)
    return path.as_uri()


def looked_at(
    tmp_path: Path, files: list[FileReport], look: Callable[[Page], Awaitable[None]]
) -> None:
    """Do something with the page, once it has drawn its files; nothing was refused or broke."""
    address = a_page(tmp_path / "page.html", files)

    async def run() -> None:
        async with browser(tmp_path) as page:
            await page.call("Log.enable")
            await page.call("Page.navigate", url=address)
            await page.until(lambda: bool(page.of("Page.loadEventFired")))
            said = await page.evaluate(COUNT)
            assert said.startswith(f"{len(files)} of {len(files)} files")
            await look(page)
            assert not page.of("Runtime.exceptionThrown")
            assert not [one for one in page.of("Log.entryAdded") if one["entry"]["level"] != "info"]

    asyncio.run(run())


async def opened(page: Page) -> None:
    """Open the first file that is shown, and wait until its details are there."""
    script = (
        "new Promise(done => { const one = document.querySelector('details');"
        " one.addEventListener('toggle', () => done()); one.open = true; })"
    )
    await page.call("Runtime.evaluate", expression=script, awaitPromise=True)


async def choose(page: Page, name: str, value: str) -> None:
    await page.evaluate(
        f"one = document.getElementById('{name}'); one.value = '{value}';"
        "one.dispatchEvent(new Event('input'))"
    )


GOOD, LOCAL = report(a_file()), report(a_file("OPSB", text=["Subject: <b>&amp;", "", "x"]))


def test_files_are_filtered_and_opened(tmp_path: Path) -> None:
    async def look(page: Page) -> None:
        await choose(page, "verdict", "BREAKS")
        assert await page.evaluate(COUNT) == "1 of 3 files"
        await opened(page)
        text = await page.evaluate("document.querySelector('.inside').textContent")
        assert "RCP-01 F" in text
        assert "<b>&amp;" in text  # as it stands in the mail
        assert await page.evaluate("document.querySelectorAll('tr.changed').length") > 0
        await choose(page, "verdict", "")
        await choose(page, "text", "nothing like it")
        assert await page.evaluate(COUNT) == "0 of 3 files"
        picture = await page.screenshot()
        assert picture.startswith(b"\x89PNG")

    looked_at(tmp_path, [GOOD, LOCAL, GOOD], look)


def test_ten_thousand_files(tmp_path: Path) -> None:
    files = [replace(GOOD, jobname=f"J{n:05}") for n in range(10_000)]

    async def look(page: Page) -> None:
        assert await page.evaluate("document.querySelectorAll('details').length") == 200
        await choose(page, "text", "j09999")
        assert await page.evaluate(COUNT) == "1 of 10000 files"
        await opened(page)
        assert await page.evaluate("document.querySelector('.inside h3').textContent") == "SMTPD"

    looked_at(tmp_path, files, look)
