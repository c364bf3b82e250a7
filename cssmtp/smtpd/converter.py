"""From SMTP.CONFIG to a configuration of CSSMTP that says of every line where it comes from.

What is written parses without an error by `cssmtp.config.parser`. What has no equivalent stands in
it as a comment with its risk (smtpd-migration.md 4).
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from cssmtp.config import values as to_values
from cssmtp.config.findings import Finding, found
from cssmtp.config.values import Refused
from cssmtp.smtpd import findings as f
from cssmtp.smtpd.migration import CHANGES, NONE, RISKS
from cssmtp.smtpd.parser import Parsed, Setting
from cssmtp.smtpd.statements import Dbcs, SmtpdConfig
from jes.names import WriterName

PLACEHOLDER = "mail-relay.invalid"
_COMMENT_MAX = 200
_WIDTH = 30
# spool-mail.md 9.4; IBM-948 of TCHINESE has no table here, IBM-950 is traditional Chinese too
_DBCS = {
    Dbcs.JIS78KJ_ASCII: ("IBM-939", "IBM-5055"), Dbcs.JIS78KJ_JISROMAN: ("IBM-930", "IBM-5053"),
    Dbcs.JIS83KJ_ASCII: ("IBM-939", "IBM-5054"), Dbcs.JIS83KJ_JISROMAN: ("IBM-930", "IBM-5052"),
    Dbcs.BIG5: ("IBM-937", "IBM-950"), Dbcs.EUCKANJI: ("IBM-930", "IBM-eucJP"),
    Dbcs.KSC5601: ("IBM-933", "IBM-949"), Dbcs.SCHINESE: ("IBM-935", "IBM-1381"),
    Dbcs.SJISKANJI: ("IBM-930", "IBM-943"), Dbcs.TCHINESE: ("IBM-937", "IBM-950"),
}  # fmt: skip
_RETRY_MINUTES = 7200


@dataclass(frozen=True, slots=True)
class Options:
    """What SMTP.CONFIG does not say: SMTPD's job name, which jobs name as writer, and the relay."""

    writer: WriterName
    relay: str | None = None


@dataclass(frozen=True, slots=True)
class Converted:
    """The file, and what was found on the way; none of it is an error."""

    text: str
    findings: tuple[Finding, ...]


def convert(parsed: Parsed, options: Options, source: str = "SMTP.CONFIG") -> Converted:
    """A configuration of CSSMTP that comes as near as it can to SMTPD's."""
    writer = _Writer(parsed, options)
    writer.write(source)
    findings = sorted(writer.findings, key=lambda finding: finding.line or 0)
    return Converted("\n".join([*writer.out, ""]), tuple(findings))


def relay_kind(name: str) -> str | None:
    """`TargetIp` or `TargetName`; None when a relay cannot be called so."""
    for keyword, kind in (("TargetIp", to_values.ADDRESS), ("TargetName", to_values.HOST)):
        try:
            kind.read(name)
        except Refused:
            continue
        return keyword
    return None


@dataclass(slots=True)
class _Writer:
    parsed: Parsed
    options: Options
    out: list[str] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    done: set[str] = field(default_factory=set)  # statements that became something

    @property
    def config(self) -> SmtpdConfig:
        """SMTPD's."""
        return self.parsed.config

    def write(self, source: str) -> None:
        """The whole file, top to bottom."""
        self._comment(f"CSSMTP configuration made of {source}. Each line says what it comes from.")
        self._comment("Risk: " + ", ".join(f"{n} {risk}" for n, risk in enumerate(RISKS)) + ".")
        self._comment("Settle what says 'risk 3' before SMTPD is taken away.")
        self.out.append("")
        name = self.options.writer
        if name.startswith("#"):
            self._comment(f"ExtWrtName {name} cannot be coded: give CSSMTP this job name.")
        else:
            self._line(f"ExtWrtName {name}", "SMTPD's job name: JCL needs no change")
        self._bad_files()
        self._code_page()
        self._retry()
        self._logging()
        self._timeouts()
        self._targets()
        self._rest()

    # --- lines ---------------------------------------------------------------------------------

    def _comment(self, text: str) -> None:
        self.out.append(f"# {_clean(text)}")

    def _line(self, text: str, why: str = "") -> None:
        comment = f"# {_clean(why)}" if why else ""
        self.out.append(f"{text:<{_WIDTH}} {comment}".rstrip())

    def _block(self, keyword: str, lines: list[tuple[str, str]]) -> None:
        self.out += [keyword, "{"]
        for text, why in lines:
            self._line(f"  {text}", why)
        self.out.append("}")

    def _from(self, keyword: str, note: str = "") -> str:
        """Where a line comes from, and its risk; the statement became something."""
        self.done.add(keyword)
        setting, change = self.parsed.setting(keyword), CHANGES[keyword]
        coded = setting.line is not None
        if coded:
            self._found(setting, note)
        risk = f"; risk {change.risk}" if change.risk else ""
        return f"{_origin(setting)}{risk}: {note or change.change}"

    def _found(self, setting: Setting, note: str = "") -> None:
        change = CHANGES[setting.keyword]
        much = change.risk == 3
        fields: dict[str, Any] = {"risk": change.risk, "change": note or change.change}
        if setting.keyword not in self.done or change.to == NONE:
            message = f.LOST if much else f.NO_EQUIVALENT
            fields["change"] += "" if change.to == NONE else f" (see {change.to})"
        else:
            message, fields["to"] = f.CHANGED_MUCH if much else f.CHANGED, change.to
        self.findings.append(found(message, setting.line, setting.keyword, **fields))

    def _coded(self, keyword: str) -> bool:
        return self.parsed.setting(keyword).line is not None

    def _limited(self, keyword: str, value: int, low: int, high: int) -> int:
        """The nearest number that CSSMTP takes."""
        written = min(max(value, low), high)
        if written != value:
            line = self.parsed.setting(keyword).line
            self.findings.append(found(f.OUT_OF_RANGE, line, keyword, value=value, written=written))
        return written

    # --- statements ----------------------------------------------------------------------------

    def _bad_files(self) -> None:
        postmaster = self.config.postmaster
        self._line("BadSpoolDisp Hold", self._from("BADSPOOLFILEID"))
        if self.config.delete_bad_spool_file:
            self._comment(self._from("DELETEBADSPOOLFILE"))
        if not _mailbox(postmaster):
            why = self._from("POSTMASTER", f"{postmaster} is no mail address")
            self._line("Report Sysout", "for somebody to read")
            self._comment(f"MailAdministrator {postmaster}@host.domain: {why}")
        else:
            self._line("Report Admin", "errors in spool files, which SMTPD mailed to the sender")
            self._line(f"MailAdministrator {postmaster}", self._from("POSTMASTER", "the same"))
        why = "SMTPD returned mail to its sender"
        self._block("Undeliverable", [("ReturnToMailFrom Yes", why)])
        if self._coded("MAXMAILBYTES"):
            size = -(-self.config.max_mail_bytes // 1000)
            self._comment(f"JESMsgSize {size}: {self._from('MAXMAILBYTES')}")
        if self.config.check_spool_size:
            self._comment(f"JESJobSize: {self._from('CHECKSPOOLSIZE')}")

    def _code_page(self) -> None:
        if self.config.dbcs is not None:
            pages = _DBCS.get(self.config.dbcs)
            if pages is None:
                self._comment(self._from("DBCS", f"CSSMTP has nothing for {self.config.dbcs}"))
            else:
                self._line("MBCS Yes", self._from("DBCS"))
                self._line(f"Translate {pages[0]}", f"for DBCS {self.config.dbcs}")
        else:
            self._line(
                "Translate IBM-1047", "the page of the jobs; a table of the site's own: risk 3"
            )
        if self.config.at_sign == "@":
            return
        try:
            to_values.AT_SIGN.read(self.config.at_sign)
        except Refused:
            self._comment(self._from("ATSIGN", "CSSMTP does not take this character"))
        else:
            self._block("Options", [(f"AtSign {self.config.at_sign}", self._from("ATSIGN"))])

    def _retry(self) -> None:
        age, interval = self.config.retry_age, self.config.retry_int
        count = self.config.temp_error_retries
        if not age:
            why = self._from("RETRYAGE", "mail that is not taken is returned at once")
            self._block("RetryLimit", [("Count 0", why)])
            return
        every = self._limited("RETRYINT", interval, 1, 1440)
        if count:
            most = self._limited("TEMPERRORRETRIES", count, 1, _RETRY_MINUTES // every)
            lines = [(f"Count {most}", self._from("TEMPERRORRETRIES"))]
            self._block("RetryLimit", [*lines, (f"Interval {every}", self._from("RETRYINT"))])
            self._comment(self._from("RETRYAGE", "TEMPERRORRETRIES ends the tries"))
            return
        why = "CSSMTP's default, before the extended retry"
        self._block("RetryLimit", [("Count 5", why), ("Interval 1", "minutes")])
        self._block(
            "ExtendedRetry",
            [(f"Age {age}", self._from("RETRYAGE")), (f"Interval {every}", self._from("RETRYINT"))],
        )

    def _logging(self) -> None:
        if self.config.debug:
            self._line("LogLevel 55", self._from("DEBUG", "with commands and replies"))
        elif not self.config.log:
            self._line("LogLevel 3", self._from("NOLOG", "errors and warnings"))
        else:
            self._line("LogLevel 7", self._from("LOG", "errors, warnings, events"))

    def _timeouts(self) -> None:
        lines = []
        if self._coded("FINISHOPEN"):
            seconds = self._limited("FINISHOPEN", self.config.finish_open, 30, 1200)
            lines.append((f"InitialMsg {seconds}", self._from("FINISHOPEN")))
        if self._coded("INACTIVE"):
            seconds = self._limited("INACTIVE", self.config.inactive, 0, 1200)
            lines.append((f"ConnectIdle {seconds}", self._from("INACTIVE")))
        if lines:
            self._block("Timeout", lines)

    def _targets(self) -> None:
        lines = [self._target()]
        if self._coded("REMOTEPORT"):
            lines.append((f"ConnectPort {self.config.remote_port}", self._from("REMOTEPORT")))
        if self.config.outbound_open_limit is not None:
            most = self._limited("OUTBOUNDOPENLIMIT", self.config.outbound_open_limit, 1, 500)
            lines.append((f"ConnectLimit {most}", self._from("OUTBOUNDOPENLIMIT")))
        pages = _DBCS.get(self.config.dbcs) if self.config.dbcs else None
        if pages is not None:
            instead = " (CSSMTP has IBM-948)" if self.config.dbcs is Dbcs.TCHINESE else ""
            lines.append((f"MBCharset {pages[1]}", f"for DBCS {self.config.dbcs}{instead}"))
        self._block("TargetServer", lines)

    def _target(self) -> tuple[str, str]:
        if self.options.relay is not None:
            kind = relay_kind(self.options.relay)
            return f"{kind} {self.options.relay}", "named when this file was made"
        if self.config.ip_mailer_address is not None:
            return f"TargetIp {self.config.ip_mailer_address}", self._by("IPMAILERADDRESS")
        if self.config.ip_mailer_name is not None:
            return f"TargetName {self.config.ip_mailer_name.host}", self._by("IPMAILERNAME")
        self.findings.append(found(f.NO_RELAY, None, None, placeholder=PLACEHOLDER))
        why = "PUT YOUR RELAY HERE; risk 3: SMTPD asked for MX records, CSSMTP needs a relay"
        return f"TargetName {PLACEHOLDER}", why

    def _by(self, keyword: str) -> str:
        """A relay that SMTPD may have used only for what it could not resolve."""
        if not self.config.resolver_usage:
            return self._from(keyword)
        note = "it took what SMTPD could not resolve; now it must take all mail"
        return self._from(keyword, note)

    def _rest(self) -> None:
        """What has no equivalent: what is coded, and defaults that matter."""
        lines = list(self._without())
        if lines:
            self.out.append("")
            self._comment("Nothing in CSSMTP does what these did:")
            for line in lines:
                self._comment(line)

    def _without(self) -> Iterator[str]:
        for setting in self.parsed.settings():
            change = CHANGES[setting.keyword]
            matters = setting.line is not None or (
                setting.keyword == "REWRITE822HEADER" and self.config.rewrite_822_header.on
            )
            other = {"LOG": "NOLOG", "NOLOG": "LOG"}.get(setting.keyword)
            if setting.keyword in self.done or other in self.done or not matters:
                continue
            if setting.line is not None:
                self._found(setting)
            to = "" if change.to == NONE else f" (see {change.to})"
            yield f"{_origin(setting)}; risk {change.risk}: {change.change}{to}"


def _mailbox(word: str) -> bool:
    """Whether it can be coded as MailAdministrator; `#` would begin a comment."""
    try:
        to_values.MAILBOX.read(word)
    except Refused:
        return False
    return not word.startswith("#")


def _origin(setting: Setting) -> str:
    """`line 12 RETRYAGE 3`, or the default and whether it is verified."""
    if setting.line is not None:
        return f"line {setting.line} {setting.keyword} {setting.value}"
    doubt = "unverified default" if setting.unverified else "default"
    return f"{doubt} of {setting.keyword} {setting.value}"


def _clean(text: str) -> str:
    """Text that may stand in a comment."""
    shown = "".join(c if " " <= c <= "~" else "?" for c in text)
    return shown if len(shown) <= _COMMENT_MAX else f"{shown[: _COMMENT_MAX - 3]}..."
