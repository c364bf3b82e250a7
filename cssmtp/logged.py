"""What becomes of spool files and mails, in the log. An observer before another one. No I/O."""

from dataclasses import dataclass

from cssmtp.config.statements import Report
from cssmtp.log import Level, Log
from cssmtp.mail import Mail, Status
from cssmtp.place import Observer
from cssmtp.undeliverable import DeadLetter
from cssmtp.work import Fate, FileWork
from jes.sysout import SpoolFile

_EXCEEDED = "Maximum errors reached in Jes file: the rest is not read"


def _task(file: SpoolFile) -> str:
    return f"{file.jobid}.{file.dsid}"


@dataclass(frozen=True, slots=True)
class Logged:
    """As `Observer`; `then` is told the same."""

    log: Log
    then: Observer

    def begin(self, work: FileWork) -> None:
        """A spool file is taken."""
        file = work.file
        text = f"{file.jobname} {file.stepname}.{file.ddname} {file.outgrp}: {file.records} records"
        self.log.say(Level.INFORMATION, "mlJesFile", text, task=_task(file))
        self.then.begin(work)

    def mail(self, file: SpoolFile, mail: Mail) -> None:
        """A mail is settled."""
        if self.log.level() & ~Level.EVENT:  # the way of every mail
            self._mail(file, mail)
        self.then.mail(file, mail)

    def _mail(self, file: SpoolFile, mail: Mail) -> None:
        say, task = self.log.say, _task(file)
        if self.log.has(Level.JES):
            say(Level.JES, "mlJesCmd", f"MAIL FROM:<{mail.sender}>", task=task, mail=mail.ordinal)
            for one in mail.recipients:
                say(Level.JES, "mlJesCmd", f"RCPT TO:<{one.address}>", task=task, mail=mail.ordinal)
        for one in mail.recipients:
            bad = one.status in (Status.UNDELIVERABLE, Status.RETRY)
            level = Level.WARNING if bad else Level.INFORMATION
            said = f"<{one.address}> {one.status}"
            said += f" {one.target}" if one.target else ""
            said += f" {one.reply}" if one.reply else ""
            say(level, "mlMail", said, task=task, mail=mail.ordinal)

    def dead_letter(self, file: SpoolFile, letter: DeadLetter) -> None:
        """A dead letter was made, or could not be."""
        where = letter.file or "NOT STORED"
        level = Level.WARNING if letter.file else Level.ERROR
        text = f"dead letter {where}"
        self.log.say(level, "mlDeadLetter", text, task=_task(file), mail=letter.ordinal)
        self.then.dead_letter(file, letter)

    def say(self, line: str) -> None:
        """Something for the console."""
        self.log.message(line)
        self.then.say(line)

    def file(self, work: FileWork, fate: Fate, report: tuple[str, ...], sent_to: Report) -> None:
        """CSSMTP is through with a spool file: its errors, then what became of it."""
        task, say = _task(work.file), self.log.say
        for error in work.errors:
            text = f"Report: {error.reply} record {error.record}"
            say(Level.EVENT, "mlJesReport", text, task=task, mail=error.mail)
        if work.exceeded:
            say(Level.EVENT, "mlJesReport", _EXCEEDED, task=task)
        for notice in work.notices:
            text = f"{notice.rule} record {notice.record}: {notice.text}"
            say(Level.INFORMATION, "mlJesNotice", text, task=task)
        counts = f"mails {work.mails} sent {work.sent} undeliverable {work.refused}"
        say(Level.EVENT, "mlJesDispose", f"{fate.value} {counts}", task=task)
        self.then.file(work, fate, report, sent_to)
