"""What a rehearsal says of a whole site (smtpd-migration.md 7.5). Pure."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from cssmtp.smtpd.report import FileReport, NotRead, Readiness, Summary, Verdict
from cssmtp.smtpd.verdicts import DAMAGE, Migration

# what a rule that was broken speaks for in the configuration (smtpd-migration.md 7.5)
_PROPOSALS = {
    "SEL-01": "ExtWrtName: the writer name that jobs use, or their JCL changes",
    "SEL-03": "ExtWrtName: the name that jobs route output to, or their JCL changes",
    "CMD-09": "PTF PH24561, before anything else",
    "CMD-10": "Options NullTrnc Yes",
    "CMD-11": "JESSyntaxErrLimit: higher, or 0 for no limit",
    "FMT-03": "Options DataLineTrunc Yes, if lines may be cut",
    "CP-01": "Translate and Charset: those that come to SMTPD's table",
    "CP-03": "Options AtSign: as ATSIGN of SMTPD, or the Translate of the jobs",
    "ERR-01": "Report and MailAdministrator: somebody has to read what senders were told",
    "RCP-01": "a relay that knows local users by an alias each",
    "RCP-02": "a relay that knows NJE users by an alias each",
    "ROU-01": "a relay for the addresses that MAILER took",
}
_TRIES_LATER = (
    "RetryLimit {tries}: mail that a target defers is undeliverable after {minutes} minutes, and"
    " SMTPD tried for {days} days; raise it, or code ExtendedRetry (ERR-03)"
)


@dataclass(slots=True)
class Tally:
    """What there is to say of all files; they are told one by one."""

    verdicts: Counter[str] = field(default_factory=Counter)
    rules: Counter[str] = field(default_factory=Counter)
    jobs: dict[str, Counter[str]] = field(default_factory=dict)
    not_read: list[NotRead] = field(default_factory=list)
    unexplained: int = 0  # files that break, and no rule says why

    def add(self, one: FileReport | NotRead) -> None:
        """The next one."""
        if isinstance(one, NotRead):
            self.not_read.append(one)
            return
        self.verdicts[one.verdict.value] += 1
        rules = {change.rule for change in one.changes}
        self.rules.update(rules)
        if rules:
            self.jobs.setdefault(one.jobname, Counter()).update(rules)
        damaged = {change.severity for change in one.changes} & DAMAGE
        if one.verdict is Verdict.BREAKS and not damaged:
            self.unexplained += 1

    def summary(self, migration: Migration, smtpd: str, cssmtp: str) -> Summary:
        """The site."""
        worst = {Verdict.BREAKS, Verdict.NEVER_SELECTED, Verdict.DIFFERENT}
        if self.not_read or self.unexplained:
            readiness = Readiness.NOT_READY
        elif any(self.verdicts[one.value] for one in worst):
            readiness = Readiness.AFTER_CHANGES
        else:
            readiness = Readiness.READY
        return Summary(
            smtpd=smtpd, cssmtp=cssmtp, files=self.verdicts.total(),
            verdicts={one.value: self.verdicts[one.value] for one in Verdict},
            rules=dict(sorted(self.rules.items())),
            jobs={name: dict(sorted(rules.items())) for name, rules in sorted(self.jobs.items())},
            not_read=tuple(self.not_read),
            proposals=(*self._proposals(), *_retries(migration)), readiness=readiness,
        )  # fmt: skip

    def _proposals(self) -> Iterator[str]:
        for rule, text in _PROPOSALS.items():
            if self.rules[rule]:
                files = self.rules[rule]
                yield f"{text} ({rule} in {files} file{'s' if files > 1 else ''})"


def _retries(migration: Migration) -> Iterator[str]:
    """ERR-03: for how long each of them tries."""
    config, old = migration.rehearsal.rules.config, migration.site.config
    limit = config.retry_limit
    minutes = limit.count * limit.interval
    if config.extended_retry is None and minutes < old.retry_age * 24 * 60:
        tries = f"{limit.count} x {limit.interval} minutes"
        yield _TRIES_LATER.format(tries=tries, minutes=minutes, days=old.retry_age)
