"""A small system to look at, always the same: jobs, output, mails, a CSSMTP and its console.

The tests of the screens and the pictures of the documentation are made of it.
"""

from dataclasses import replace

from emulator.outcomes import MailOutcome
from emulator.status import (
    CounterStatus,
    CssmtpStatus,
    SpoolTaskStatus,
    TargetStatus,
)
from jes.job import Phase
from jes.names import JobId, JobName, UserId, WriterName
from jes.sapi import SapiSession
from jes.store.rows import NewJob
from jes.store.sql import SpoolStore
from jes.sysout import Disposal, Disposition, JobKind, Requeue, Selection
from tests.emulator.looked_at import Out, ended_job

NOW = "2024-02-02T12:00:00+00:00"
SINCE = "2024-02-02T06:00:00+00:00"
JCL = """//PAYWAIT  JOB (ACCT),'PAYSLIPS',CLASS=A
//SEND     EXEC PGM=IEBGENER
//SYSUT2   DD SYSOUT=(B,CSSMTP)
"""
PAYSLIPS = [
    "HELO PLEX1",
    "MAIL FROM:<pay@acme.example>",
    "RCPT TO:<anna@acme.example>",
    "RCPT TO:<bo@acme.example>",
    "DATA",
    "Subject: Payslips of January",
    "",
    "The payslips of January are ready.",
    ".",
    "QUIT",
]
BAD_MAIL = ["HELO PLEX1", "MAIL FROM:<ops@acme.example>", "RCPT TO:<nobody@acme.example>", "DATA",
            "Subject: Night run", "", "Done.", ".", "QUIT"]  # fmt: skip
JOB_LOG = ["1 J E S 2  J O B  L O G", " 06.10.00 ---- FRIDAY, 02 FEB 2024 ----"]
NO_MAILBOX = "550 5.1.1 NO SUCH MAILBOX"
LOG = (
    "06.00.00           $HASP493 JES2 QUICK-START IS IN PROGRESS",
    "06.00.01 STC00008  JML403I CSSMTP STARTED, EXTERNAL WRITER CSSMTP",
    "06.10.00 JOB00001  $HASP100 PAYMAIL  ON INTRDR      PAYSLIPS",
    "06.10.02 JOB00001  $HASP395 PAYMAIL  ENDED - RC=0000",
    "06.10.03 JOB00001  JML311I PAYMAIL JOB00001 2.1.1: 1 MAILS, SENT TO 2, REFUSED 0, KEPT",
    "06.11.03 JOB00002  JML312W BADMAIL JOB00002 2.1.1: 1 MAILS, SENT TO 0, REFUSED 1, HELD",
)


def a_scene(store: SpoolStore) -> None:
    """Put it on an empty spool."""
    log = Out("JESMSGLG", JOB_LOG, recfm="VBA", lrecl=133, stepname="JES2", dsid=2, writer=None,
              sysout_class="H", disposition=Disposition.HOLD)  # fmt: skip
    ended_job(store, log, Out(text=PAYSLIPS), name="PAYMAIL")
    ended_job(store, log, Out(text=BAD_MAIL), name="BADMAIL")
    ended_job(store, Out(text=PAYSLIPS, sysout_class="C", disposition=Disposition.LEAVE),
              name="PAYKEEP", retcode="ABEND S0C7")  # fmt: skip
    ended_job(store, Out("REPORT", ["TOTAL"], writer=None, sysout_class="A", dest="N2.OPS"),
              name="SALES", retcode="JCL ERROR")  # fmt: skip
    store.set_phase(store.add_job(_job("NIGHTRUN")), Phase.EXECUTION)
    _waiting(store, replace(_job("PAYWAIT"), jcl=JCL))
    _waiting(store, replace(_job("OTHER"), job_class="B", owner=UserId("OPS"), jcl=JCL))
    _waiting(store, replace(_job("STOPPED"), jcl=JCL), hold=True)
    task = store.add_job(replace(_job("CSSMTP"), kind=JobKind.STC, job_class="STC"))
    store.set_phase(task, Phase.EXECUTION)
    wanted = Selection(WriterName("CSSMTP"), jobname="BADMAIL")
    with SapiSession(store, wanted) as session:
        (file, *_) = session.select()
        session.dispose(file, Disposal.HOLD, Requeue(system_hold=NO_MAILBOX))


def _job(name: str) -> NewJob:
    return NewJob(jobname=JobName(name), owner=UserId("IBMUSER"), job_class="A", notify=None,
                  submitted="2024-02-02T06:10:00+00:00")  # fmt: skip


def _waiting(store: SpoolStore, job: NewJob, *, hold: bool = False) -> None:
    store.add_job(job)
    claimed = store.claim_job(Phase.CONVERSION)
    assert claimed is not None
    store.pass_on(claimed.view.jobid, Phase.EXECUTION, hold=hold)


# --- what is not on the spool -------------------------------------------------------------------


def an_outcome(number: int, recipient: str, status: str, reply: str | None) -> MailOutcome:
    """What became of a recipient."""
    name, jobid = ("PAYMAIL", "JOB00001") if status == "delivered" else ("BADMAIL", "JOB00002")
    return MailOutcome(
        number=number, time="2024-02-02T06:10:03+00:00", jobid=jobid, jobname=name,
        owner="IBMUSER", dsid=102, ddname="SYSUT2", outgrp="2.1.1", ordinal=1, kind="mail",
        sender="pay@acme.example", recipient=recipient, status=status, reply=reply,
        target="127.0.0.1:2525", eml=None,
    )  # fmt: skip


OUTCOMES = (
    an_outcome(1, "anna@acme.example", "delivered", "250 2.0.0 OK"),
    an_outcome(2, "bo@acme.example", "delivered", "250 2.0.0 OK"),
    an_outcome(3, "nobody@acme.example", "undeliverable", NO_MAILBOX),
    an_outcome(4, "late@acme.example", "retry", "451 4.3.0 TRY LATER"),
)


def a_target(name: str, state: str, sent: int, reply: str | None) -> TargetStatus:
    """A target server."""
    return TargetStatus(
        name=name, address=f"{name}:25", state=state, failure="", connections=1, limit=5,
        waiting=2, sent=sent, temporary=1, refused=1, last_reply=reply,
    )  # fmt: skip


def a_cssmtp(sent: int) -> CssmtpStatus:
    """A CSSMTP with two targets, one of which is not well, and so a spool task that waits."""
    return CssmtpStatus(
        name="CSSMTP", writer="CSSMTP", state="STARTED", jobid="STC00009", since=SINCE, waiting=2,
        sending=1,
        targets=(
            a_target("mx1", "ACTIVE", sent, "250 2.0.0 OK"),
            a_target("mx2", "UNRESPONSIVE", 0, "421 try later"),
        ),
        spool_tasks=(
            SpoolTaskStatus(
                tkid=1, type="WRITER", state="BACKPRESSURE", jobname="PAYMAIL", jobid="JOB00001",
                owner="IBMUSER", stepname="SEND", ddname="SYSUT2", dsid=102, outgrp="2.1.1",
                records=8, records_total=10, read=3, sent=1, pending=2, delivered=2,
                undeliverable=1, errors=0,
            ),
            SpoolTaskStatus(tkid=2, state="IDLE"),
        ),
        counters=CounterStatus(files=2, bad_files=1, in_use=1, mails=3, delivered=2,
                               undeliverable=1, pending=1, syntax_errors=0, bytes_read=800),
    )  # fmt: skip


PAYMAIL, BADMAIL = JobId("JOB00001"), JobId("JOB00002")
