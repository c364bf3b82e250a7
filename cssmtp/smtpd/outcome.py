"""What SMTPD made of a spool file, as values and as lines for people (smtpd-migration.md 7.2)."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from cssmtp.smtpd.facts import Origin, Site, Unsure
from cssmtp.smtpd.mailtext import Text
from cssmtp.smtpd.routing import Route, Via
from cssmtp.smtpd.statements import Barred


class Fate(StrEnum):
    """What the gateway does with a mail of a user."""

    PASSED = "passed"
    RETURNED = "returned"
    PURGED = "purged"
    TRANSFERRED = "transferred"
    REFUSED = "refused"  # SECURE


class Result(StrEnum):
    """A whole file in a word."""

    SENT = "SENT"
    NOT_SENT = "NOT-SENT"
    LOCAL_DELIVERY = "LOCAL-DELIVERY"
    EMPTY = "EMPTY"


@dataclass(frozen=True, slots=True)
class Response:
    """A reply in the response data set; `command` is there when VERB ON was said before."""

    record: int
    reply: str
    command: str | None = None

    @property
    def bad(self) -> bool:
        """4xx or 5xx."""
        return self.reply[0] in "45"


@dataclass(frozen=True, slots=True)
class Recipient:
    """A forward-path without brackets and the way to it."""

    address: str
    record: int
    route: Route


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """One mail. `sender` is as written, `wire_sender` as it leaves over TCP."""

    number: int
    record: int
    helo: str
    sender: str
    wire_sender: str
    recipients: tuple[Recipient, ...]
    text: Text
    fate: Fate = Fate.PASSED


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """A whole file. `responses_to` has the response data set back (VERB ON), `report_to` the error
    mail that contains it, `bad_file_to` the file itself; None is nobody."""

    responses: tuple[Response, ...]
    mails: tuple[Mail, ...]
    origin: Origin
    records: int
    responses_to: str | None
    report_to: str | None
    bad_file_to: str | None
    unsure: tuple[Unsure, ...]

    @property
    def errors(self) -> tuple[Response, ...]:
        """The replies that are 4xx or 5xx."""
        return tuple(one for one in self.responses if one.bad)

    @property
    def result(self) -> Result:
        """The file in a word."""
        passed = [mail for mail in self.mails if mail.fate is Fate.PASSED]
        ways = {one.route.via for mail in passed for one in mail.recipients}
        if not ways:
            return Result.NOT_SENT if self.errors or self.mails else Result.EMPTY
        return Result.LOCAL_DELIVERY if ways == {Via.LOCAL} else Result.SENT

    def response_lines(self) -> tuple[str, ...]:
        """The batch SMTP response data set."""
        lines: list[str] = []
        for one in self.responses:
            lines += [] if one.command is None else [one.command]
            lines.append(one.reply)
        return tuple(lines)


def fate_of(origin: Origin, site: Site) -> tuple[Fate, tuple[str, ...]]:
    """What GATEWAY, SECURE and RESTRICT do with a user's mail, and topics."""
    config = site.config
    user, node = origin.user.upper(), origin.node.upper()
    if config.restrict is not None:
        names = {user, f"{user}@{node}", f"*@{node}", f"{user}@*", "*", "*@*"}
        if node != site.own_node:
            names -= {user} if f"{user}@{node}" in config.restrict.users else set()
        if names & set(config.restrict.users):
            return _BARRED[config.restrict.action], ("restrict",)
    if config.secure and f"{user}@{node}" not in (site.security or frozenset()):
        return Fate.REFUSED, ("secure",)
    return Fate.PASSED, ()


_BARRED = {
    Barred.RETURN: Fate.RETURNED,
    Barred.PURGE: Fate.PURGED,
    Barred.TRANSFERTO: Fate.TRANSFERRED,
}


def shown(outcome: Outcome) -> Iterator[str]:
    """The outcome as lines: replies, who has what back, mails, what is unsure."""
    yield f"RESULT {outcome.result}"
    for one in outcome.responses:
        yield f"REPLY {one.record} {one.reply}"
    yield from (f"{word} {to}" for word, to in (
        ("RESPONSES TO", outcome.responses_to), ("ERROR REPORT TO", outcome.report_to),
        ("FILE TO", outcome.bad_file_to),
    ) if to)  # fmt: skip
    for mail in outcome.mails:
        yield from _mail(mail)
    for mark in outcome.unsure:
        where = f" record {mark.record}" if mark.record else ""
        yield f"UNSURE {mark.topic}{where}: {mark.text} [{mark.section}]"


def _mail(mail: Mail) -> Iterator[str]:
    fate = "" if mail.fate is Fate.PASSED else f" {mail.fate.upper()}"
    yield f"MAIL {mail.number} FROM <{mail.sender}> AS <{mail.wire_sender}>{fate}"
    for one in mail.recipients:
        way = one.route
        spool = f" {way.spool[0]} CLASS {way.spool[1]}" if way.spool else ""
        path = f" AS <{way.path}>" if way.path not in ("", one.address) else ""
        need = f" NEEDS {way.need.kind} {way.need.name}" if way.need else ""
        instead = f" ELSE {way.instead}" if way.instead else ""
        yield f"  TO <{one.address}> {way.via} {way.to}{path}{spool}{need}{instead}"
    for before, after in mail.text.changes:
        yield f"  REWRITTEN {before} -> {after}"
    yield from (f"  |{line}" for line in mail.text.wire.decode("latin-1").split("\r\n")[:-1])
