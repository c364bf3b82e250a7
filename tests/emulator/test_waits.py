"""The clock that jumps (blueprint §2), and directories of z/OS UNIX."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from cssmtp.clock import in_flight, waiting
from emulator.settings import Settings
from emulator.unixfiles import UnixFolder, root_of
from emulator.waits import JumpingWaits

START = datetime(2024, 1, 31, tzinfo=UTC)


def test_timers_ring_in_their_order_when_nothing_is_in_flight() -> None:
    async def main() -> None:
        clock = JumpingWaits(lambda: START)
        rung: list[tuple[str, datetime]] = []
        done = asyncio.Event()
        with in_flight(clock):
            clock.later(86_400, lambda: rung.append(("day", clock.now())))
            clock.later(86_400, done.set)
            clock.later(60, lambda: rung.append(("minute", clock.now())))
            clock.later(30, lambda: rung.append(("never", clock.now()))).cancel()
            for _ in range(100):
                await asyncio.sleep(0)
            assert rung == []
            with waiting(clock):
                await done.wait()
        assert [(what, str(at)[:16]) for what, at in rung] == [
            ("minute", "2024-01-31 00:01"),
            ("day", "2024-02-01 00:00"),
        ]
        assert clock.skipped() == 86_400

    asyncio.run(main())


def test_what_a_timer_begins_is_awaited() -> None:
    """The next timer does not ring while the first one's work is in flight."""

    async def main() -> None:
        clock = JumpingWaits(lambda: START)
        order: list[str] = []
        done = asyncio.Event()

        def first() -> None:
            order.append("first")
            clock.begins()
            asyncio.get_running_loop().call_later(0.01, second)

        def second() -> None:
            order.append("its end")
            clock.ends()

        clock.later(1, first)
        clock.later(2, lambda: order.append("other"))
        clock.later(2, done.set)
        await done.wait()
        assert order == ["first", "its end", "other"]

    asyncio.run(main())


async def data(*pieces: bytes) -> AsyncIterator[bytes]:
    for piece in pieces:
        yield piece


async def broken() -> AsyncIterator[bytes]:
    yield b"half"
    raise OSError("no more")


@pytest.mark.parametrize(
    ("directory", "path"),
    [("/var/mail/", "var/mail"), ("/../../etc/x", "etc/x"), ("/a/./b//", "a/b")],
)
def test_directories_are_below_their_folder(directory: str, path: str, tmp_path: Path) -> None:
    async def main() -> None:
        folder = UnixFolder(tmp_path / "root", directory)
        assert list(await folder.names()) == []
        await folder.write("one", data(b"a", b"b"))
        await folder.write("one", data(b"c"))
        assert list(await folder.names()) == ["one"]
        assert (tmp_path / "root" / path / "one").read_bytes() == b"c"
        await folder.rename("one", "ONE")
        assert await folder.read("ONE", 0, 9) == b"c"
        await folder.remove("ONE")
        await folder.remove("ONE")

    asyncio.run(main())


def test_a_file_is_there_whole_or_not_at_all(tmp_path: Path) -> None:
    async def main() -> None:
        folder = UnixFolder(tmp_path, "/x/")
        with pytest.raises(OSError, match="no more"):
            await folder.write("one", broken())
        (tmp_path / "x" / "cf1.tmp").touch()  # of a process that was killed
        assert list(await folder.names()) == []
        assert list((tmp_path / "x").iterdir()) == []

    asyncio.run(main())


@pytest.mark.parametrize(
    ("settings", "root"),
    [
        (Settings(), None),
        (Settings(spool=Path("/s/spool.db")), Path("/s/spool.db-unix")),
        (Settings(spool="postgresql://h/d"), None),
        (Settings(spool="postgresql://h/d", unix_files=Path("/")), Path("/")),
    ],
)
def test_where_unix_begins(settings: Settings, root: Path | None) -> None:
    assert root_of(settings) == root
