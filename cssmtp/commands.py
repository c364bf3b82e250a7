"""One command line: its verb and argument, or the reply that CSSMTP makes of it.

A command arrives in inspection code. Limits and texts: spool-mail.md 2-4, blueprint §10 "Replies".
"""

import re
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from cssmtp.choices import DEFAULT, BlankAfterColon, Choices, LeadingBlanks, MailParameters

COMMAND_MAX = 510
PATH_MAX = 255  # with its brackets
DOMAIN_MAX = 255
LOCAL_MAX = 64
_WORD_MAX = 64  # of an unknown command, in its reply
_CACHE_MAX = 1024  # commands that are remembered: those of one file are much alike


class Verb(StrEnum):
    """The commands that CSSMTP knows (spool-mail.md 2)."""

    HELO = "HELO"
    EHLO = "EHLO"
    STARTTLS = "STARTTLS"
    MAIL = "MAIL"
    RCPT = "RCPT"
    DATA = "DATA"
    RSET = "RSET"
    QUIT = "QUIT"


@dataclass(frozen=True, slots=True)
class Command:
    """A verb with its argument: a host name, a path without brackets, or nothing."""

    verb: Verb
    argument: str = ""
    blank_after_colon: bool = False


@dataclass(frozen=True, slots=True)
class BadCommand:
    """A command that is rejected; `verb` is None when the word is unknown.

    `argument` is the path without brackets, as far as one can be found.
    """

    verb: Verb | None
    reply: str
    argument: str = ""


@dataclass(frozen=True, slots=True)
class Blank:
    """A line of nothing but separators."""


SEQUENCE = "503 5.5.1 JES Bad sequence of commands"
TOO_LONG = "500 5.2.5 JES Command line too long"
TEXT_TOO_LONG = "500 5.2.5 JES Text line too long"
MAIL_TOO_LARGE = "552 5.3.4 JES Message too large"
FILE_TOO_LARGE = "552 5.3.4 JES Job too large"
_SYNTAX = "501 5.5.4 JES Syntax error. "
NOT_ALLOWED = _SYNTAX + "Character not allowed"

# X'40', X'15', X'0D', X'05' and X'09', X'00' (spool-mail.md 2.2); X'25' is apart
_BLANKS = bytes.maketrans(b"\n\r\t\0", b"    ")
_LF = b"\x0b"
_PLAIN = re.compile(rb"(DATA|RSET|QUIT|STARTTLS)(?: +|\Z)", re.IGNORECASE)
_HELLO = re.compile(rb"(HELO|EHLO)(?: +|\Z)", re.IGNORECASE)
_PATH = re.compile(rb"(?:(MAIL) +FROM|(RCPT) +TO)( *):( *)", re.IGNORECASE)
_VERB = re.compile(rb"(MAIL|RCPT)(?: +|\Z)", re.IGNORECASE)
_CLOSED = re.compile(rb'<([^">]*+(?:"(?:[^"\\]|\\.)*+"[^">]*+)*+)>')
_FOUND = re.compile(rb"[^:<]*[:<][ <]*([^> ]*)")
_ROUTE = re.compile(r"\A@[^:\"]*:")  # RFC 5321 4.1.2: a source route is to be ignored
_LOCAL = re.compile(r'[^\s"<>@\\()]+|"(?:[^"\\]|\\.)*"')
_DOMAIN = re.compile(r'[^\s"<>@\\(),;]+')


class Shows(Protocol):
    """What lines are in: ASCII and the marks of `transcode`, all else above X'7F'."""

    def shown(self, line: bytes) -> str:
        """A line for people, with a period for what cannot be printed."""


@dataclass(slots=True)
class CommandReader:
    """Parses command lines in inspection code. `at_sign` is taken as "@"; empty: only that.

    `known` has lines that were parsed already.
    """

    code: Shows
    choices: Choices = DEFAULT
    null_trnc: bool = False
    at_sign: bytes = b""
    known: dict[bytes, Command | BadCommand | Blank] = field(default_factory=dict)

    def parse(self, line: bytes) -> Command | BadCommand | Blank:
        """What CSSMTP makes of the line."""
        found = self.known.get(line)
        if found is None:
            found = self._parse(line)
            if len(line) <= COMMAND_MAX:
                if len(self.known) >= _CACHE_MAX:
                    self.known.clear()
                self.known[line] = found
        return found

    def _parse(self, line: bytes) -> Command | BadCommand | Blank:
        if self.null_trnc:
            line = line.rstrip(b" \0")
        length = len(line)
        # an unpatched system: X'25' ends no word, and is one of its own
        line = line.replace(_LF, b" " if self.choices.lf_is_separator else b" \x01")
        if self.at_sign:
            line = line.replace(self.at_sign, b"@")
        line = line.translate(_BLANKS).rstrip(b" ")
        if not line and length <= COMMAND_MAX:
            return Blank()
        if self.choices.leading_blanks is LeadingBlanks.IGNORE:
            line = line.lstrip(b" ")
        if length > COMMAND_MAX:
            return self._bad(_verb(line), TOO_LONG, line)
        return self._command(line)

    def _command(self, line: bytes) -> Command | BadCommand:
        if match := _PATH.match(line):
            verb = Verb((match[1] or match[2]).decode().upper())
            blank = bool(match[3] or match[4])
            if blank and self.choices.blank_after_colon is BlankAfterColon.REJECT:
                return self._bad(verb, NOT_ALLOWED, line)
            return self._path(verb, line, match.end(), blank=blank)
        if match := _HELLO.match(line):
            return _hello(Verb(match[1].decode().upper()), line[match.end() :])
        if match := _PLAIN.match(line):
            verb = Verb(match[1].decode().upper())
            if match.end() < len(line):
                return BadCommand(verb, f"{_SYNTAX}Too many args after '{verb}'")
            return Command(verb)
        return self._unknown(line)

    def _unknown(self, line: bytes) -> BadCommand:
        if match := _VERB.match(line):
            verb = Verb(match[1].decode().upper())
            return self._bad(verb, f"{_SYNTAX}Missing argument after '{verb}' command", line)
        word = self.code.shown(line.partition(b" ")[0][:_WORD_MAX])
        return BadCommand(None, f"500 5.5.1 JES Unknown command, '{word}'")

    def _path(self, verb: Verb, line: bytes, start: int, *, blank: bool) -> Command | BadCommand:
        if start == len(line):
            return self._bad(verb, f"{_SYNTAX}Missing argument after '{verb}' command", line)
        if line[start] != 0x3C:
            return self._bad(verb, _SYNTAX + "'<' and '>' required", line)
        match = _CLOSED.match(line, start)
        if match is None:
            return self._bad(verb, _SYNTAX + "Path not closed", line)
        path = match[1]
        if line[match.end() :].strip(b" ") and not (
            verb is Verb.MAIL and self.choices.mail_from_params is MailParameters.IGNORE
        ):
            fault: str | None = f"{_SYNTAX}Too many args after '{verb}' command"
        else:
            fault = _path_fault(path, verb)
        if fault:
            return BadCommand(verb, fault, self.code.shown(path))
        return Command(verb, path.decode("ascii"), blank)

    def _bad(self, verb: Verb | None, reply: str, line: bytes) -> BadCommand:
        found = _FOUND.match(line) if verb is Verb.RCPT else None
        return BadCommand(verb, reply, self.code.shown(found[1][:COMMAND_MAX]) if found else "")


def _verb(line: bytes) -> Verb | None:
    match = _PATH.match(line) or _HELLO.match(line) or _PLAIN.match(line) or _VERB.match(line)
    return Verb((match[1] or match[2]).decode().upper()) if match else None


def _hello(verb: Verb, rest: bytes) -> Command | BadCommand:
    words = rest.split(b" ")
    if not words[0]:
        return BadCommand(verb, f"{_SYNTAX}Missing argument after '{verb}' command")
    if len(words) > 1:
        return BadCommand(verb, f"{_SYNTAX}Too many args after '{verb}' command")
    if len(words[0]) > DOMAIN_MAX:
        return BadCommand(verb, _SYNTAX + "Domain too long")
    if not _graphic(words[0]):
        return BadCommand(verb, NOT_ALLOWED)
    return Command(verb, words[0].decode("ascii"))


def _path_fault(raw: bytes, verb: Verb) -> str | None:  # noqa: PLR0911 a list of rules
    """The reply to a path that breaks a rule (spool-mail.md 4, RFC 5321 4.1.2), or None."""
    if not raw and verb is Verb.MAIL:
        return None
    if len(raw) + 2 > PATH_MAX:
        return _SYNTAX + "Path too long"
    if not _graphic(raw.replace(b" ", b"x") if b'"' in raw else raw):
        return NOT_ALLOWED
    local, at, domain = _ROUTE.sub("", raw.decode("ascii"), count=1).rpartition("@")
    if not at or not domain:
        return _SYNTAX + "Domain missing in path"
    if len(domain) > DOMAIN_MAX:
        return _SYNTAX + "Domain too long"
    if len(local) > LOCAL_MAX:
        return _SYNTAX + "Local part too long"
    if not _LOCAL.fullmatch(local) or not _DOMAIN.fullmatch(domain):
        return NOT_ALLOWED
    return None


def _graphic(text: bytes) -> bool:
    """Printable ASCII without blanks: what can stand in an SMTP command as it is."""
    return not text.translate(None, _GRAPHIC)


_GRAPHIC = bytes(range(0x21, 0x7F))
