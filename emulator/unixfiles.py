"""Directories of z/OS UNIX that a CSSMTP configuration names, below a folder of this system.

`/var/cssmtp/CSSMTP/mail/` is `FOLDER/var/cssmtp/CSSMTP/mail/`: nothing is written to the host's own
/var unless the system file says `unix_files: /`.
"""

import asyncio
import os
from collections.abc import AsyncIterable, Callable, Sequence
from contextlib import suppress
from pathlib import Path, PurePosixPath

from emulator.settings import Settings

NO_ROOT = "ExtendedRetry needs a folder for its mail: set unix_files in the system file"
TEMPORARY = ".tmp"  # how names of files end that are being written


def root_of(settings: Settings) -> Path | None:
    """Where z/OS UNIX begins on a system; None when neither its file nor its spool says so."""
    if settings.unix_files is not None or not isinstance(settings.spool, Path):
        return settings.unix_files
    return settings.spool.with_name(settings.spool.name + "-unix")


class UnixFolder:
    """A directory as CSSMTP's port (`cssmtp.folder.Folder`). Files are for their owner only."""

    def __init__(self, root: Path, directory: str) -> None:
        """`directory` is the absolute z/OS path. Whatever dots it has do not lead out of `root`."""
        parts = [part for part in PurePosixPath(directory).parts if part not in ("/", "..")]
        self._path = root.joinpath(*parts)
        self.shown = "/".join(["", *parts, ""])

    async def names(self) -> Sequence[str]:
        """As `Folder.names`."""
        return await asyncio.to_thread(self._names)

    def _names(self) -> list[str]:
        try:
            found = [entry.name for entry in os.scandir(self._path) if entry.is_file()]
        except FileNotFoundError:
            return []
        for name in found:
            if name.endswith(TEMPORARY):  # left by a process that was killed
                with suppress(OSError):
                    (self._path / name).unlink()
        return sorted(name for name in found if not name.endswith(TEMPORARY))

    async def write(self, name: str, pieces: AsyncIterable[bytes]) -> None:
        """As `Folder.write`."""
        temporary = self._path / (name + TEMPORARY)
        file = await asyncio.to_thread(self._create, temporary)
        try:
            async for piece in pieces:
                await asyncio.to_thread(_write, file, piece)
            await asyncio.to_thread(self._finish, file, temporary, self._path / name)
        except BaseException:
            with suppress(OSError):
                temporary.unlink()
            raise
        finally:
            os.close(file)

    def _create(self, path: Path) -> int:
        self._path.mkdir(mode=0o700, parents=True, exist_ok=True)
        return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)

    def _finish(self, file: int, temporary: Path, path: Path) -> None:
        os.fsync(file)
        temporary.rename(path)
        self._sync()

    def _sync(self) -> None:
        folder = os.open(self._path, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)

    async def read(self, name: str, at: int, size: int) -> bytes:
        """As `Folder.read`."""

        def read() -> bytes:
            with (self._path / name).open("rb") as file:
                file.seek(at)
                return file.read(size)

        return await asyncio.to_thread(read)

    async def rename(self, name: str, to: str) -> None:
        """As `Folder.rename`."""
        await self._changed(lambda: (self._path / name).rename(self._path / to))

    async def remove(self, name: str) -> None:
        """As `Folder.remove`."""
        await self._changed(lambda: (self._path / name).unlink(missing_ok=True))

    async def _changed(self, change: Callable[[], object]) -> None:
        def changed() -> None:
            change()
            if self._path.exists():
                self._sync()

        await asyncio.to_thread(changed)


def _write(file: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(file, view) :]
