"""The report of a rehearsal as one page for a browser that needs nothing beside it.

The summary is HTML; the files are data in the page, drawn when they are looked at, so that ten
thousand of them open at once. The page may load and run nothing but what it brings itself.
"""

import base64
import hashlib
from collections.abc import Iterable, Iterator
from difflib import SequenceMatcher
from html import escape
from importlib.resources import files as resources
from itertools import zip_longest
from typing import Any, TextIO

import msgspec

from cssmtp.smtpd.breaks import RULES, Severity
from cssmtp.smtpd.report import FileReport, MailPair, Summary, Verdict

CHUNK = 50  # files a block of data
JOBS = 200  # rows of the table of jobs
_WORDS = {Severity.FATAL: "fatal", Severity.ERROR: "error", Severity.WARNING: "warning",
          Severity.INFORMATION: "information"}  # fmt: skip
_encode = msgspec.json.Encoder().encode


def write(out: TextIO, summary: Summary, files: Iterable[FileReport]) -> None:
    """The page; memory does not grow with the texts of the files."""
    style, script = _part("page.css"), _part("page.js")
    policy = (
        f"default-src 'none'; style-src '{_hash(style)}'; script-src '{_hash(script)}';"
        " base-uri 'none'; form-action 'none'"
    )
    out.write(
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>From SMTPD to CSSMTP: {_text(summary.readiness)}</title>"
        f'<style>{style}</style></head>\n<body data-chunk="{CHUNK}">\n'
    )
    for part in (*_head(summary), _rules(summary), _jobs(summary), _list(summary)):
        out.write(part)
    index = []
    chunk: list[Any] = []
    for number, one in enumerate(files):
        index.append(_row(one))
        chunk.append(_details(one))
        if len(chunk) == CHUNK:
            _data(out, f"files-{number // CHUNK}", chunk)
            chunk.clear()
    if chunk:
        _data(out, f"files-{(len(index) - 1) // CHUNK}", chunk)
    _data(out, "index", index)
    out.write(f"<script>{script}</script>\n</body></html>\n")


def _part(name: str) -> str:
    return (resources("emulator.rehearsed") / "page" / name).read_text("utf-8")


def _hash(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def _text(text: str) -> str:
    """For HTML: nothing in it is markup, turns the writing round or cannot be seen."""
    return escape("".join(c if c.isprintable() else "\ufffd" for c in text))


def _data(out: TextIO, name: str, value: object) -> None:
    text = _encode(value).decode().replace("<", "\\u003c").replace("\u2028", "\\u2028")
    out.write(f'<script type="application/json" id="{name}">{text}</script>\n')


# --- what stands in the page --------------------------------------------------------------------


def _head(summary: Summary) -> Iterator[str]:
    yield "<header><h1>From SMTPD to CSSMTP</h1>"
    yield f'<p class="readiness">{_text(summary.readiness)}</p>'
    both = f"SMTPD: {_text(summary.smtpd)}<br>CSSMTP: {_text(summary.cssmtp)}"
    yield f'<p class="dim">{both}</p></header>'
    yield f"<h2>{summary.files} spool files</h2>{_chart(summary)}"
    if summary.proposals:
        items = "".join(f"<li>{_text(one)}</li>" for one in summary.proposals)
        yield f"<h2>Proposed for the configuration</h2><ul>{items}</ul>"
    if summary.not_read:
        items = "".join(
            f"<li><code>{_text(one.source)}</code>: {_text(one.reason)}</li>"
            for one in summary.not_read
        )
        yield f"<h2>Not read</h2><ul>{items}</ul>"


def _chart(summary: Summary) -> str:
    """A bar for each verdict."""
    shown = [(one, summary.verdicts.get(one.value, 0)) for one in Verdict]
    most = max((count for _, count in shown), default=0) or 1
    said = ", ".join(f"{one.value} {count}" for one, count in shown)
    bars = "".join(
        f'<text x="0" y="{at * 28 + 19}">{one.value}</text>'
        f'<rect class="v-{one.value.lower()}" x="190" y="{at * 28 + 4}" height="20" rx="3"'
        f' width="{max(460 * count / most, 2 if count else 0):.1f}"/>'
        f'<text x="{198 + 460 * count / most:.1f}" y="{at * 28 + 19}">{count}</text>'
        for at, (one, count) in enumerate(shown)
    )
    return f'<svg viewBox="0 0 720 {len(shown) * 28}" role="img" aria-label="{said}">{bars}</svg>'


def _rules(summary: Summary) -> str:
    order = list(Severity)
    found = sorted(
        summary.rules.items(), key=lambda one: (order.index(RULES[one[0]].severity), -one[1])
    )
    if not found:
        return ""
    body = "".join(
        f'<tr><td><button type="button" data-rule="{name}">{name}</button></td>'
        f"<td>{_WORDS[RULES[name].severity]}</td><td>{RULES[name].sureness}</td>"
        f'<td class="n">{count}</td><td>{_text(RULES[name].title)}</td>'
        f"<td>{_text(RULES[name].remedy)}</td></tr>"
        for name, count in found
    )
    return (
        '<h2>What breaks</h2><div class="wide"><table><thead><tr><th>rule</th><th>severity</th>'
        '<th>sure</th><th class="n">files</th><th>what</th><th>remedy</th></tr></thead>'
        f"<tbody>{body}</tbody></table></div>"
    )


def _jobs(summary: Summary) -> str:
    """Which jobs: those with the most first."""
    found = sorted(summary.jobs.items(), key=lambda one: (-sum(one[1].values()), one[0]))
    if not found:
        return ""
    body = "".join(
        f"<tr><td><code>{_text(name)}</code></td><td class='n'>{sum(rules.values())}</td><td>"
        + " ".join(f"{rule}&nbsp;&times;{count}" for rule, count in rules.items())
        + "</td></tr>"
        for name, rules in found[:JOBS]
    )
    rest = f"<p class='dim'>and {len(found) - JOBS} more</p>" if len(found) > JOBS else ""
    return (
        '<h2>Which jobs</h2><div class="wide"><table><thead><tr><th>job</th>'
        '<th class="n">found</th><th>rules, and in how many files</th></tr></thead>'
        f"<tbody>{body}</tbody></table></div>{rest}"
    )


def _list(summary: Summary) -> str:
    verdicts = _options((one.value, one.value) for one in Verdict)
    severities = _options((one.value, _WORDS[one]) for one in Severity)
    rules = _options((name, name) for name in summary.rules)
    return (
        '<h2>Files</h2><div class="filters">'
        f'<label>verdict<select id="verdict">{verdicts}</select></label>'
        f'<label>severity<select id="severity">{severities}</select></label>'
        f'<label>rule<select id="rule">{rules}</select></label>'
        '<label>job or file<input id="text" type="search"></label>'
        '<span id="count" class="dim" role="status"></span></div>'
        '<div id="files"></div><button id="more" type="button" hidden>Show more</button>'
        "<noscript><p>The files are shown by the script of this page.</p></noscript>\n"
    )


def _options(values: Iterable[tuple[str, str]]) -> str:
    return '<option value="">all</option>' + "".join(
        f'<option value="{value}">{word}</option>' for value, word in values
    )


# --- the files, as data -------------------------------------------------------------------------


def _row(one: FileReport) -> tuple[Any, ...]:
    return (
        one.jobname,
        one.jobid,
        f"{one.step}.{one.ddname}",
        one.verdict,
        sorted({change.severity for change in one.changes}),
        list(dict.fromkeys(change.rule for change in one.changes)),
        _visible(one.source),
    )


def _details(one: FileReport) -> dict[str, Any]:
    found: dict[str, Any] = msgspec.to_builtins(one)
    found["source"] = _visible(one.source)
    for mail, pair in zip(found["mails"], one.mails, strict=True):
        del mail["smtpd"], mail["cssmtp"]
        mail["diff"] = list(_beside(pair))
    return found


def _visible(text: str) -> str:
    return "".join(c if c.isprintable() else "\ufffd" for c in text)


def _beside(pair: MailPair) -> Iterator[tuple[int, str, str]]:
    """Lines of both texts beside each other; 1 for those that are the same."""
    left, right = pair.smtpd, pair.cssmtp
    matcher = SequenceMatcher(None, left, right, autojunk=False)
    for tag, i, j, k, m in matcher.get_opcodes():
        same = int(tag == "equal")
        for old, new in zip_longest(left[i:j], right[k:m], fillvalue=""):
            yield same, old, new
