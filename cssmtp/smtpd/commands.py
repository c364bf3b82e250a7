"""One command line as SMTPD reads it from the spool (spool-mail.md 2, smtpd-migration.md 5).

SMTPD knows more commands than CSSMTP and passes over more; where no page says so the result is
marked. A path is without its brackets.
"""

import re
from dataclasses import dataclass
from enum import StrEnum

from cssmtp.smtpd.facts import ASSUMED, Assumptions


class Verb(StrEnum):
    """What SMTPD knows."""

    HELO = "HELO"
    MAIL = "MAIL"
    RCPT = "RCPT"
    DATA = "DATA"
    RSET = "RSET"
    QUIT = "QUIT"
    NOOP = "NOOP"
    HELP = "HELP"
    EXPN = "EXPN"
    VRFY = "VRFY"
    QUEU = "QUEU"
    VERB = "VERB"
    TICK = "TICK"


@dataclass(frozen=True, slots=True)
class Command:
    """A verb with its argument. `refused` is the reply's code when it cannot be carried out.
    `topics` are those of `facts.TOPICS` on which this rests."""

    verb: Verb | None
    argument: str = ""
    refused: int = 0
    topics: tuple[str, ...] = ()


_WORD = re.compile(r"[^ ]*")
_VERBS = {str(verb): verb for verb in Verb}
_UNIMPLEMENTED = frozenset({"SEND", "SOML", "SAML", "TURN"})
_PATH = re.compile(r"(?:MAIL +FROM|RCPT +TO) *: *", re.IGNORECASE)
_BRACKETS = re.compile(r'<([^">]*(?:"(?:[^"\\]|\\.)*"[^">]*)*)>')
_BARE = re.compile(r'(?:"(?:[^"\\]|\\.)*"|[^ <>"])+')


def read(line: str, assumed: Assumptions = ASSUMED, at_sign: str = "@") -> Command:
    """What SMTPD makes of a line; never fails."""
    topics: list[str] = []
    if line.startswith(" "):
        topics.append("leading-blanks")
        line = line.lstrip(" ")
    match = _WORD.match(line)
    word = match[0] if match else ""
    rest = line[len(word) :].strip(" ")
    if word.upper() in _UNIMPLEMENTED:
        return Command(None, word, 502, (*topics, "unimplemented"))
    known = _VERBS.get(word.upper())
    if known is None:
        more = ("starttls",) if word.upper() == "STARTTLS" else ()
        return Command(None, word, 500, (*topics, *more))
    if known in (Verb.MAIL, Verb.RCPT):
        return _path(known, line, assumed, at_sign, topics)
    if known is Verb.HELO:
        return _hello(rest, assumed, topics)
    refused = 0
    if known is Verb.DATA and rest:
        topics.append("args")
        refused = 0 if assumed.lenient_args else 501
    return Command(known, rest, refused, tuple(topics))


def _hello(rest: str, assumed: Assumptions, topics: list[str]) -> Command:
    name, _, more = rest.partition(" ")
    refused = 0
    if not name:
        topics.append("command-syntax")
        refused = 501
    if more:
        topics.append("args")
        refused = 0 if assumed.lenient_args else 501
    return Command(Verb.HELO, name, refused, tuple(topics))


def _path(verb: Verb, line: str, assumed: Assumptions, at_sign: str, topics: list[str]) -> Command:
    match = _PATH.match(line)
    if match is None:
        return Command(verb, "", 501, (*topics, "command-syntax"))
    if at_sign != "@":
        line = line.replace(at_sign, "@")
    found = _BRACKETS.match(line, match.end())
    if found is None:
        found = _BARE.match(line, match.end())
        topics.append("brackets")
        if found is None or assumed.brackets:
            return Command(verb, line[match.end() :], 501, (*topics, "command-syntax"))
    path = found[1] if found.re is _BRACKETS else found[0]
    if line[found.end() :].strip(" "):
        topics.append("mail-parameters" if verb is Verb.MAIL else "args")
        if not assumed.lenient_args:
            return Command(verb, path, 501, tuple(topics))
    if (not path and verb is Verb.RCPT) or re.search(r"[\x00-\x1f\x7f]", path):
        return Command(verb, path, 501, (*topics, "command-syntax"))
    return Command(verb, path, 0, tuple(topics))
