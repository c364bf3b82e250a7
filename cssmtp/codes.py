"""What the text of a spool file is in, and how it becomes lines and bytes on the wire.

Two kinds, by the MBCS statement: single-byte pages in their inspection code (`transcode`), mixed
pages in UTF-8 (`multibyte`). The parser and the text writer run on either.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Protocol

from cssmtp import multibyte, transcode
from cssmtp.choices import Choices
from cssmtp.config.statements import Config, TargetServer
from cssmtp.lines import LineReader, Lines
from cssmtp.mixedlines import MixedLineReader
from cssmtp.transcode import Inspection, Wire
from jes.codepages import page
from jes.mixed import MixedPage, mixed_page
from jes.records import Block
from jes.sysout import SpoolFile


class Code(Protocol):
    """What lines are in: ASCII is ASCII, everything else is above X'7F'."""

    def byte_of(self, character: str) -> bytes:
        """The bytes of a character, empty when the page does not have it."""

    def shown(self, line: bytes) -> str:
        """A line for people, with a period for what cannot be printed."""


class Reader(Protocol):
    """Turns the blocks of one data set, in order, into lines. Raises `BadRecord`."""

    def lines(self, block: Block) -> Lines:
        """The lines that end in the block."""

    def last(self, next_record: int) -> Lines | None:
        """A line whose joining record was the last of the data set."""


class Codes(Protocol):
    """How a CSSMTP reads and writes, as its Translate and MBCS statements say."""

    @property
    def code(self) -> Code:
        """What lines are in."""

    def reader(self, file: SpoolFile) -> Reader:
        """A reader for a spool file."""

    def charset(self, server: TargetServer) -> str:
        """What mail to a target is in, as its header would say."""

    def wire(self, server: TargetServer) -> Wire:
        """The step to a target. Raises `BadCharacter`."""

    def lost(self, servers: Iterable[TargetServer]) -> Callable[[bytes], int]:
        """Counts the characters of lines which some target's charset lacks.

        Raises `BadCharacter`.
        """


@dataclass(frozen=True, slots=True)
class SingleByte:
    """MBCS No."""

    code: Inspection
    choices: Choices

    def reader(self, file: SpoolFile) -> LineReader:
        """As `Codes.reader`."""
        return LineReader(file.recfm, file.lrecl, self.code, self.choices)

    def charset(self, server: TargetServer) -> str:
        """The target's Charset."""
        return server.charset

    def wire(self, server: TargetServer) -> Wire:
        """As `Codes.wire`."""
        return transcode.wire(self.code, server.charset)

    def lost(self, servers: Iterable[TargetServer]) -> Callable[[bytes], int]:
        """As `Codes.lost`; what the page leaves undefined is among them."""
        return transcode.lost(self.code, (server.charset for server in servers))


@dataclass(frozen=True, slots=True)
class MultiByte:
    """MBCS Yes."""

    page: MixedPage
    choices: Choices

    @property
    def code(self) -> multibyte.Utf8:
        """As `Codes.code`."""
        return multibyte.Utf8(self.page)

    def reader(self, file: SpoolFile) -> MixedLineReader:
        """As `Codes.reader`."""
        reset = self.choices.mbcs_reset_per_record
        return MixedLineReader(file.recfm, file.lrecl, self.page, self.choices, reset)

    def charset(self, server: TargetServer) -> str:
        """As `Codes.charset`."""
        return multibyte.declared_as(_mb_charset(server))

    def wire(self, server: TargetServer) -> Wire:
        """As `Codes.wire`."""
        return multibyte.wire(_mb_charset(server))

    def lost(self, servers: Iterable[TargetServer]) -> Callable[[bytes], int]:
        """As `Codes.lost`; the reader's notices count what the page leaves undefined."""
        return multibyte.lost(map(_mb_charset, servers))


def _mb_charset(server: TargetServer) -> str:
    """MBCharset, which the checks of a configuration require with MBCS Yes."""
    return server.mb_charset or server.charset


def codes_of(config: Config, choices: Choices) -> Codes:
    """By MBCS and Translate. Raises `BadCharacter`."""
    if config.mbcs:
        return MultiByte(mixed_page(config.translate), choices)
    return SingleByte(transcode.inspection(page(config.translate)), choices)
