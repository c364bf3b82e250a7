"""The text of a mail on its way through SMTPD: header fields, Received, Date, the wire's bytes.

Text is in the wire's code page, read as Latin-1 so that every byte keeps its place.
"""

import re
from dataclasses import dataclass

from cssmtp.headers import rfc5322_date
from cssmtp.smtpd import rewriting
from cssmtp.smtpd.facts import Site
from cssmtp.smtpd.records import Line

_LINE_MAX = 998
_CONTROLS = bytes(b for b in range(0x40) if b not in (0x05, 0x15))  # tab and new line are none
_FIELD = re.compile(r"[!-9;-~]+[ \t]*:")


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """A mail's text. `header` has fields as written, folded ones with their line ends (LF);
    `rewritten` the same for TCP; `added` are the lines SMTPD puts in front. `wire` is what it
    would send behind DATA without the last period, `local` the lines for a user on the spool.
    `marks` are topics that it rests on, with a record (0: the mail as a whole)."""

    header: tuple[str, ...]
    rewritten: tuple[str, ...]
    added: tuple[str, ...]
    body: tuple[bytes, ...]
    changes: tuple[tuple[str, str], ...]
    marks: tuple[tuple[str, int], ...]

    @property
    def topics(self) -> tuple[str, ...]:
        """The topics of the marks."""
        return tuple(topic for topic, _ in self.marks)

    @property
    def added_size(self) -> int:
        """Bytes of what `added` takes in front of `wire` and `local`."""
        return sum(len(line) + line.count("\n") + 2 for line in self.added)

    @property
    def wire(self) -> bytes:
        """Towards TCP."""
        return self._bytes(self.rewritten)

    @property
    def local(self) -> bytes:
        """For local and NJE users: the header as written, doubled periods as one."""
        text = self._bytes(self.header)
        return re.sub(rb"(?m)^\.(?=\.)", b"", text)

    def _bytes(self, fields: tuple[str, ...]) -> bytes:
        lines = [
            piece.encode("latin-1") for one in (*self.added, *fields) for piece in one.split("\n")
        ]
        return b"".join(line + b"\r\n" for line in (*lines, *self.body))


def text_of(lines: list[Line], site: Site, helo: str, number: int) -> Text:
    """The text between DATA and the period."""
    pieces, marks = _pieces(lines, site.table)
    header, rest, topics = _split(pieces)
    if not header and rest and rest[0].strip():
        rest = [b"", *rest]
        topics.append("blank-line")
    fields = _fields(header)
    rewritten, changes = fields, []
    on, why = rewriting.rewrites(site)
    if on:
        done = [_rewritten(one, site) for one in fields]
        rewritten = [one.text for one in done]
        changes = [change for one in done for change in one.changes]
        topics += [topic for one in done for topic in one.topics]
    topics += why if changes or not on else ()
    names = {one.strip().partition(":")[0].strip().lower() for one in fields}
    added = _added(site, helo, number, dated="date" in names)
    topics += ["received", "translation" if not site.own_table else ""]
    topics += [] if "date" in names else ["date"]
    if site.config.dbcs is not None:
        topics.append("dbcs")
    for topic in filter(None, topics):
        marks.setdefault(topic, 0)
    return Text(
        header=tuple(fields), rewritten=tuple(rewritten), added=added, body=tuple(rest),
        changes=tuple(changes), marks=tuple(marks.items()),
    )  # fmt: skip


def _pieces(lines: list[Line], table: bytes) -> tuple[list[bytes], dict[str, int]]:
    """Lines as they leave; X'15' inside one splits it. Topics with their first record."""
    pieces: list[bytes] = []
    marks: dict[str, int] = {}
    for line in lines:
        raw = line.raw.rstrip(b"\x40")
        if len(raw) > _LINE_MAX:
            marks.setdefault("line-length", line.record)
        if len(raw) != len(raw.translate(None, _CONTROLS)):
            marks.setdefault("controls", line.record)
        if b"\x15" not in raw:
            pieces.append(line.text)
            continue
        marks.setdefault("new-line", line.record)
        parts = [part.translate(table) for part in raw.split(b"\x15")]
        pieces += [b".." if part == b"." else part for part in parts]
    return pieces, marks


def _split(lines: list[bytes]) -> tuple[list[str], list[bytes], list[str]]:
    """Header lines, the rest from the empty line on, and topics.

    SMTPD takes what stands before the first empty line for the header when it begins with a field,
    indented or not (FMT-07).
    """
    end = next((at for at, line in enumerate(lines) if not line.strip()), len(lines))
    header = [line.decode("latin-1") for line in lines[:end]]
    if not header or not _FIELD.match(header[0].lstrip(" \t")):
        return [], lines, []
    topics = ["indented-header"] if header[0][0] in " \t" else []
    return header, lines[end:], topics


def _fields(header: list[str]) -> list[str]:
    """Header lines put together: a continuation stays with its field."""
    indent = len(header[0]) - len(header[0].lstrip(" \t")) if header else 0
    fields: list[list[str]] = []
    for line in header:
        deeper = not line[:indent].strip(" \t") and line[indent : indent + 1] in (" ", "\t")
        if fields and deeper:
            fields[-1].append(line)
        else:
            fields.append([line])
    return ["\n".join(lines) for lines in fields]


def _rewritten(one: str, site: Site) -> rewriting.Rewritten:
    at = site.config.at_sign
    name = one.partition(":")[0].strip().lower()
    if at != "@" and name in rewriting.FIELDS:
        one = one.replace(at, "@")
    return rewriting.field(one, site)


def _added(site: Site, helo: str, number: int, *, dated: bool) -> tuple[str, ...]:
    """Received, and Date when it is missing, in the zone that TIMEZONE names."""
    stamp = f"{rfc5322_date(site.now)[:-6]} {site.config.timezone}"
    received = (
        f"Received: from {helo} by {site.host} (SMTPD {site.jobname})\n"
        f" with BSMTP id {number:04d}; {stamp}"
    )
    return (received,) if dated else (received, f"Date: {stamp}")
