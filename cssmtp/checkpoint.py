"""What survives a restart of CSSMTP: which mails of a spool file are final (blueprint §3,
cssmtp-operations.md 4.9). Values, their encoding, and the port that CSSMTP needs; no I/O.

A mail is known by its ordinal and the record it begins with: when a changed configuration makes
another mail of the same ordinal, that one is sent. The encoding of one group of mails is a version
byte and then numbers of 7 bits a byte, the lowest first: the mails that all recipients got as steps
from one to the next, the others with what became of each recipient that is final.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from cssmtp.mail import DELIVERED, Mail, Status
from jes.messages import Message

VERSION = 1
SENT_BEFORE = Message("JML380I", "sent before CSSMTP was started again")
# sent to nobody on purpose (TestMode): nothing to remember, and never to be taken for sent
_NOT_FINAL = {Status.PENDING, Status.RETRY, Status.DISCARDED}
_NUMBER_MAX = 1 << 63


class BadCheckpoint(ValueError):
    """Bytes that are no group of mails."""


@dataclass(frozen=True, slots=True)
class FileKey:
    """A spool file as one CSSMTP finds it again.

    `dataset` is the store's handle, which may be used again; `incarnation` changes when the data
    set is given back, and no two data sets of one handle have the same.
    """

    writer: str
    jobname: str
    jobid: str
    dataset: int
    incarnation: int


@dataclass(frozen=True, slots=True)
class Final:
    """A recipient whose state is final; `index` is its place in the mail."""

    index: int
    status: Status
    reply: str | None
    target: str | None


Sent = tuple[int, int]  # ordinal and first record of a mail that every recipient got


@dataclass(frozen=True, slots=True)
class Mixed:
    """A mail whose recipients did not all get it; `finals` has those that are final."""

    ordinal: int
    record: int
    recipients: int
    finals: tuple[Final, ...]


Outcome = Sent | Mixed


def outcome(mail: Mail) -> Outcome | None:
    """What is final of a mail now; None: nothing."""
    for one in mail.recipients:
        if one.status is not DELIVERED:
            break
    else:
        return (mail.ordinal, mail.record)
    finals = tuple(
        Final(index, one.status, one.reply, one.target)
        for index, one in enumerate(mail.recipients)
        if one.status not in _NOT_FINAL
    )
    return Mixed(mail.ordinal, mail.record, len(mail.recipients), finals) if finals else None


@dataclass(slots=True)
class Known:
    """What was noted of the mails of one spool file."""

    sent: dict[int, int] = field(default_factory=dict)  # the first record, by ordinal
    mixed: dict[int, Mixed] = field(default_factory=dict)

    def __len__(self) -> int:
        """How many mails it knows of."""
        return len(self.sent.keys() | self.mixed.keys())

    def add(self, found: Iterable[Outcome]) -> None:
        """Take in what was noted; of one recipient the last note counts, but delivered stays."""
        for one in found:
            if isinstance(one, Mixed):
                before = self.mixed.get(one.ordinal)
                self.mixed[one.ordinal] = one if before is None else _joined(before, one)
            else:
                self.sent[one[0]] = one[1]

    def restore(self, mail: Mail) -> bool:
        """Give the recipients of a mail that was just read the state that is known of them.

        Whether that is all of them: nothing is left to be done for the mail.
        """
        if self.sent.get(mail.ordinal) == mail.record:
            for one in mail.recipients:
                one.status, one.reply = DELIVERED, SENT_BEFORE.line()
            return True
        mixed = self.mixed.get(mail.ordinal)
        if mixed is None or (mixed.record, mixed.recipients) != (mail.record, len(mail.recipients)):
            return False
        for final in mixed.finals:
            one = mail.recipients[final.index]
            one.status, one.reply, one.target = final.status, final.reply, final.target
        return len(mixed.finals) == mixed.recipients


def _joined(before: Mixed, now: Mixed) -> Mixed:
    if (before.record, before.recipients) != (now.record, now.recipients):
        return now
    finals = {one.index: one for one in before.finals}
    for one in now.finals:
        old = finals.get(one.index)
        if old is None or old.status is not DELIVERED:
            finals[one.index] = one
    return Mixed(now.ordinal, now.record, now.recipients, tuple(finals.values()))


# --- the port ------------------------------------------------------------------------------------


class Entry(Protocol):
    """One spool file in a checkpoint."""

    @property
    def known(self) -> Known:
        """What was noted of the file before."""

    def note(self, outcome: Outcome) -> None:
        """A mail has this outcome. Does not wait: it is on disk soon."""

    async def flush(self) -> None:
        """Until what was noted is on disk."""

    def forget(self) -> None:
        """The file was given back, in its next incarnation or for good. Does not wait."""


class Checkpoint(Protocol):
    """Where CSSMTP keeps what survives it."""

    async def begin(self, key: FileKey) -> Entry:
        """A spool file is taken in hand. Raises `jes.errors.JesError` when nobody can say what is
        known of it."""


# --- the encoding --------------------------------------------------------------------------------


def encode(sent: Iterable[Sent], mixed: Sequence[Mixed] = ()) -> bytes:
    """A group of mails."""
    out = bytearray((VERSION,))
    ordered = sorted(sent)
    _put(out, len(ordered))
    last_ordinal = last_record = 0
    for ordinal, record in ordered:
        _put(out, ordinal - last_ordinal)
        _put(out, _folded(record - last_record))
        last_ordinal, last_record = ordinal, record
    _put(out, len(mixed))
    for one in mixed:
        for number in (one.ordinal, one.record, one.recipients, len(one.finals)):
            _put(out, number)
        for final in one.finals:
            _put(out, final.index)
            for text in (final.status.value, final.reply, final.target):
                _put_text(out, text)
    return bytes(out)


def decode(data: bytes) -> Iterator[Outcome]:
    """The mails of a group. Raises `BadCheckpoint`."""
    if data[:1] != bytes((VERSION,)):
        raise BadCheckpoint(f"version {data[:1].hex() or 'none'}, this is {VERSION}")
    source = _Source(data, 1)
    ordinal = record = 0
    for _ in range(source.number()):
        ordinal += source.number()
        record += _unfolded(source.number())
        yield ordinal, record
    for _ in range(source.number()):
        yield _mixed(source)
    if source.at != len(data):
        raise BadCheckpoint("bytes behind the last mail")


def _mixed(source: "_Source") -> Mixed:
    ordinal, record, recipients, count = (source.number() for _ in range(4))
    if count > recipients:
        raise BadCheckpoint("more final recipients than recipients")
    return Mixed(ordinal, record, recipients, tuple(_finals(source, count, recipients)))


def _finals(source: "_Source", count: int, recipients: int) -> Iterator[Final]:
    for _ in range(count):
        index, status = source.number(), source.text()
        if index >= recipients or status not in _STATUSES:
            raise BadCheckpoint("an unknown recipient or state")
        yield Final(index, _STATUSES[status], source.text(), source.text())


_STATUSES = {status.value: status for status in Status}


def _put(out: bytearray, number: int) -> None:
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    out.append(number)


def _put_text(out: bytearray, text: str | None) -> None:
    """Its length and one more, then UTF-8; 0 is None."""
    data = b"" if text is None else text.encode("utf-8", "surrogatepass")
    _put(out, 0 if text is None else len(data) + 1)
    out += data


def _folded(number: int) -> int:
    """A signed number as one that is not: 0, -1, 1, -2 are 0, 1, 2, 3."""
    return number << 1 if number >= 0 else (-number << 1) - 1


def _unfolded(number: int) -> int:
    return -((number + 1) >> 1) if number & 1 else number >> 1


@dataclass(slots=True)
class _Source:
    """Bytes and how far they are read."""

    data: bytes
    at: int

    def number(self) -> int:
        number = shift = 0
        for byte in self.data[self.at : self.at + 10]:
            self.at += 1
            number |= (byte & 0x7F) << shift
            if byte < 0x80:
                break
            shift += 7
        else:
            raise BadCheckpoint("cut off in a number")
        if number >= _NUMBER_MAX:
            raise BadCheckpoint("a number is too large")
        return number

    def text(self) -> str | None:
        size = self.number() - 1
        if size < 0:
            return None
        data = self.data[self.at : self.at + size]
        if len(data) < size:
            raise BadCheckpoint("cut off in a text")
        self.at += size
        try:
            return data.decode("utf-8", "surrogatepass")
        except UnicodeDecodeError as error:
            raise BadCheckpoint("a text is not UTF-8") from error
