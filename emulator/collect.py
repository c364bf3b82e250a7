"""Gathers what happens in a run into the run report (blueprint §6)."""

import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from cssmtp.config.statements import Report
from cssmtp.mail import Kind, Mail, Status
from cssmtp.undeliverable import DeadLetter
from cssmtp.work import Fate, FileWork, Verdict
from emulator.exits import Exit
from emulator.runreport import (
    DeadLetterEntry,
    ErrorEntry,
    FaultEntry,
    JobEntry,
    MailEntry,
    MailLog,
    MessageEntry,
    NoticeEntry,
    RecipientEntry,
    ReportEntry,
    RunReport,
    SpoolFileEntry,
    StepEntry,
)
from emulator.sandbox.faults import Rule
from jes.jcl.converter import NoJob
from jes.job import Fault, Job
from jes.subsystem import JES_STEP, Ended, Gone
from jes.sysout import Disposition, SpoolFile

_HELD = (Disposition.HOLD, Disposition.LEAVE)


@dataclass(slots=True)
class Collector:
    """An observer of CSSMTP (`cssmtp.task.Observer`) that also hears about jobs.

    `saved` gives the name of the first file that the sandbox saved a mail to. `out_of_time` is set
    by the run when it gives up, `stopping` when no further job is to be run. `say` hears what is
    for a console. `faults` has the names of the sandbox's rules, and how many times each acted.
    """

    saved: Callable[[Mail], str | None] = lambda mail: None
    say: Callable[[str], None] = lambda line: None
    out_of_time: bool = False
    interrupted: bool = False
    stopping: bool = False
    faults: dict[str, int] = field(default_factory=dict)
    _jobs: list[JobEntry] = field(default_factory=list)
    _files: dict[int, SpoolFileEntry] = field(default_factory=dict)
    _order: dict[int, int] = field(default_factory=dict)
    _mails: MailLog = field(default_factory=MailLog)
    _statuses: set[Status] = field(default_factory=set)
    _unreachable: bool = False
    _reports: list[tuple[int, ReportEntry]] = field(default_factory=list)
    _works: dict[int, FileWork] = field(default_factory=dict)
    _never: int = 0
    _moved: dict[tuple[int, int], tuple[SpoolFile, Mail]] = field(default_factory=dict)
    _dead: list[tuple[int, int, DeadLetterEntry]] = field(default_factory=list)

    # --- jobs ----------------------------------------------------------------------------------

    def job(self, job: Job, ended: Ended, file: str) -> None:
        """A job of a submitted file ended; its output is on the spool."""
        result = ended.result
        self._jobs.append(
            JobEntry(
                file=_readable(file),
                jobid=ended.jobid,
                jobname=job.jobname,
                owner=job.owner,
                job_class=job.job_class,
                retcode=result.retcode,
                steps=[
                    StepEntry(stepname=s.stepname, program=s.program, retcode=s.retcode)
                    for s in result.steps
                ],
                messages=_messages((*result.faults, *job.warnings)),
            )
        )
        self.files(ended.files)
        for one in ended.gone:
            self._gone(ended.jobid, job.jobname, one)

    def no_job(self, text: NoJob, file: str) -> None:
        """Text that is no job."""
        self._jobs.append(
            JobEntry(
                file=_readable(file),
                jobid=None,
                jobname=None,
                owner=None,
                job_class=None,
                retcode="JCL ERROR",
                messages=_messages((*text.faults, *text.warnings)),
            )
        )

    def files(self, files: Iterable[SpoolFile]) -> None:
        """Data sets that are on the spool."""
        for file in files:
            if file.stepname != JES_STEP:
                self._entry(file)

    def _entry(self, file: SpoolFile) -> SpoolFileEntry:
        self._order.setdefault(file.key, len(self._order))
        if file.key not in self._files:
            self._files[file.key] = SpoolFileEntry(
                jobid=file.jobid,
                jobname=file.jobname,
                stepname=file.stepname,
                ddname=file.ddname,
                dsid=file.dsid,
                outgrp=file.outgrp,
                sysout_class=file.sysout_class,
                writer=file.writer,
                dest=file.dest,
                records=file.records,
                mails=0,
                verdict=None,
                disposition="held" if file.disposition in _HELD else "unselected",
            )
        return self._files[file.key]

    def _gone(self, jobid: str, jobname: str, gone: Gone) -> None:
        new = gone.dataset
        if new.stepname == JES_STEP:
            return
        self._never += 1
        self._order[-self._never] = len(self._order)
        self._files[-self._never] = SpoolFileEntry(
            jobid=jobid,
            jobname=jobname,
            stepname=new.stepname,
            ddname=new.ddname,
            dsid=new.dsid,
            outgrp=None,
            sysout_class=new.request.sysout_class,
            writer=new.request.writer,
            dest=new.request.dest,
            records=gone.records,
            mails=0,
            verdict=None,
            disposition="dummy" if gone.dummy else "purged",
        )

    # --- CSSMTP --------------------------------------------------------------------------------

    def begin(self, work: FileWork) -> None:
        """A CSSMTP has the file in hand; it stays in use when nothing more is heard."""
        self._entry(work.file).disposition = Fate.IN_USE.value
        self._works[work.file.key] = work

    def mail(self, file: SpoolFile, mail: Mail) -> None:
        """A mail is settled, or moved to extended retry, where the same recipients live on."""
        self._entry(file)
        if any(one.status is Status.EXTENDED_RETRY for one in mail.recipients):
            self._moved[file.key, mail.ordinal] = file, mail
            return
        if mail.kind is Kind.ORIGINAL and (file.key, mail.ordinal) in self._moved:
            receipts = mail.receipts
            _, mail = self._moved.pop((file.key, mail.ordinal))
            mail.receipts += receipts
        self._settled(file, mail)

    def _settled(self, file: SpoolFile, mail: Mail) -> None:
        self._log(file, mail)
        for recipient in mail.recipients:
            self._statuses.add(recipient.status)
            if recipient.status is Status.PENDING:
                self._unreachable = True

    def dead_letter(self, file: SpoolFile, letter: DeadLetter) -> None:
        """A mail could not even be returned."""
        problem = f"; it is not stored: {letter.problem}" if letter.problem else ""
        entry = DeadLetterEntry(
            jobid=file.jobid,
            stepname=file.stepname,
            ddname=file.ddname,
            dsid=file.dsid,
            outgrp=file.outgrp,
            ordinal=letter.ordinal,
            file=letter.file,
            reason=letter.reason + problem,
        )
        self._dead.append((self._order[file.key], letter.ordinal, entry))

    def _log(self, file: SpoolFile, mail: Mail) -> None:
        """Keep a mail for the report: by its file, those of a job before our own, and number."""
        ours = mail.kind is not Kind.ORIGINAL
        place = self._order[file.key] << 40 | ours << 39 | mail.ordinal
        self._mails.add(place, self._mail_entry(mail, file))

    def file(self, work: FileWork, fate: Fate, report: tuple[str, ...], sent_to: Report) -> None:
        """CSSMTP is through with a spool file."""
        file = work.file
        entry = self._entry(file)
        self._works.pop(file.key, None)
        entry.mails = work.mails
        entry.verdict = None if fate is Fate.IN_USE else work.verdict.value
        entry.disposition = fate.value
        entry.errors = [
            ErrorEntry(record=e.record, reply=e.reply, counted=e.counted, text=e.text)
            for e in work.errors
        ]
        entry.notices = [
            NoticeEntry(record=n.record, rule=n.rule, text=n.text) for n in work.notices
        ]
        if report:
            lines = [line.rstrip() for line in report]
            one = ReportEntry(
                jobid=file.jobid,
                stepname=file.stepname,
                ddname=file.ddname,
                dsid=file.dsid,
                outgrp=file.outgrp,
                to=sent_to.to.value.lower(),
                sysout_class=sent_to.sysout_class,
                lines=lines,
            )
            self._reports.append((self._order[file.key], one))

    @property
    def has_dead_letters(self) -> bool:
        """Some mail could not even be returned."""
        return bool(self._dead)

    def acted(self, rule: Rule) -> None:
        """A rule of the sandbox's faults did something."""
        self.faults[rule.name] = self.faults.get(rule.name, 0) + 1

    # --- the result ----------------------------------------------------------------------------

    def report(self) -> RunReport:
        """Everything, in the order of jobs, files and mails; what is on its way is pending."""
        for file, mail in self._moved.values():
            self._log(file, mail)
        for key, work in self._works.items():
            self._files[key].mails = work.mails
            for mail in work.on_way.values():
                self._log(work.file, mail)
        files = [self._files[key] for key in sorted(self._files, key=self._order.__getitem__)]
        self._reports.sort(key=lambda one: one[0])
        self._dead.sort(key=lambda one: one[:2])
        return RunReport(
            jobs=self._jobs,
            spool_files=files,
            mails=self._mails,
            dead_letters=[entry for _, _, entry in self._dead],
            reports=[entry for _, entry in self._reports],
            faults=[FaultEntry(name=name, times=times) for name, times in self.faults.items()],
        )

    def _mail_entry(self, mail: Mail, file: SpoolFile) -> MailEntry:
        return MailEntry(
            jobid=file.jobid,
            stepname=file.stepname,
            ddname=file.ddname,
            dsid=file.dsid,
            outgrp=file.outgrp,
            ordinal=mail.ordinal,
            kind=mail.kind.value,
            mail_from=mail.sender,
            eml=self.saved(mail),
            recipients=[
                RecipientEntry(
                    address=r.address, status=r.status.value, reply=r.reply, target=r.target
                )
                for r in mail.recipients
            ],
        )

    def exits(self) -> list[Exit]:
        """The reasons for an exit code other than 0."""
        facts: Mapping[Exit, bool] = {
            Exit.INTERRUPTED: self.interrupted,
            Exit.UNREACHABLE: self._unreachable,
            Exit.FAILED: any(_failed(job.retcode) for job in self._jobs),
            Exit.TIMEOUT: self.out_of_time or Status.RETRY in self._statuses or bool(self._moved),
            Exit.BAD_MAIL: Status.UNDELIVERABLE in self._statuses
            or any(file.verdict == Verdict.BAD for file in self._files.values()),
        }
        return [code for code, holds in facts.items() if holds]


def _readable(name: str) -> str:
    """A file's name as text, whatever bytes it has."""
    return os.fsencode(name).decode("utf-8", "replace")


def _failed(retcode: str | None) -> bool:
    """The job did not run to its end; a high return code is no failure."""
    return retcode is None or not retcode.startswith("CC ")


def _messages(faults: Iterable[Fault]) -> list[MessageEntry]:
    return [MessageEntry(id=f.id, card=f.card, job_card=f.job_card, text=f.text) for f in faults]
