"""The rules between statements, and the step from what was read to a `Config`.

Sources: cssmtp-config.md 4.10, 4.15, 4.17 and the list in 5.2. Pure; nothing here raises.
"""

from collections.abc import Iterable
from typing import Any

from cssmtp.config import charsets
from cssmtp.config import findings as f
from cssmtp.config import statements as s
from cssmtp.config.draft import Block, Draft, Entry
from cssmtp.config.findings import Finding, found, shown
from cssmtp.config.schema import BY_KEYWORD, STATEMENTS, TARGET_PARAMETERS
from jes.errors import BadName
from jes.names import WriterName

Lines = dict[str, int]


def build(draft: Draft, jobname: str) -> tuple[s.Config, Lines, list[Finding]]:
    """A configuration of what is usable in `draft`, where it was coded, and what breaks a rule.

    With an error among the findings the configuration is only good for finding further errors.
    """
    findings: list[Finding] = []
    where: Lines = {}
    values = _simple(draft, where) | _blocks(draft, where)
    values["mail_administrators"] = _administrators(draft.administrators, where, findings)
    values["target_servers"] = _target_servers(draft, where, findings)
    if "ext_wrt_name" not in values:
        values["ext_wrt_name"] = _from_jobname(jobname, findings)
    config = s.Config(**values)
    findings += between(config, where)
    return config, where, findings


def _simple(draft: Draft, where: Lines) -> dict[str, Any]:
    values = {}
    for keyword, entry in draft.simple.items():
        where[keyword] = entry.line
        values[BY_KEYWORD[keyword.lower()].field] = entry.value
    return values


def _blocks(draft: Draft, where: Lines) -> dict[str, Any]:
    """The blocks that may be coded once: the last of each counts."""
    values = {}
    for statement in STATEMENTS:
        block = draft.last(statement)
        if block is None or statement.block is None or statement.repeatable:
            continue
        where[statement.keyword] = block.line
        values[statement.field] = statement.block(**_fields(block, statement.keyword, where))
    return values


def _fields(block: Block, label: str, where: Lines) -> dict[str, Any]:
    """The block's coded values by field; `label` begins the keys under which lines are kept."""
    values = {}
    for parameter in block.statement.parameters:
        entry = block.entries.get(parameter.keyword)
        if entry is not None:
            where[f"{label} {parameter.keyword}"] = entry.line
            values[parameter.field] = entry.value
    return values


def _from_jobname(jobname: str, findings: list[Finding]) -> WriterName:
    """ExtWrtName's default (4.4)."""
    try:
        return WriterName(jobname)
    except BadName:
        findings.append(found(f.BAD_JOBNAME, None, "ExtWrtName", word=shown(jobname)))
        return WriterName("CSSMTP")


def _administrators(
    entries: Iterable[Entry], where: Lines, findings: list[Finding]
) -> tuple[str, ...]:
    """The first four different ones (4.10); case counts."""
    used: dict[str, int] = {}
    name = "MailAdministrator"
    for entry in entries:
        if entry.value in used:
            word, line = shown(entry.value), used[entry.value]
            findings.append(found(f.SAME_ADMIN, entry.line, name, word=word, line=line))
        elif len(used) == s.MAX_ADMINISTRATORS:
            limit = s.MAX_ADMINISTRATORS
            findings.append(found(f.TOO_MANY_ADMINS, entry.line, name, limit=limit))
        else:
            used[entry.value] = entry.line
            where[f"{name} {len(used)}"] = entry.line
    return tuple(used)


def _target_servers(
    draft: Draft, where: Lines, findings: list[Finding]
) -> tuple[s.TargetServer, ...]:
    """The blocks with the targets that count: the first four, each once (4.17)."""
    blocks = draft.blocks.get("TargetServer", [])
    findings += _mx_rules(blocks)
    seen: dict[tuple[str, str], int] = {}
    servers: list[s.TargetServer] = []
    for block in blocks:
        if not block.targets and not block.doubtful:
            findings.append(found(f.EMPTY_TARGET, block.line, "TargetServer"))
        kept = _targets(block, seen, findings)
        if not kept:
            continue
        label = f"TargetServer {len(servers) + 1}"
        where[label] = block.line
        for number, (_, entry) in enumerate(kept, start=1):
            where[f"{label} target {number}"] = entry.line
        targets = tuple(
            s.Target(TARGET_PARAMETERS[keyword.lower()], entry.value) for keyword, entry in kept
        )
        servers.append(s.TargetServer(targets=targets, **_fields(block, label, where)))
    if not servers and not any(block.doubtful for block in blocks):
        findings.append(found(f.NO_TARGET, None, "TargetServer"))
    return tuple(servers)


def _targets(
    block: Block, seen: dict[tuple[str, str], int], findings: list[Finding]
) -> list[tuple[str, Entry]]:
    """The block's targets that are new and among the first four of the file."""
    kept = []
    for keyword, entry in block.targets:
        key = (keyword, entry.value.lower().rstrip("."))
        word, label = shown(entry.text), f"TargetServer {keyword}"
        if key in seen:
            findings.append(found(f.SAME_TARGET, entry.line, label, word=word, line=seen[key]))
            continue
        seen[key] = entry.line
        if len(seen) > s.MAX_TARGETS:
            number, limit = len(seen), s.MAX_TARGETS
            findings.append(
                found(f.TOO_MANY_TARGETS, entry.line, label, word=word, number=number, limit=limit)
            )
            continue
        kept.append((keyword, entry))
    return kept


def _mx_rules(blocks: Iterable[Block]) -> list[Finding]:
    """One TargetMx in the file, and then nothing else (4.17)."""
    targets = [target for block in blocks for target in block.targets]
    mx = [entry for keyword, entry in targets if keyword == s.TargetKind.MX]
    label = "TargetServer TargetMx"
    findings = [found(f.SECOND_MX, entry.line, label, line=mx[0].line) for entry in mx[1:]]
    if mx and len(mx) < len(targets):
        findings.append(found(f.MX_NOT_ALONE, mx[0].line, label))
    return findings


def between(config: s.Config, where: Lines) -> list[Finding]:
    """What one statement's value forbids another's (5.2)."""
    return [*_sizes(config, where), *_code_pages(config, where), *_reports(config, where)]


def _sizes(config: s.Config, where: Lines) -> list[Finding]:
    findings = []
    message, job = config.jes_msg_size, config.jes_job_size
    if message and job and message > job:
        line = where.get("JESMsgSize")
        findings.append(found(f.SIZES, line, "JESMsgSize", message=message, job=job))
    count, interval = config.retry_limit.count, config.retry_limit.interval
    if count * interval > s.MAX_RETRY_MINUTES:
        fields = {"count": count, "interval": interval, "total": count * interval}
        line = where.get("RetryLimit")
        findings.append(
            found(f.RETRY_TOO_LONG, line, "RetryLimit", limit=s.MAX_RETRY_MINUTES, **fields)
        )
    return findings


def _code_pages(config: s.Config, where: Lines) -> list[Finding]:
    findings = []
    page, line = config.translate, where.get("Translate")
    mixed = charsets.mixed_ebcdic(page) is not None
    if config.mbcs and not mixed:
        findings.append(found(f.TRANSLATE_NOT_MULTI, line, "Translate", page=shown(page)))
    if mixed and not config.mbcs:
        findings.append(found(f.TRANSLATE_NOT_SINGLE, line, "Translate", page=shown(page)))
    for number, server in enumerate(config.target_servers, start=1):
        label = f"TargetServer {number}"
        if config.mbcs and server.mb_charset is None:
            findings.append(found(f.NO_MB_CHARSET, where.get(label), "TargetServer"))
        if server.mb_charset is not None and not config.mbcs:
            line = where.get(f"{label} MBCharset")
            findings.append(found(f.MB_CHARSET_IGNORED, line, "TargetServer MBCharset"))
        if server.mb_charset is not None and config.mbcs:
            findings += _mb_charset(server.mb_charset, where.get(f"{label} MBCharset"))
    return findings


def _mb_charset(name: str, line: int | None) -> list[Finding]:
    hint = charsets.why_no_mb_charset(name)
    if hint is None:
        return []
    label = "TargetServer MBCharset"
    return [found(f.BAD_MB_CHARSET, line, label, name=shown(name), hint=hint)]


def _reports(config: s.Config, where: Lines) -> list[Finding]:
    findings = []
    to = config.report.to
    nobody = to is s.ReportTo.ADMIN and not config.mail_administrators
    if nobody:
        findings.append(found(f.NO_ADMIN, where.get("Report"), "Report"))
    if config.options.test_mode and (nobody or to is s.ReportTo.NONE):
        line, label = where.get("Options TestMode"), "Options TestMode"
        findings.append(found(f.TEST_MODE, line, label))
    return findings
