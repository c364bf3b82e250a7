"""The report of a rehearsal as one JSON document, in pieces (smtpd-migration.md 7.4)."""

from collections.abc import Iterable
from typing import TextIO

import msgspec

from cssmtp.smtpd.report import FileReport, Summary

VERSION = 1


def write(out: TextIO, summary: Summary, files: Iterable[FileReport]) -> None:
    """`report_version`, `summary`, and `files` with a line for each."""
    encode = msgspec.json.Encoder().encode
    out.write(f'{{"report_version": {VERSION},\n"summary": {encode(summary).decode()},\n"files": [')
    for number, one in enumerate(files):
        out.write(",\n" if number else "\n")
        out.write(encode(one).decode())
    out.write("\n]}\n")
