"""The port to a directory of z/OS UNIX: the MailDirectory, or the DeadLetterDirectory. No I/O."""

from collections.abc import AsyncIterable, Sequence
from typing import Protocol


class Folder(Protocol):
    """A directory. Each call may raise `OSError`."""

    @property
    def shown(self) -> str:
        """How messages name it, with a trailing slash."""

    async def names(self) -> Sequence[str]:
        """The files that are there, in the order of their names; none when it does not exist."""

    async def write(self, name: str, pieces: AsyncIterable[bytes]) -> None:
        """Make a file of the pieces, or replace it: it is there whole and on disk, or not at all.
        The directory is made when it does not exist."""

    async def read(self, name: str, at: int, size: int) -> bytes:
        """So many bytes at most of a file from an offset; none behind its end."""

    async def rename(self, name: str, to: str) -> None:
        """Give a file another name."""

    async def remove(self, name: str) -> None:
        """Take a file away; one that is not there is no error."""
