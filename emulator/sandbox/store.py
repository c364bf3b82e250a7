"""Where accepted mail goes: a folder (`--save-mail`), memory, or nowhere.

A mail arrives in an `Incoming`; `MailStore.accept` gives it its number, the order of acceptance. In
a folder it is DIR/0001.eml, the bytes as received with the added periods taken off, and
DIR/0001.json, its envelope (blueprint §6). The envelope is written first and the mail renamed into
place last, so that a mail that is there is whole.
"""

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import BinaryIO, Protocol

from emulator.sandbox.errors import FOLDER_FAILED, FOLDER_IN_USE, SandboxError


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """How a mail was sent. `extensions`: the parameters of MAIL FROM, as they stood."""

    helo: str
    mail_from: str
    rcpt_to: tuple[str, ...]
    tls: bool
    extensions: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """An accepted mail. `listener` counts from 0; bytes are in `path`, in `content`, or gone.

    `receipt` is the client's port and the how-manieth mail over that connection it was: the client
    knows the same, and so which of its mails this is.
    """

    number: int = 0
    listener: int
    envelope: Envelope
    size: int
    receipt: tuple[int, int] = (0, 0)
    path: Path | None = None
    content: bytes | None = None

    def read(self) -> bytes | None:
        """The bytes as received, or None when they were not kept. Raises `OSError`."""
        return self.path.read_bytes() if self.path else self.content


class Incoming(Protocol):
    """A mail that is being received. Its methods raise `OSError` when there is no room."""

    def write(self, text: bytes) -> None:
        """Add to its end."""

    def keep(self, mail: Mail) -> Mail:
        """Make it an accepted mail: `mail`, with `path` or `content` filled in."""

    def drop(self) -> None:
        """Forget it, unless it was kept."""


class _InMemory:
    def __init__(self) -> None:
        self._parts: list[bytes] = []

    def write(self, text: bytes) -> None:
        self._parts.append(text)

    def keep(self, mail: Mail) -> Mail:
        return replace(mail, content=b"".join(self._parts))

    def drop(self) -> None:
        self._parts.clear()


class _Discarded:
    def write(self, text: bytes) -> None:
        pass

    def keep(self, mail: Mail) -> Mail:
        return mail

    def drop(self) -> None:
        pass


class _InFolder:
    def __init__(self, folder: Path, unique: int) -> None:
        self._folder = folder
        self._partial = folder / f".incoming-{unique}"
        self._file: BinaryIO = self._partial.open("wb")

    def write(self, text: bytes) -> None:
        self._file.write(text)

    def keep(self, mail: Mail) -> Mail:
        self._file.close()
        path = self._folder / f"{mail.number:04d}.eml"
        envelope = path.with_suffix(".json")
        try:
            text = json.dumps(asdict(mail.envelope), indent=2) + "\n"
            envelope.write_text(text, encoding="ascii", newline="\n")
            self._partial.rename(path)
        except OSError:
            envelope.unlink(missing_ok=True)
            raise
        return replace(mail, path=path)

    def drop(self) -> None:
        try:
            self._file.close()
        finally:
            self._partial.unlink(missing_ok=True)


class MailStore:
    """The mails of one sandbox, in order of acceptance.

    With `folder`, bytes are on disk only. Without it they are kept in memory up to `keep_bytes` in
    all (None: no cap); of mails past the cap the record stays and the bytes are given to `on_mail`
    only. With `discard` nothing but `count` is kept; with `go_on`
    numbers go on behind those of mail that is in the folder; without
    `remember` no list of what is in the folder. `on_mail` is called before the mail's 250 and
    must not raise. Raises `SandboxError` when the folder cannot be used or holds saved mail.
    """

    def __init__(
        self,
        folder: Path | None = None,
        *,
        keep_bytes: int | None = None,
        discard: bool = False,
        remember: bool = True,
        go_on: bool = False,
        on_mail: Callable[[Mail], None] | None = None,
    ) -> None:
        self.mails: list[Mail] = []
        self.count = 0
        self._folder = folder
        self._keep_bytes = keep_bytes
        self._discard = discard
        self._remember = remember and not discard
        self._on_mail = on_mail
        self._begun = 0
        self._held = 0
        if folder is not None and not discard:
            saved = _prepare(folder)
            if saved and not go_on:
                raise SandboxError(FOLDER_IN_USE, folder=folder, name=saved[0].name)
            self.count = max((int(path.stem) for path in saved), default=0)

    def begin(self) -> Incoming:
        """A place for a mail that is about to be received. Raises `OSError`."""
        self._begun += 1
        if self._discard:
            return _Discarded()
        if self._folder is None:
            return _InMemory()
        return _InFolder(self._folder, self._begun)

    def accept(self, incoming: Incoming, mail: Mail) -> Mail:
        """Keep the mail under the next number. Raises `OSError`; the number is then not used up."""
        number = self.count + 1
        mail = replace(mail, number=number)
        mail = incoming.keep(mail)
        self.count = number
        if self._remember:
            self.mails.append(self._capped(mail))
        if self._on_mail is not None:
            self._on_mail(mail)
        return mail

    def _capped(self, mail: Mail) -> Mail:
        if mail.content is None:
            return mail
        if self._keep_bytes is not None and self._held + mail.size > self._keep_bytes:
            return replace(mail, content=None)
        self._held += mail.size
        return mail


def _prepare(folder: Path) -> list[Path]:
    """Make the folder; what it has already."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        saved = sorted(folder.glob("[0-9]*[0-9].eml")) + sorted(folder.glob("[0-9]*[0-9].json"))
    except OSError as error:
        raise SandboxError(FOLDER_FAILED, folder=folder, reason=error.strerror) from error
    return [path for path in saved if path.stem.isdecimal()]
