"""One command record: its verb and argument, or the reply that CSSMTP makes of it.

A command arrives in inspection code, or in EBCDIC when it has bytes below X'40'. Limits and texts:
spool-mail.md 2-4, blueprint §10 "Replies".
"""

import re
from dataclasses import dataclass
from enum import StrEnum

from cssmtp.choices import Choices
from cssmtp.transcode import Inspection

COMMAND_MAX = 510
PATH_MAX = 255
DOMAIN_MAX = 255
LOCAL_MAX = 64
_WORD_MAX = 64  # of an unknown command, in its reply
_SEPARATORS = frozenset((0x40, 0x15, 0x0D, 0x05, 0x09, 0x00))  # spool-mail.md 2.2
_LF = 0x25


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
    """A command that is rejected; `verb` is None when the word is unknown."""

    verb: Verb | None
    reply: str


SEQUENCE = "503 5.5.1 JES Bad sequence of commands"
TOO_LONG = "500 5.2.5 JES Command line too long"
TEXT_TOO_LONG = "500 5.2.5 JES Text line too long"
MAIL_TOO_LARGE = "552 5.3.4 JES Message too large"
FILE_TOO_LARGE = "552 5.3.4 JES Job too large"
_SYNTAX = "501 5.5.4 JES Syntax error. "
NOT_ALLOWED = _SYNTAX + "Character not allowed"

_PLAIN = {
    verb: re.compile(rf"{verb}(?![^ ])", re.IGNORECASE)
    for verb in (Verb.DATA, Verb.RSET, Verb.QUIT, Verb.STARTTLS)
}
_HELLO = re.compile(r"(HELO|EHLO)(?![^ ]) *", re.IGNORECASE)
_PATH = re.compile(r"(?:(MAIL) +FROM|(RCPT) +TO)( *):( *)", re.IGNORECASE)
_VERBS = re.compile(r"(MAIL|RCPT)(?![^ ])", re.IGNORECASE)


def parse(line: bytes, choices: Choices) -> Command | BadCommand:
    """The command of a line in inspection code that has no forbidden byte."""
    text = line.decode("latin-1")
    if "\t" in text or "\n" in text:
        text = text.replace("\t", " ").replace("\n", " ").rstrip(" ")
    return _parse(text, len(line), choices)


def parse_raw(
    raw: bytes, code: Inspection, choices: Choices, *, null_trnc: bool
) -> Command | BadCommand:
    """The command of an EBCDIC record with bytes below X'40': separators are taken as blanks."""
    raw = raw.rstrip(b"\x40\x00" if null_trnc else b"\x40")
    separators = _SEPARATORS | {_LF} if choices.lf_is_separator else _SEPARATORS
    text = bytes(0x40 if byte in separators else byte for byte in raw).translate(code.table)
    return _parse(text.decode("latin-1").rstrip(" "), len(raw), choices)


def _parse(text: str, length: int, choices: Choices) -> Command | BadCommand:
    if length > COMMAND_MAX:
        return BadCommand(_verb(text), TOO_LONG)
    if choices.leading_blanks_ignored:
        text = text.lstrip(" ")
    if match := _PATH.match(text):
        verb = Verb((match[1] or match[2]).upper())
        return _path(verb, text[match.end() :], blank=bool(match[3] or match[4]))
    if match := _HELLO.match(text):
        return _hello(Verb(match[1].upper()), text[match.end() :])
    for verb, pattern in _PLAIN.items():
        if match := pattern.match(text):
            if text[match.end() :].strip(" "):
                return BadCommand(verb, f"{_SYNTAX}Too many args after '{verb}'")
            return Command(verb)
    return _unknown(text)


def _unknown(text: str) -> BadCommand:
    if match := _VERBS.match(text):
        verb = Verb(match[1].upper())
        return BadCommand(verb, f"{_SYNTAX}Missing argument after '{verb}' command")
    word = text.split(" ", 1)[0][:_WORD_MAX]
    shown = "".join(c if " " < c <= "~" or c > "\xa0" else "." for c in word)
    return BadCommand(None, f"500 5.5.1 JES Unknown command, '{shown}'")


def _verb(text: str) -> Verb | None:
    word = text[:4].upper()
    return Verb(word) if word in set(Verb) else None


def _hello(verb: Verb, rest: str) -> Command | BadCommand:
    words = rest.split()
    if not words:
        return BadCommand(verb, f"{_SYNTAX}Missing argument after '{verb}' command")
    if len(words) > 1:
        return BadCommand(verb, f"{_SYNTAX}Too many args after '{verb}' command")
    if not _printable(words[0]):
        return BadCommand(verb, NOT_ALLOWED)
    return Command(verb, words[0])


def _path(verb: Verb, rest: str, *, blank: bool) -> Command | BadCommand:
    if not rest:
        return BadCommand(verb, f"{_SYNTAX}Missing argument after '{verb}' command")
    if not rest.startswith("<"):
        return BadCommand(verb, _SYNTAX + "'<' and '>' required")
    end = _closing(rest)
    if end < 0:
        return BadCommand(verb, _SYNTAX + "Path not closed")
    path, after = rest[1:end], rest[end + 1 :]
    if after.strip(" "):
        return BadCommand(verb, f"{_SYNTAX}Too many args after '{verb}' command")
    fault = _path_fault(path, verb)
    return BadCommand(verb, fault) if fault else Command(verb, path, blank)


def _closing(rest: str) -> int:
    """Where the path's bracket closes, outside of a quoted local part; -1 when it does not."""
    quoted = escaped = False
    for index, character in enumerate(rest):
        if escaped:
            escaped = False
        elif quoted and character == "\\":
            escaped = True
        elif character == '"':
            quoted = not quoted
        elif character == ">" and not quoted:
            return index
    return -1


def _path_fault(path: str, verb: Verb) -> str | None:  # noqa: PLR0911 a list of rules
    """The reply to a path that breaks a rule (spool-mail.md 4, RFC 5321 4.1.2), or None."""
    if not path and verb is Verb.MAIL:
        return None
    if len(path) + 2 > PATH_MAX:
        return _SYNTAX + "Path too long"
    if not _printable(path.replace(" ", "x") if '"' in path else path):
        return NOT_ALLOWED
    local, at, domain = path.rpartition("@")
    if not at or not domain:
        return _SYNTAX + "Domain missing in path"
    if len(domain) > DOMAIN_MAX:
        return _SYNTAX + "Domain too long"
    if len(local) > LOCAL_MAX:
        return _SYNTAX + "Local part too long"
    if not local or not _LOCAL.fullmatch(local) or not _DOMAIN.fullmatch(domain):
        return NOT_ALLOWED
    return None


_LOCAL = re.compile(r'[^\s"<>@\\()]+|"(?:[^"\\]|\\.)*"|[^\s"<>\\()]+')
_DOMAIN = re.compile(r'[^\s"<>@\\(),;]+')


def _printable(text: str) -> bool:
    return text.isascii() and all(" " < character <= "~" for character in text)
