"""What `jesmail convert` tells a program: SMTP.CONFIG, what was found, what was made of it."""

from typing import Any

from cssmtp.config.findings import Finding
from cssmtp.smtpd.converter import Converted
from cssmtp.smtpd.migration import CHANGES, NONE
from cssmtp.smtpd.parser import Parsed


def document(parsed: Parsed, converted: Converted | None) -> dict[str, Any]:
    """A document of plain JSON types; `configuration` is null when the file has errors."""
    further = converted.findings if converted else ()
    return {
        "valid": not parsed.refused,
        "findings": [_finding(finding) for finding in (*parsed.findings, *further)],
        "statements": [
            {
                "statement": setting.keyword,
                "value": setting.value,
                "line": setting.line,
                "default_grade": None if setting.line else setting.sure.value,
                "to": None if CHANGES[setting.keyword].to == NONE else CHANGES[setting.keyword].to,
                "change": CHANGES[setting.keyword].change,
                "risk": CHANGES[setting.keyword].risk,
            }
            for setting in parsed.settings()
        ],
        "configuration": converted.text if converted else None,
    }


def _finding(finding: Finding) -> dict[str, Any]:
    return {
        "severity": finding.severity.value,
        "line": finding.line,
        "statement": finding.statement,
        "id": finding.id,
        "text": finding.text,
    }
