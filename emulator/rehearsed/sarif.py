"""The report of a rehearsal as SARIF 2.1.0, for tools that show rules at the lines of a file.

The region of a result is a record of the spool file; that is a line of its source for files of text
alone, so a result of JCL has none, and says the record in words.
"""

import hashlib
from collections.abc import Iterable, Iterator
from importlib.metadata import version
from typing import Any, TextIO
from urllib.parse import quote

import msgspec

from cssmtp.smtpd.breaks import RULES, Rule, Severity
from cssmtp.smtpd.report import Change, FileReport, Summary
from emulator.rehearsed.places import relative

_LEVELS = {
    Severity.FATAL: "error",
    Severity.ERROR: "error",
    Severity.WARNING: "warning",
    Severity.INFORMATION: "note",
}
_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"


def write(out: TextIO, summary: Summary, files: Iterable[FileReport]) -> None:
    """One run; a result on a line each."""
    encode = msgspec.json.Encoder().encode
    ids = list(RULES)
    tool = {
        "driver": {
            "name": "jesmail rehearse",
            "version": version("jesmail"),
            "rules": [_rule(rule) for rule in RULES.values()],
        }
    }
    missing = [
        {"level": "error", "message": {"text": f"{one.source}: {one.reason}"}}
        for one in summary.not_read
    ]
    invocation: dict[str, Any] = {"executionSuccessful": not missing}
    if missing:
        invocation["toolExecutionNotifications"] = missing
    out.write(f'{{"$schema": "{_SCHEMA}", "version": "2.1.0", "runs": [{{\n')
    out.write(f'"tool": {encode(tool).decode()},\n')
    out.write(f'"invocations": [{encode(invocation).decode()}],\n"results": [')
    first = True
    for one in files:
        for result in _results(one, ids):
            out.write("\n" if first else ",\n")
            out.write(encode(result).decode())
            first = False
    out.write("\n]}]}\n")


def _rule(rule: Rule) -> dict[str, Any]:
    return {
        "id": rule.id,
        "shortDescription": {"text": rule.title},
        "help": {"text": f"Remedy: {rule.remedy}."},
        "defaultConfiguration": {"level": _LEVELS[rule.severity]},
        "properties": {"severity": rule.severity.value, "sureness": rule.sureness.value},
    }


def _results(one: FileReport, ids: list[str]) -> Iterator[dict[str, Any]]:
    seen: dict[tuple[str, str], int] = {}
    for change in one.changes:
        where = f"{one.jobname} {one.step}.{one.ddname}"
        record = f" record {change.record}" if change.record else ""
        text = f": {change.text}" if change.text else ""
        key = change.rule, change.excerpt
        seen[key] = seen.get(key, 0) + 1
        print_ = "\0".join((one.source, where, *key, str(seen[key])))
        yield {
            "ruleId": change.rule,
            "ruleIndex": ids.index(change.rule),
            "level": _LEVELS[Severity(change.severity)],
            "message": {"text": f"{where}{record}: {change.title}{text}. {change.remedy}."},
            "locations": [_location(one, change, where)],
            "partialFingerprints": {
                "jesmail/v1": hashlib.sha256(print_.encode("utf-8", "replace")).hexdigest()[:32]
            },
        }


def _location(one: FileReport, change: Change, where: str) -> dict[str, Any]:
    physical: dict[str, Any] = {
        "artifactLocation": {"uri": quote(relative(one.source), safe="/:@")}
    }
    if change.record and not one.jcl:
        region: dict[str, Any] = {"startLine": change.record}
        if change.column:
            region["startColumn"] = change.column
        if change.excerpt:
            region["snippet"] = {"text": change.excerpt}
        physical["region"] = region
    return {"physicalLocation": physical, "logicalLocations": [{"fullyQualifiedName": where}]}
