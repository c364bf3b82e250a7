"""The conversion of one job: its statements in order, into steps (jes2.md 5).

A `Conversion` holds what is known at a point of the job: symbols, the current step, open IFs,
OUTPUT statements in scope. Statements that depend on what follows them (SYSOUT on default OUTPUT
statements of the step) are settled when the step or the job ends.
"""

import re
from collections.abc import Callable, Mapping

from jes.jcl import jecl, keywords, messages
from jes.jcl.cards import Source
from jes.jcl.conditions import expression_of
from jes.jcl.dd import Draft, Scope, draft_of
from jes.jcl.jobstep import JobCard, exec_card, job_card
from jes.jcl.messages import Findings, show
from jes.jcl.output import (
    KEYWORDS,
    MAX_OUTPUTS,
    OutputStatement,
    jes_requests,
    output_statement,
    say_twice,
)
from jes.jcl.parameters import Parameters, check_keywords, parameters_of
from jes.jcl.parser import Deck
from jes.jcl.statements import Kind, Statement
from jes.jcl.steps import Ifs, StepDraft, settled
from jes.jcl.symbols import NAME, Symbols
from jes.job import Cond, Dcb, Instream, Job, Listed
from jes.names import JobName, SysoutClass, UserId

FIRST_DSID = 101
MAX_STEPS = 255
MAX_DDS = 3273
_BEFORE_STEPS = frozenset({"JOBLIB", "JOBCAT", "SYSCHK"})
_LABEL = "1-8 of A-Z 0-9 $ # @, not beginning with a digit"
_PASSWORD = re.compile(r"(PASSWORD=)(?:\([^)]*\)?|[^, ]*)")
_GENERATED = "//SYSIN    DD *".ljust(60) + "GENERATED"


class Conversion:
    """One job on its way from cards to steps."""

    def __init__(
        self,
        source: Source,
        user: UserId,
        symbols: Mapping[str, str],
        msgclass: SysoutClass,
        punch: frozenset[SysoutClass],
    ) -> None:
        """`user` submits the job, `msgclass` is the installation's default, `punch` its classes
        for cards."""
        self.findings = Findings()
        self._source = source
        self._user = user
        self._symbols = Symbols(symbols)
        self._jecl = jecl.Jecl()
        self._scope = Scope("", msgclass)
        self._punch = punch
        self._job_outputs: list[OutputStatement] = []
        self._job_defaults: list[OutputStatement] = []
        self._step = StepDraft("", None, 0)
        self._steps: list[StepDraft] = []
        self._step_names: set[str] = set()
        self._ifs = Ifs()
        self._listing: list[Listed] = []
        self._number = 0
        self._dsid = FIRST_DSID
        self._name: JobName | None = None
        self._card: JobCard | None = None
        self._deck: Deck | None = None
        self._operations: dict[str, Callable[[Statement], None]] = {
            "EXEC": self._exec,
            "DD": self._dd,
            "OUTPUT": self._output,
            "SET": self._set,
            "PROC": self._set,
            "IF": self._if,
            "ELSE": self._else,
            "ENDIF": self._endif,
        }

    # --- statements ----------------------------------------------------------------------------

    def convert(self, deck: Deck) -> None:
        """Read the deck's statements in order."""
        assert deck.job is not None
        self._deck = deck
        for statement in deck.before:
            jecl.read(self._jecl, statement.field, statement.line, self.findings)
        self._job(deck.job)
        for statement in deck.statements:
            self._statement(statement)
        self._end_step()
        if not self._steps and self._card is not None and not self._any_exec():
            self.findings.add(messages.NO_STEPS, None)
        self._ifs.close(self.findings)
        if deck.skipped:
            self.findings.add(messages.SKIPPED, deck.end, count=deck.skipped)

    def _any_exec(self) -> bool:
        return bool(self._step_names) or self._step.card is not None

    def _statement(self, statement: Statement) -> None:
        self.findings.all += statement.faults
        match statement.kind:
            case Kind.JCL:
                self._list(statement)
                self._jcl(statement)
            case Kind.NULL:
                self._list(statement)
            case Kind.DATA:
                self._generated_sysin(statement)
            case Kind.COMMENT | Kind.JECL | Kind.DELIMITER:
                self._listing += [Listed(None, self._shown(i)) for i in statement.images]
                if statement.kind is Kind.JECL:
                    jecl.read(self._jecl, statement.field, statement.line, self.findings)

    def _jcl(self, statement: Statement) -> None:
        operation = statement.operation
        if statement.name and operation != "DD" and not NAME.fullmatch(statement.name):
            self._bad_label(statement)
        if not operation:
            found = show(statement.name)
            self.findings.add(messages.NO_OPERATION, statement.line, found=found)
        elif operation in keywords.OPERATIONS_IGNORED:
            self.findings.add(messages.IGNORED, statement.line, found=operation, hint="")
        elif operation in keywords.PROCEDURE_OPERATIONS:
            self.findings.add(messages.NO_PROCEDURES, statement.line, found=operation)
        elif operation not in keywords.OPERATIONS:
            hint = self.findings.hint(operation, keywords.OPERATIONS)
            self.findings.add(
                messages.OPERATION,
                statement.line,
                found=show(operation),
                expected="JOB, EXEC, DD, OUTPUT, SET, IF, ELSE or ENDIF",
                hint=hint,
            )
        elif operation not in self._operations:
            self.findings.add(messages.NOT_SUPPORTED, statement.line, found=operation, hint="")
        if operation in self._operations:
            self._operations[operation](statement)

    def _bad_label(self, statement: Statement) -> None:
        found = show(statement.name)
        self.findings.add(messages.LABEL, statement.line, found=found, expected=_LABEL)

    def _parameters(self, statement: Statement) -> Parameters:
        return parameters_of(statement, self._symbols, self.findings)

    def _job(self, statement: Statement) -> None:
        self.findings.all += statement.faults
        self._list(statement)
        if NAME.fullmatch(statement.name):
            self._name = JobName(statement.name)
        else:
            self._bad_label(statement)
        self._symbols.values.setdefault("SYSUID", self._user)
        self._card = job_card(self._parameters(statement), self.findings)
        if self._card.owner is not None and self._symbols.values["SYSUID"] == self._user:
            self._symbols.values["SYSUID"] = self._card.owner
        self._scope.jobname = self._name or "NONAME"
        self._scope.msgclass = self._card.msgclass or self._scope.msgclass

    def _exec(self, statement: Statement) -> None:
        self._end_step()
        card = exec_card(self._parameters(statement), statement.line, self.findings)
        self._check_cond(card.cond, statement.line)
        name = statement.name if NAME.fullmatch(statement.name) else ""
        self._step = StepDraft(name, card, statement.line, self._ifs.conditions())

    def _check_cond(self, cond: Cond, line: int) -> None:
        for test in cond.tests:
            step = (test.step or "").partition(".")[0]
            if step and step not in self._step_names:
                hint = self.findings.hint(step, self._step_names)
                found = show(step)
                self.findings.add(
                    messages.REFERENCE, line, keyword="COND=", what="step", found=found, hint=hint
                )

    def _end_step(self) -> None:
        """The current step is complete: keep it and what later statements may refer to."""
        step, scope = self._step, self._scope
        if step.card is None:
            return
        self._steps.append(step)
        if len(self._steps) == MAX_STEPS + 1:
            self.findings.add(messages.TOO_MANY, step.line, limit=MAX_STEPS, what="steps")
        if step.name:
            self._step_names.add(step.name)
            for name, output in scope.step_outputs.items():
                scope.past_outputs[f"{step.name}.{name}"] = output
            for name, drafts in step.dds:
                scope.dds[f"{step.name}.{name}"] = drafts[0]
        for name in step.names:
            scope.dds.pop(name, None)
        scope.step_outputs = {}
        self._step = StepDraft("", None, 0)

    # --- DD ------------------------------------------------------------------------------------

    def _dd(self, statement: Statement) -> None:
        instream = self._instream(statement) if statement.data is not None else None
        parameters = self._parameters(statement)
        draft = draft_of(parameters, statement.line, instream, self._scope, self.findings)
        if self._dd_name(statement):
            self._add(statement.name, draft)

    def _instream(self, statement: Statement) -> Instream:
        assert statement.data is not None
        data = Instream(self._source.encoded(statement.data), self._dsid, statement.data.start + 1)
        self._dsid += 1
        return data

    def _dd_name(self, statement: Statement) -> bool:
        """Whether the DD's name and place are right."""
        name, step, line = statement.name, self._step, statement.line
        if "." in name and all(NAME.fullmatch(part) for part in name.split(".")):
            found = f"DD {name[:17]}"
            self.findings.add(messages.NO_PROCEDURES, line, found=found)
        elif name and not NAME.fullmatch(name):
            self._bad_label(statement)
        elif step.card is None and not (name in _BEFORE_STEPS or (not name and step.dds)):
            self.findings.add(
                messages.MISPLACED,
                line,
                found=f"DD {name}".rstrip(),
                where="before the first EXEC",
                expected="it behind an EXEC statement (JOBLIB may stand before)",
            )
        elif not name and not step.dds:
            self.findings.add(
                messages.MISPLACED,
                line,
                found="a DD without a name",
                where="before any named DD of the step",
                expected="a named DD that it is concatenated to",
            )
        else:
            return True
        return False

    def _add(self, name: str, draft: Draft) -> None:
        step = self._step
        step.parts += 1
        if step.parts == MAX_DDS + 1:
            what = "DD statements in a step"
            self.findings.add(messages.TOO_MANY, draft.line, limit=MAX_DDS, what=what)
        if not name:
            step.dds[-1][1].append(draft)
            return
        if name in step.names:
            self.findings.add(messages.DUPLICATE_DD, draft.line, found=name)
        else:
            step.names.add(name)
            self._scope.dds[name] = draft
        step.dds.append((name, [draft]))

    def _generated_sysin(self, statement: Statement) -> None:
        """Data that no DD asked for become SYSIN of the step (jes2.md 5.4)."""
        assert statement.data is not None
        count = len(statement.data)
        self._number += 1
        self._listing.append(Listed(self._number, _GENERATED))
        if self._step.card is None:
            self.findings.add(
                messages.MISPLACED,
                statement.line,
                found=f"data without a DD ({count} cards)",
                where="before the first EXEC",
                expected="a statement that begins with //",
            )
            return
        self.findings.add(messages.GENERATED, statement.line, count=count)
        self._add("SYSIN", Draft(self._instream(statement), Dcb(), statement.line))

    # --- OUTPUT, SET, IF -----------------------------------------------------------------------

    def _output(self, statement: Statement) -> None:
        parameters = self._parameters(statement)
        check_keywords("OUTPUT", parameters, KEYWORDS, self.findings)
        if not statement.name:
            self._bad_label(statement)
        for surplus in parameters.positional:
            if surplus.value is not None:
                self.findings.add(
                    messages.SURPLUS,
                    surplus.line,
                    operation="OUTPUT",
                    found=show(surplus.text),
                    expected="keywords only",
                )
        name, line = statement.name, statement.line
        output = output_statement(name, parameters, self._scope.msgclass, line, self.findings)
        if self._step.card is None:
            self._scope.job_outputs[output.name] = output
            self._job_outputs.append(output)
            if output.default:
                self._default(self._job_defaults, output, statement.line)
            return
        self._scope.step_outputs[output.name] = output
        if output.default:
            self._default(self._step.defaults, output, statement.line)
        if output.jesds:
            self.findings.add(
                messages.MISPLACED,
                statement.line,
                found="OUTPUT with JESDS=",
                where="in a step",
                expected="it before the first EXEC",
            )

    def _default(self, defaults: list[OutputStatement], output: OutputStatement, line: int) -> None:
        """A DEFAULT=YES statement; each gives every data set one more request, so they are few."""
        defaults.append(output)
        if len(defaults) > MAX_OUTPUTS:
            defaults.pop()
            what = "OUTPUT statements with DEFAULT=YES"
            self.findings.add(messages.TOO_MANY, line, limit=MAX_OUTPUTS, what=what)

    def _set(self, statement: Statement) -> None:
        """SET, and the defaults of a PROC statement, so that its symbols are not faults as well."""
        parameters = self._parameters(statement)
        for parameter in parameters.keywords.values():
            self._symbols.set(parameter.keyword, parameter.word, parameter.line, self.findings)
        if statement.operation == "SET" and not parameters.keywords:
            self.findings.add(
                messages.MISSING,
                statement.line,
                operation="SET",
                found="symbol",
                expected="name=value",
            )

    def _if(self, statement: Statement) -> None:
        text = self._symbols.defined(statement.field)
        expression, steps = expression_of(text, statement.line, self.findings)
        for dotted in steps:
            step = dotted.partition(".")[0]
            if step not in self._step_names and step != self._step.name:
                hint = self.findings.hint(step, self._step_names)
                self.findings.add(messages.UNKNOWN_STEP, statement.line, found=step, hint=hint)
        self._ifs.begin(expression, statement.line, self.findings)

    def _else(self, statement: Statement) -> None:
        self._ifs.otherwise(statement.line, self.findings)

    def _endif(self, statement: Statement) -> None:
        self._ifs.end(statement.line, self.findings)

    # --- listing and result --------------------------------------------------------------------

    def _list(self, statement: Statement) -> None:
        """The statement's cards; the first one has its number (jes2.md 3.5)."""
        self._number += 1
        shown = [self._shown(image) for image in statement.images]
        if statement.operation == "JOB":
            shown = [_PASSWORD.sub(r"\1", image) for image in shown]
        self._listing.append(Listed(self._number, shown[0]))
        self._listing += [Listed(None, image) for image in shown[1:]]

    def _shown(self, image: str) -> str:
        return self._source.printable(image)

    def job(self) -> Job | None:
        """The job, or None when its JOB statement has no valid name."""
        card, deck = self._card, self._deck
        if self._name is None or card is None or deck is None:
            return None
        defaults = self._jecl.defaults(self._scope.msgclass, self._punch)
        job_level = tuple(self._job_defaults)
        say_twice(self._job_outputs, self.findings)
        faults, warnings = self.findings.of_job(deck.line)
        notify = self._jecl.notify.rpartition(".")[2] if self._jecl.notify else None
        return Job(
            jobname=self._name,
            owner=card.owner or self._user,
            job_class=card.job_class,
            msgclass=self._scope.msgclass,
            msglevel=card.msglevel,
            notify=card.notify or (UserId(notify) if notify else None),
            programmer=card.programmer,
            typrun=card.typrun,
            cond=card.cond,
            steps=tuple(settled(step, job_level, defaults, deck.line) for step in self._steps),
            jes_output=jes_requests(tuple(self._job_outputs), defaults),
            suppressed=self._jecl.suppressed(card.suppressed),
            copies=self._jecl.copies,
            estimates=self._jecl.estimated(card.estimates),
            listing=tuple(self._listing),
            faults=faults,
            warnings=warnings,
            card=deck.line,
            cards=deck.end - deck.line + 1,
        )
