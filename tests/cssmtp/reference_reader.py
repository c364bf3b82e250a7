"""A slow reader of spool files, record by record: the oracle of the quick one.

Written from the reference (spool-mail.md 2-5, blueprint §8 and §10), character by character where
that is the plainest, and without a look at `cssmtp.lines`, `commands`, `spoolmail` or `text`.
"""

# ruff: noqa: C901, PLR0911, PLR0912, PLW2901, PLR5501, PLC0207 - rules one by one, as plain as can be

import string
from collections.abc import Sequence
from dataclasses import dataclass, field

from cssmtp.choices import Choices
from cssmtp.spoolmail import Limits
from jes.codepages import page

_1047 = page("IBM-1047").decoding
NL, LF, CR, NUL, BAD = "\x85", "\n", "\r", "\0", "\x01"
_CONTROLS = {0x00: NUL, 0x05: "\t", 0x09: "\t", 0x15: NL, 0x25: LF, 0x0D: CR}
_FIELD_NAME = set(string.printable) - set(string.whitespace) - {":"}
SYNTAX = "501 5.5.4 JES Syntax error. "


def characters(record: bytes) -> str:
    """A record as characters; BAD for a byte that a spool file must not have."""
    text = ""
    for byte in record:
        if byte < 0x40:
            text += _CONTROLS.get(byte, BAD)
        else:
            text += _1047[byte]
    return text


@dataclass
class SeenMail:
    """A mail: envelope, the lines on the wire, and why it is rejected."""

    helo: str
    sender: str
    tls: bool
    recipients: list[tuple[str, str | None]] = field(default_factory=list)
    header: list[str] = field(default_factory=list)
    body: list[str] = field(default_factory=list)
    blank_line_missing: bool = False
    in_header: bool = True
    spooled: int = 0
    rejected: str | None = None
    last: str = ""
    in_subject: bool = False


@dataclass
class Reference:
    """Reads one file: `errors` are (record, mail number, reply, counted)."""

    choices: Choices
    limits: Limits
    at_sign: str
    mails: list[SeenMail] = field(default_factory=list)
    errors: list[tuple[int, int, str, bool]] = field(default_factory=list)
    notices: list[tuple[int, str]] = field(default_factory=list)
    counted: int = 0
    greeting: tuple[str, str] | None = None
    tls: bool = False
    mail: SeenMail | None = None
    in_text: bool = False
    ended: bool = False
    begun: int = 0

    def read(self, records: Sequence[bytes], recfm: str, lrecl: int) -> "Reference":
        """Read all records."""
        quit_at = 0
        for number, count, raw in self.logical(records, recfm):
            if self.ended:
                break
            line = characters(raw).rstrip(" ")
            if self.in_text:
                self.text(number, line, len(raw), count, recfm, lrecl)
            else:
                if self.command(number, line):
                    quit_at = number
                    self.ended = True
        self.end(len(records), quit_at)
        return self

    def logical(self, records: Sequence[bytes], recfm: str) -> list[tuple[int, int, bytes]]:
        """Section 4.5: lines as (first record, number of records, bytes)."""
        lines = []
        first, held, count = 0, b"", 0
        for number, record in enumerate(records, 1):
            if recfm[-1] in "AM" and self.choices.carriage_control.value == "strip":
                record = record[1:]
            count += 1
            first = first or number
            if self.choices.join_rule and len(record) == 80 and record[79] in (0x4C, 0x15):
                held += record[:79]
            else:
                lines.append((first, count, held + record))
                first, held, count = 0, b"", 0
        if first:
            lines.append((first, count, held))
        return lines

    # --- section 3 -----------------------------------------------------------------------------

    def error(self, number: int, reply: str, counted: bool = True) -> None:
        """An error; above the limit nothing more is read."""
        ordinal = self.begun if self.in_text else self.begun + 1
        self.errors.append((number, ordinal, reply, counted))
        self.counted += counted
        limit = self.limits.syntax_errors
        at = self.choices.syntax_error_limit.value == "at"
        if counted and limit and (self.counted >= limit if at else self.counted > limit):
            self.ended = True

    def command(self, number: int, line: str) -> bool:
        """One command; true for QUIT."""
        if self.limits.null_trnc:
            line = line.rstrip(" \0")
        too_long = len(line) > 510
        if not self.choices.lf_is_separator:
            line = line.replace(LF, " " + BAD)
        for separator in (NL, CR, "\t", NUL, LF):
            line = line.replace(separator, " ")
        line = line.rstrip(" ")
        if self.at_sign:
            line = line.replace(self.at_sign, "@")
        if not line:
            self.notices.append((number, "blank-record"))
            return False
        if self.choices.leading_blanks.value == "ignore":
            line = line.lstrip(" ")
        verb, argument, reply = self.parsed(line)
        if too_long:
            reply = "500 5.2.5 JES Command line too long"
        return self.act(number, verb, argument, reply)

    def act(self, number: int, verb: str, argument: str, reply: str | None) -> bool:
        """Section 3: the state machine."""
        transaction = self.mail is not None
        if reply is not None:
            if verb == "RCPT" and self.mail is not None:
                if len(self.mail.recipients) < 2000:
                    self.error(number, reply, counted=False)
                    self.mail.recipients.append(("", reply))
            else:
                self.error(number, reply, counted=verb != "RCPT")
        elif verb == "QUIT":
            self.mail = None
            return True
        elif verb in ("HELO", "EHLO"):
            self.greeting, self.tls, self.mail = (verb, argument), False, None
        elif verb == "RSET":
            self.mail = None
        elif (
            verb == "STARTTLS" and self.greeting and self.greeting[0] == "EHLO" and not transaction
        ):
            self.tls = True
        elif verb == "MAIL" and self.greeting and not transaction:
            self.mail = SeenMail(self.greeting[1], argument, self.tls)
        elif verb == "RCPT" and self.mail is not None:
            if len(self.mail.recipients) < 2000:
                self.mail.recipients.append((argument, None))
        elif verb == "DATA" and self.mail is not None and self.mail.recipients:
            self.begun += 1
            self.in_text = True
        else:
            self.error(number, "503 5.5.1 JES Bad sequence of commands")
        return False

    # --- section 2 -----------------------------------------------------------------------------

    def parsed(self, line: str) -> tuple[str, str, str | None]:
        """Verb, argument and the reply of a command in error."""
        word = line.split(" ")[0]
        rest = line[len(word) :].strip(" ")
        verb = word.upper()
        if verb in ("HELO", "EHLO"):
            words = [word for word in rest.split(" ") if word]
            if not words:
                return verb, "", f"{SYNTAX}Missing argument after '{verb}' command"
            if len(words) > 1:
                return verb, "", f"{SYNTAX}Too many args after '{verb}' command"
            if len(words[0]) > 255:
                return verb, "", SYNTAX + "Domain too long"
            if not all("!" <= c <= "~" for c in words[0]):
                return verb, "", SYNTAX + "Character not allowed"
            return verb, words[0], None
        if verb in ("DATA", "RSET", "QUIT", "STARTTLS"):
            return verb, "", f"{SYNTAX}Too many args after '{verb}'" if rest else None
        if verb in ("MAIL", "RCPT"):
            return self.addressed(verb, rest)
        shown = "".join(c if c.isprintable() else "." for c in word[:64])
        return "", "", f"500 5.5.1 JES Unknown command, '{shown}'"

    def addressed(self, verb: str, rest: str) -> tuple[str, str, str | None]:
        """MAIL FROM: and RCPT TO:, sections 2.1, 2.2 and 4."""
        keyword = "FROM" if verb == "MAIL" else "TO"
        after = rest[len(keyword) :].lstrip(" ")
        if rest[: len(keyword)].upper() != keyword or not after.startswith(":"):
            return verb, "", f"{SYNTAX}Missing argument after '{verb}' command"
        blank = rest[len(keyword)] == " " or after[1:2] == " "
        path = after[1:].lstrip(" ")
        if blank and self.choices.blank_after_colon.value == "reject":
            return verb, "", SYNTAX + "Character not allowed"
        if not path:
            return verb, "", f"{SYNTAX}Missing argument after '{verb}' command"
        if path[0] != "<":
            return verb, "", SYNTAX + "'<' and '>' required"
        end, quoted, at = 0, False, 1
        while at < len(path) and not end:
            if quoted and path[at] == "\\":
                at += 1
            elif path[at] == '"':
                quoted = not quoted
            elif path[at] == ">" and not quoted:
                end = at
            at += 1
        if not end:
            return verb, "", SYNTAX + "Path not closed"
        ignored = verb == "MAIL" and self.choices.mail_from_params.value == "ignore"
        if path[end + 1 :].strip(" ") and not ignored:
            return verb, "", f"{SYNTAX}Too many args after '{verb}' command"
        return verb, path[1:end], mailbox_fault(path[1:end], verb)

    # --- sections 4, 5 and 11 ------------------------------------------------------------------

    def text(self, number: int, line: str, length: int, count: int, recfm: str, lrecl: int) -> None:
        """One line of a mail's text."""
        mail = self.mail
        assert mail is not None
        if line == ".":
            self.complete()
            return
        faults = []
        others = BAD in line or NUL in line
        if others and self.choices.graphic_rule.value == "reject":
            faults.append(SYNTAX + "Character not allowed")
        if (CR in line or LF in line) and self.choices.bare_crlf.value == "reject":
            faults.append(SYNTAX + "Character not allowed")
        shown = line
        if self.choices.bare_crlf.value == "strip":
            shown = shown.replace(CR, "").replace(LF, "")
        for piece in shown.split(NL):
            if len(piece) > 998 and not self.limits.data_line_trunc:
                faults.append("500 5.2.5 JES Text line too long")
        for piece in line.split(NL):
            self.piece(mail, piece)
        size = lrecl * count if recfm[0] == "F" else len(line) + 4
        too_large = self.limits.mail_size and mail.spooled <= self.limits.mail_size
        mail.spooled += size
        if too_large and mail.spooled > self.limits.mail_size:
            faults.append("552 5.3.4 JES Message too large")
        mail.last = line
        if faults and mail.rejected is None:
            mail.rejected = faults[0]
            self.error(number, faults[0])
            if self.ended:
                self.complete()

    def piece(self, mail: SeenMail, piece: str) -> None:
        """One line after X'15' has split the record."""
        if mail.in_header:
            at_sign = piece.replace(self.at_sign, "@") if self.at_sign else piece
            name, colon, _ = at_sign.partition(":")
            is_field = bool(colon and name) and set(name) <= _FIELD_NAME
            if piece == "":
                mail.in_header = False
            elif is_field or (piece[0] in " \t" and mail.header):
                mail.header.append(self.replaced(mail, piece, at_sign))
                return
            else:
                mail.in_header = False
                mail.blank_line_missing = True
        mail.body.append(self.wire(piece))

    def replaced(self, mail: SeenMail, piece: str, replaced: str) -> str:
        """AtSign and ReplaceSubjectAtSign in a header line."""
        if piece[0] not in " \t":
            mail.in_subject = piece.lower().startswith("subject:")
        keep = mail.in_subject and not self.limits.replace_subject_at_sign
        return self.wire(piece if keep else replaced)

    def wire(self, piece: str) -> str:
        """A line as it is sent: SUB for what cannot be, cut, a lone period doubled."""
        if self.choices.bare_crlf.value == "strip":
            piece = piece.replace(CR, "").replace(LF, "")
        if self.limits.data_line_trunc:
            piece = piece[:998]
        piece = "".join("\x1a" if c in (NUL, BAD) else c for c in piece)
        result = ""
        for index, c in enumerate(piece):
            before = index == 0 or piece[index - 1] in "\r\n"
            behind = index == len(piece) - 1 or piece[index + 1] in "\r\n"
            result += ".." if c == "." and before and behind else c
        return result

    def complete(self) -> None:
        """The mail is whole."""
        mail = self.mail
        assert mail is not None
        if mail.in_header:
            mail.blank_line_missing = True
        self.mails.append(mail)
        self.mail, self.in_text = None, False

    def end(self, records: int, quit_at: int) -> None:
        """The end of the file."""
        if self.in_text and self.mail is not None:
            self.notices.append((records, "missing_dot"))
            if self.choices.missing_dot.value == "reject" and self.mail.rejected is None:
                self.mail.rejected = "503 5.5.1 JES Bad sequence of commands"
                self.error(records, self.mail.rejected)
            self.complete()
        if quit_at and records > quit_at and self.choices.after_quit.value == "error":
            self.error(quit_at + 1, "503 5.5.1 JES Bad sequence of commands")


def mailbox_fault(path: str, verb: str) -> str | None:
    """Section 4: what is wrong with a path."""
    if path == "" and verb == "MAIL":
        return None
    if len(path) + 2 > 255:
        return SYNTAX + "Path too long"
    allowed = " !" if '"' in path else "!!"
    if not all(allowed[0] <= c <= "~" for c in path):
        return SYNTAX + "Character not allowed"
    if path.startswith("@") and ":" in path and '"' not in path[: path.index(":")]:
        path = path[path.index(":") + 1 :]
    if "@" not in path or path.endswith("@"):
        return SYNTAX + "Domain missing in path"
    at = path.rindex("@")
    local, domain = path[:at], path[at + 1 :]
    if len(local) > 64:
        return SYNTAX + "Local part too long"
    good_domain = not set(domain) & set(' "<>@\\(),;')
    quoted = len(local) > 1 and local[0] == local[-1] == '"'
    good = quoted or (bool(local) and not set(local) & set(' "<>@\\()'))
    if quoted:  # a quote inside needs a backslash, and so does a backslash
        inside, index = local[1:-1], 0
        while index < len(inside):
            if inside[index] == '"' or (inside[index] == "\\" and index + 1 == len(inside)):
                good = False
            index += 2 if inside[index] == "\\" else 1
    return None if good and good_domain else SYNTAX + "Character not allowed"
