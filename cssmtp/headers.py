"""The header lines that CSSMTP adds in front of a mail's own (spool-mail.md 5.2, blueprint §10)."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from cssmtp.choices import MessageIdStyle
from cssmtp.mail import Mail
from jes.sysout import SpoolFile

_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
MONTHS = (
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
)  # fmt: skip


def rfc5322_date(moment: datetime) -> str:
    """`Wed, 31 Jan 2024 06:10:00 +0000` (RFC 5322 3.3); `moment` knows its zone."""
    day, month = _DAYS[moment.weekday()], MONTHS[moment.month - 1]
    offset = f"{moment:%z}"[:5]  # local mean times of long ago have seconds
    return f"{day}, {moment.day:02d} {month} {moment:%Y %H:%M:%S} {offset}"


@dataclass(slots=True)
class Stamps:
    """Moments for ids, never twice the same: the later of now and the last plus a microsecond."""

    now: Callable[[], datetime]
    _last: datetime | None = None

    def next(self) -> datetime:
        """The next moment."""
        moment = self.now()
        if self._last is not None and moment <= self._last:
            moment = self._last + timedelta(microseconds=1)
        self._last = moment
        return moment


@dataclass(slots=True)
class HeaderMaker:
    """Makes Received, Date and Message-ID. `jobname` is CSSMTP's own, `host` this system's name."""

    host: str
    jobname: str
    stamps: Stamps
    add_date: bool = True
    user_info: bool = True
    style: MessageIdStyle = MessageIdStyle.LEFT
    _second: str = field(default="", init=False)  # the one that these two are of
    _date: str = field(default="", init=False)
    _digits: str = field(default="", init=False)

    def prefix(self, mail: Mail, file: SpoolFile) -> bytes:
        """The lines for `mail`, each with CRLF, in the order Received, Date, Message-ID."""
        moment = self.stamps.next()
        self._set_second(moment)
        date = self._date
        stamp = f"{self._digits}.{moment.microsecond:06d}.{file.dsid}.{mail.ordinal}"
        if self.user_info:
            job = f"{file.jobname}.{file.jobid}"
            notify = f",{file.notify}" if file.notify else ""
            trace = f"id {job}.{file.dsid} for {file.owner}{notify}"
        else:
            job = ""
            trace = f"id {stamp} for {self.jobname}"
        text = (
            f"Received: from {mail.helo} by {self.host} (CSSMTP {self.jobname})\r\n"
            f" {trace};\r\n {date}\r\n"
        )
        if self.add_date and not mail.has_date:
            text += f"Date: {date}\r\n"
        if not mail.has_message_id:
            text += f"Message-ID: <{self._unique(job, stamp)}>\r\n"
        return text.encode("ascii")

    def _unique(self, job: str, stamp: str) -> str:
        """A Message-ID without its brackets (spool-mail.md 5.2); `job` is empty for UserInfo NO."""
        if self.style is MessageIdStyle.LEFT:
            return f"{job}.{stamp}@{self.host}" if job else f"{stamp}@{self.host}"
        name, _, domain = self.host.partition(".")
        left = f"{job}.{name}" if job else name
        return f"{left}@{domain or name}.{stamp}"

    def _set_second(self, moment: datetime) -> None:
        """Write a second out once: many mails share it."""
        second = moment.isoformat(timespec="seconds")
        if second != self._second:
            self._second = second
            self._date, self._digits = rfc5322_date(moment), f"{moment:%Y%m%d.%H%M%S}"
