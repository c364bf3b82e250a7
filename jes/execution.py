"""Runs a converted job: its steps in order, its output, its log (jes2.md 1.1-1.6, 5.2).

Synchronous, and pure apart from the ports of `RunSystem` and `OutputSpool`.
"""

import difflib
import operator
from collections.abc import Iterable

from jes import joblog, messages
from jes.allocation import check, step_faults, step_label
from jes.conditions import Ended, Verdict, job_condition_met, verdict
from jes.datasets import DatasetError
from jes.dds import StepDds
from jes.errors import SpoolError
from jes.job import Fault, Instream, Job, JobResult, Step, StepResult
from jes.names import DdName, DsName, JobId
from jes.outputs import OpenOutput, SpoolSink
from jes.programs.step import PROGRAM_CHECK, Abend
from jes.records import RDW
from jes.running import OutputSpool, Place, RunSystem, Tally
from jes.sysout import NewDataset, SysoutRequest

__all__ = ["OutputSpool", "RunSystem", "run_job"]

FIRST_DSID = 101  # jes2.md 1.1
JES_DATASETS = {"JESMSGLG": 2, "JESJCL": 3, "JESYSMSG": 4}
JCL_ERROR = "JCL ERROR"
CODES = 4096  # a condition code is the low-order 12 bits of what the program returned


def run_job(
    job: Job, jobid: JobId, spool: OutputSpool, system: RunSystem, init: int = 1
) -> JobResult:
    """Run `job` to its end on initiator `init`. Only a `SpoolError` of the spool's is raised."""
    return _Run(job, jobid, spool, system, init).run()


class _Run:
    """A job while it runs: its log so far, and what is known of its steps."""

    def __init__(
        self, job: Job, jobid: JobId, spool: OutputSpool, system: RunSystem, init: int
    ) -> None:
        self.job, self.jobid, self.spool, self.system = job, jobid, spool, system
        self.init = init
        self.started = system.now()
        self.log: list[str] = []
        self.sysmsg: list[str] = []
        self.place = Place(job, jobid, spool, system, Tally(), _next_dsid(job), self.say)
        self.history: list[Ended] = []
        self.results: list[StepResult] = []
        self.faults = list(job.faults)
        self.reasons: list[Fault] = []  # why steps failed
        self.jes_sinks = {
            name: self._jes_dataset(name) for name in JES_DATASETS if name not in job.suppressed
        }

    def _jes_dataset(self, name: str) -> SpoolSink:
        dsid = JES_DATASETS[name]
        request = self.job.jes_output.get(name) or SysoutRequest(sysout_class=self.job.msgclass)
        new = NewDataset(
            dsid=dsid, stepname="JES2", procstep=None, ddname=DdName(name),
            dsname=self.place.dsname(dsid, name), recfm=joblog.RECFM, lrecl=joblog.LRECL,
            request=request,
        )  # fmt: skip
        shape = (joblog.RECFM, joblog.LRECL)
        return SpoolSink(self.place, [(self.spool.create(new), request)], shape, by_jes=True)

    def say(self, line: str) -> None:
        """A line in JESMSGLG and on the console, now."""
        self.system.wto(self.jobid, line)
        self.log.append(joblog.entry(self.system.now(), self.jobid, line))

    def run(self) -> JobResult:
        """The whole job."""
        self.say(messages.IRR010I.line(user=self.job.owner))
        if not self.faults and self.job.typrun not in (None, "SCAN"):
            text = messages.TYPRUN_REFUSED
            self.faults.append(Fault(text.id, text.text(typrun=self.job.typrun), self.job.card, 1))
        if not self.faults:
            self.faults += check(self.job, self.system.datasets)
        runs = not self.faults and not self.job.typrun
        try:
            result = self._run_steps() if runs else self._not_run()
        finally:
            self._delete_passed()
        self._write_jes_datasets(abnormal=result.abnormal)
        return result

    def _not_run(self) -> JobResult:
        if self.faults:
            self.say(messages.IEFC452I.line(jobname=self.job.jobname))
        else:
            self.say(messages.TYPRUN_SCAN.line(jobname=self.job.jobname))
        for step in self.job.steps:
            self._step_result(step, "FLUSH")
        return self._result(JCL_ERROR if self.faults else "CC 0000")

    def _result(self, retcode: str) -> JobResult:
        abnormal = not retcode.startswith("CC") or job_condition_met(self.job, self.history)
        return JobResult(retcode, tuple(self.results), (*self.faults, *self.reasons), abnormal)

    # --- steps -----------------------------------------------------------------------------------

    def _run_steps(self) -> JobResult:
        job, system = self.job, self.system
        self.say(messages.HASP373.line(
            jobname=job.jobname, init=self.init, job_class=job.job_class, sysname=system.sysname
        ))  # fmt: skip
        self.say(messages.IEF403I.line(jobname=job.jobname, time=joblog.clock(self.started)))
        flushed = False
        for step in job.steps:
            if self.faults:
                self._bypass(step)
                continue
            outcome = verdict(job, step, self.history)
            if outcome is Verdict.RUN:
                self._start(step)
            else:
                self._say_bypassed(step, outcome, first=not flushed)
                flushed = flushed or outcome is Verdict.FLUSH_JOB
        retcode = self._retcode()
        stopped = system.now()
        self.say(messages.IEF404I.line(jobname=job.jobname, time=joblog.clock(stopped)))
        self.say(messages.HASP395.line(jobname=job.jobname, ending=_ending(retcode)))
        self.sysmsg += joblog.job_times(job.jobname, self.started, stopped)
        return self._result(retcode)

    def _retcode(self) -> str:
        """The job's: JCL error, else the last abend, else the highest code."""
        if self.faults:
            return JCL_ERROR
        abends = [ended.abend for ended in self.history if ended.abend]
        if abends:
            return _abend_word(abends[-1])
        return f"CC {max((e.code for e in self.history if e.code is not None), default=0):04}"

    def _say_bypassed(self, step: Step, outcome: Verdict, *, first: bool) -> None:
        names = {"jobname": self.job.jobname, "step": step_label(step)}
        match outcome:
            case Verdict.FLUSH_JOB if first:
                self.say(messages.JOB_COND.line(**names))
            case Verdict.BYPASS_COND:
                self._tell(messages.IEF202I.line(**names))
            case Verdict.BYPASS_IF:
                self._tell(messages.IF_NOT_MET.line(**names))
            case Verdict.BYPASS_ABEND:
                self._tell(messages.AFTER_ABEND.line(**names))
            case _:
                pass
        self._bypass(step)

    def _bypass(self, step: Step) -> None:
        self._tell(messages.IEF272I.line(jobname=self.job.jobname, step=step_label(step)))
        now = self.system.now()
        self.sysmsg += joblog.step_times(step.procstep or step.stepname, now, now)
        self.history.append(Ended(stepname=step.stepname, procstep=step.procstep))
        self._step_result(step, "FLUSH")

    def _start(self, step: Step) -> None:
        faults = step_faults(self.job, step, self.system.datasets)
        if faults:  # an earlier step did not leave the data set that this one needs
            self.faults += faults
            for fault in faults:
                self._tell(f"{fault.id} {fault.text}")
            self.say(messages.JOB_FAILED.line(jobname=self.job.jobname, step=step_label(step)))
            self._bypass(step)
            return
        started = self.system.now()
        dds = StepDds(self.place, step)
        for line in dds.allocated():
            self._tell(line)
        try:
            ended = self._execute(step, dds)
            for line in dds.release(abended=ended.abend is not None):
                self._tell(line)
        finally:
            dds.discard()
        label = step.procstep or step.stepname
        self.sysmsg += joblog.step_times(label, started, self.system.now())
        self.history.append(ended)
        word = _abend_word(ended.abend) if ended.abend else f"CC {ended.code:04}"
        self._step_result(step, word)

    def _execute(self, step: Step, dds: StepDds) -> Ended:
        """Call the program, and see how it ends. Nothing it raises gets further than this."""
        try:
            program = self.system.programs.get(step.program)
            if program is None:
                raise self._no_program(step.program)
            code = operator.index(program(dds)) % CODES
            dds.commit()
        except SpoolError:
            raise
        except Abend as abend:
            return self._abended(step, abend)
        except DatasetError as error:
            return self._abended(step, Abend("S001", 0, f"{error.message.id} {error}"))
        except (Exception, SystemExit) as error:  # noqa: BLE001 - a job never brings JES2 down
            problem = f"{type(error).__name__}: {error}"[:200]
            line = messages.PROGRAM_FAILED.line(program=step.program, problem=problem)
            return self._abended(step, Abend(PROGRAM_CHECK, 0, line))
        for line in dds.reasons:
            self._because(step, line)
        names = {"jobname": self.job.jobname, "step": step_label(step)}
        self._tell(messages.IEF142I.line(**names, code=code))
        return Ended(stepname=step.stepname, procstep=step.procstep, code=code)

    def _abended(self, step: Step, abend: Abend) -> Ended:
        self.place.abnormal = True
        if abend.line:
            self.say(abend.line)
            self._because(step, abend.line)
        system, user = (abend.code, "U0000") if abend.code[0] == "S" else ("S000", abend.code)
        fields = {
            "jobname": self.job.jobname,
            "step": step_label(step),
            "abend": f"{system} {user}",
            "reason": f"{abend.reason:08X}",
        }
        self.say(messages.IEF450I.line(**fields))
        self._tell(messages.STEP_ABENDED.line(**fields))
        return Ended(stepname=step.stepname, procstep=step.procstep, abend=abend.code)

    def _because(self, step: Step, line: str) -> None:
        message, _, text = line.partition(" ")
        reason = Fault(message, text.strip(), step.card or None, step.job_card or None)
        self.reasons.append(reason)

    def _no_program(self, program: str) -> Abend:
        near = difflib.get_close_matches(program, self.system.programs, n=1)
        hint = f" (NEAREST: {near[0]})" if near else ""
        return Abend("S806", 4, messages.NO_PROGRAM.line(program=program, hint=hint))

    def _step_result(self, step: Step, retcode: str) -> None:
        result = StepResult(step.stepname, step.program, retcode, step.procstep)
        self.results.append(result)

    def _tell(self, line: str) -> None:
        """A line in JESYSMSG."""
        self.sysmsg.append(f" {line}")

    def _delete_passed(self) -> None:
        for name in sorted(self.place.passed):
            try:
                self.system.datasets.delete(DsName(name))
            except DatasetError as error:
                self._tell(f"{error.message.id} {error}")

    # --- the JES data sets -----------------------------------------------------------------------

    def _write_jes_datasets(self, *, abnormal: bool) -> None:
        """JESJCL and JESYSMSG first, since JESMSGLG ends with the count of everything."""
        sysmsg = joblog.fault_lines((*self.faults, *self.job.warnings))
        if self.job.msglevel[1] or abnormal:
            sysmsg += self.sysmsg
        self._write("JESJCL", joblog.listing(self.job, self.jobid))
        self._write("JESYSMSG", sysmsg)
        head = joblog.head(self.system.sysname, self.system.node, self.jobid, self.started)
        stopped = self.system.now()
        cards = self.job.cards
        minutes = (stopped - self.started).total_seconds() / 60
        empty = joblog.statistics(self.started, cards, (0, 0, 0), minutes)
        own = list(joblog.records((*head, *self.log, *empty), self.system.page))
        tally = self.place.tally
        spool_bytes = tally.spool_bytes + sum(RDW + len(record) for record in own)
        counts = (tally.print_records + len(own), tally.punch_records, -(-spool_bytes // 1024))
        end = joblog.statistics(self.started, cards, counts, minutes)
        self._write("JESMSGLG", (*head, *self.log, *end))

    def _write(self, name: str, lines: Iterable[str]) -> None:
        if (sink := self.jes_sinks.get(name)) is None:
            return
        output = OpenOutput(joblog.RECFM, joblog.LRECL, sink)
        output.write(joblog.records(lines, self.system.page))
        output.close(by_program=False)


def _next_dsid(job: Job) -> int:
    """SYSOUT data sets are numbered after all in-stream ones (jes2.md 1.1)."""
    instream = (
        part.allocation.dsid
        for step in job.steps
        for dd in step.dds
        for part in dd.parts
        if isinstance(part.allocation, Instream)
    )
    return max(instream, default=FIRST_DSID - 1) + 1


def _abend_word(code: str) -> str:
    """As z/OSMF says it: `ABEND S806`, `ABENDU0016` (zos-clients.md 1.4)."""
    return f"ABEND {code}" if code[0] == "S" else f"ABEND{code}"


def _ending(retcode: str) -> str:
    """How $HASP395 says it."""
    kind, _, code = retcode.partition(" ")
    if kind == "CC":
        return f"RC={code}"
    return retcode if retcode == JCL_ERROR else f"ABEND={retcode[5:].strip()}"
