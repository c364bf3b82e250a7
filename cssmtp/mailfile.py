"""The two files of a mail in extended retry (cssmtp-operations.md 4.4); their format is ours.

`cf…` is the control file, a line `key=value` for each fact, written last; `df…` has the text in the
code that CSSMTP inspects it in (`code` says of which page), with CRLF: what a target gets is made
of it when it is sent, in the Charset of that target. Pure.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime

from cssmtp.mail import Mail, Recipient, Status
from jes.names import DdName, JobId, JobName, SysoutClass, UserId, WriterName
from jes.records import FB
from jes.sysout import Disposition, SpoolFile

VERSION = "1"
CONTROL, DATA = "cf", "df"


class Unusable(Exception):
    """A control file cannot be used; the text says why."""


@dataclass(slots=True, kw_only=True)
class MailFile:
    """A mail in extended retry. `id` is what both file names have behind their two letters.

    `writer` is the external writer name, `code` what the text is in; `read`, `first` and `next` are
    when it was read from the spool, tried first, and is tried next; `tries` counts those made here.
    """

    id: str
    writer: str
    code: str
    jobname: str
    jobid: str
    owner: str
    stepname: str
    ddname: str
    dsid: int
    outgrp: str
    sysout_class: str
    ordinal: int
    helo: str
    sender: str
    tls: bool
    size: int
    eight_bit: int
    read: datetime
    first: datetime
    next: datetime
    tries: int = 0
    recipients: list[Recipient] = field(default_factory=list)

    @property
    def control(self) -> str:
        """The name of its control file."""
        return CONTROL + self.id

    @property
    def data(self) -> str:
        """The name of its data file."""
        return DATA + self.id

    def mail(self) -> Mail:
        """The mail for the recipients that are open; they are those of this value."""
        open_ones = [one for one in self.recipients if one.status is Status.EXTENDED_RETRY]
        return Mail(
            ordinal=self.ordinal,
            record=0,
            helo=self.helo,
            sender=self.sender,
            tls=self.tls,
            recipients=open_ones,
            size=self.size,
            eight_bit=self.eight_bit,
            big=True,
            stored=self.data,
        )

    def spool_file(self) -> SpoolFile:
        """The spool file that the mail came from, as far as it is still known. Raises `BadName`."""
        return SpoolFile(
            key=-1,
            dsid=self.dsid,
            jobid=JobId(self.jobid),
            jobname=JobName(self.jobname),
            owner=UserId(self.owner),
            stepname=self.stepname,
            procstep=None,
            ddname=DdName(self.ddname),
            dsname="",
            recfm=FB,
            lrecl=80,
            records=0,
            size=0,
            sysout_class=SysoutClass(self.sysout_class),
            writer=WriterName(self.writer),
            dest="",
            forms=None,
            notify=None,
            disposition=Disposition.WRITE,
            outgrp=self.outgrp,
            incarnation=0,
        )


def mail_file(
    mail: Mail, file: SpoolFile, writer: str, code: str, times: tuple[datetime, datetime, datetime]
) -> MailFile:
    """The value for a mail that moves; `times` are `read`, `first` and `next`."""
    read, first, again = times
    return MailFile(
        id=f"{file.jobid}.{file.dsid}.{file.incarnation}.{mail.ordinal}.{first:%Y%m%d%H%M%S%f}",
        writer=writer,
        code=code,
        jobname=file.jobname,
        jobid=file.jobid,
        owner=file.owner,
        stepname=file.stepname,
        ddname=file.ddname,
        dsid=file.dsid,
        outgrp=file.outgrp,
        sysout_class=file.sysout_class,
        ordinal=mail.ordinal,
        helo=mail.helo,
        sender=mail.sender,
        tls=mail.tls,
        size=mail.size + len(mail.prefix) + 2 * mail.blank_line_missing,
        eight_bit=mail.eight_bit,
        read=read,
        first=first,
        next=again,
        recipients=mail.recipients,
    )


_PLAIN = [one.name for one in fields(MailFile) if one.name not in ("id", "recipients")]
_NUMBERS = ("dsid", "ordinal", "size", "eight_bit", "tries")
_TIMES = ("read", "first", "next")


def written(mail: MailFile) -> bytes:
    """The control file of a mail: ASCII whatever a reply holds."""
    facts = [("version", VERSION), *((name, _text(getattr(mail, name))) for name in _PLAIN)]
    for one in mail.recipients:
        facts.append(("recipient", one.address))
        facts.append(("record", str(one.record)))
        facts.append(("status", one.status.value))
        facts += [("target", one.target)] if one.target is not None else []
        facts += [("reply", one.reply)] if one.reply is not None else []
    lines = (f"{key}={value.encode('unicode_escape').decode()}\n" for key, value in facts)
    return "".join(lines).encode("ascii")


def _text(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    return str(int(value)) if isinstance(value, bool) else str(value)


def read(name: str, data: bytes, writer: str, code: str) -> MailFile:
    """The mail of the control file of that name. Raises `Unusable`."""
    try:
        facts = list(_facts(data))
        first = next((at for at, (key, _) in enumerate(facts) if key == "recipient"), len(facts))
        mail = _mail(name.removeprefix(CONTROL), dict(facts[:first]))
        mail.recipients = _recipients(facts[first:])
        mail.spool_file()
    except KeyError as error:
        raise Unusable(f"{error.args[0]} is missing") from error
    except Exception as error:  # whatever somebody wrote into the file
        raise Unusable(str(error)) from error
    if mail.writer != writer:
        raise Unusable(f"it belongs to writer {mail.writer}")
    if mail.code != code:
        raise Unusable(f"its text is in {mail.code}, and Translate says {code}")
    if not mail.mail().recipients:
        raise Unusable("no recipient is in extended retry")
    return mail


def _facts(data: bytes) -> Iterable[tuple[str, str]]:
    for number, line in enumerate(data.decode("ascii").splitlines(), start=1):
        key, found, value = line.partition("=")
        if not found:
            raise ValueError(f"line {number} is not key=value")
        yield key, value.encode("ascii").decode("unicode_escape")


def _mail(id_: str, facts: Mapping[str, str]) -> MailFile:
    if facts["version"] != VERSION:
        raise ValueError(f"version {facts['version']} is not known")
    values: dict[str, object] = {name: facts[name] for name in _PLAIN}
    values.update({name: int(facts[name]) for name in _NUMBERS})
    values.update({name: _moment(facts[name]) for name in _TIMES})
    values["tls"] = facts["tls"] == "1"
    return MailFile(id=id_, **values)  # type: ignore[arg-type]


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(f"{text} has no zone")
    return moment


def _recipients(facts: Iterable[tuple[str, str]]) -> list[Recipient]:
    found: list[Recipient] = []
    for key, value in facts:
        match key:
            case "recipient":
                found.append(Recipient(value, 0))
            case "record":
                found[-1].record = int(value)
            case "status":
                found[-1].status = Status(value)
            case "target":
                found[-1].target = value
            case "reply":
                found[-1].reply = value
            case _:
                raise ValueError(f"{key} is not known")
    return found
